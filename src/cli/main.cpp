#include "cache/sqlite.hpp"
#include "cli/command_line.hpp"
#include "cli/context.hpp"
#include "cli/interrupt.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include <fcntl.h>
#include <unistd.h>

namespace cwasm::cli {
namespace {

int dispatch(const Context& context) {
  switch (context.line().verb) {
  case Verb::inspect:
    return run_inspect(context);
  case Verb::check:
    return run_check(context);
  case Verb::diff:
    return run_diff(context);
  case Verb::host:
    return run_host(context);
  case Verb::engine_show:
    return run_engine_show(context);
  case Verb::engine_hash:
    return run_engine_hash(context);
  case Verb::engine_section:
    return run_engine_section(context);
  case Verb::engine_settings:
    return run_engine_settings(context);
  case Verb::compile:
    return run_compile(context);
  case Verb::why:
    return run_why(context);
  case Verb::cache_stats:
    return run_cache_stats(context);
  case Verb::cache_ls:
    return run_cache_ls(context);
  case Verb::cache_show:
    return run_cache_show(context);
  case Verb::cache_gc:
    return run_cache_gc(context);
  case Verb::cache_pin:
    return run_cache_pin(context, true);
  case Verb::cache_unpin:
    return run_cache_pin(context, false);
  case Verb::cache_verify:
    return run_cache_verify(context);
  case Verb::cache_export:
    return run_cache_export(context);
  case Verb::cache_import:
    return run_cache_import(context);
  case Verb::cache_clear:
    return run_cache_clear(context);
  }
  return error_code_exit_status(ErrorCode::internal);
}

// Output that did not get out is a failure, whatever came before.
int finish(int status) {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return Context::fail(Error(ErrorCode::io, "cannot write to standard output"));
  }
  return status;
}

int run(int argc, const char* const* argv) {
  auto parsed = parse_command_line(argc, argv);
  if (!parsed.command) {
    static_cast<void>(std::fputs(parsed.text.c_str(), parsed.exit_status == 0 ? stdout : stderr));
    return finish(parsed.exit_status);
  }
  auto settings = find_settings(parsed.command->config, environment);
  if (!settings) {
    return Context::fail(settings.error());
  }
  const Context context(*std::move(parsed.command), *std::move(settings));
  if (const auto valid = context.check_settings(); !valid) {
    return Context::fail(valid.error());
  }
  for (const auto& warning : context.settings().warnings) {
    context.warn(warning);
  }
  return finish(dispatch(context));
}

// Whoever starts us without one of the standard descriptors would have a file of ours in its place,
// and our words in that file. The way around keeps writing to it an error.
void occupy_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) < 0) {
      // The lowest free descriptor is this one.
      static_cast<void>(::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY));
    }
  }
}

} // namespace
} // namespace cwasm::cli

int main(int argc, char** argv) {
  cwasm::cli::occupy_standard_descriptors();
  cwasm::cli::explain_files_cut_short();
  cwasm::cache::do_not_count_memory();
  try {
    return cwasm::cli::run(argc, argv);
  } catch (const std::exception& exception) {
    static_cast<void>(std::fprintf(stderr, "cwasm: internal error: %s\n", exception.what()));
    return cwasm::error_code_exit_status(cwasm::ErrorCode::internal);
  }
}
