#include "cli/command_line.hpp"
#include "cli/context.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>

namespace cwasm::cli {
namespace {

int dispatch(const Context& context) {
  switch (context.line().verb) {
  case Verb::inspect:
    return run_inspect(context);
  case Verb::check:
    return run_check(context);
  case Verb::host:
    return run_host(context);
  case Verb::engine_show:
    return run_engine_show(context);
  case Verb::engine_hash:
    return run_engine_hash(context);
  case Verb::engine_section:
    return run_engine_section(context);
  case Verb::compile:
    return run_compile(context);
  case Verb::cache_stats:
    return run_cache_stats(context);
  case Verb::cache_ls:
    return run_cache_ls(context);
  case Verb::cache_verify:
    return run_cache_verify(context);
  case Verb::cache_clear:
    return run_cache_clear(context);
  }
  return error_code_exit_status(ErrorCode::internal);
}

int run(int argc, const char* const* argv) {
  auto parsed = parse_command_line(argc, argv);
  if (!parsed.command) {
    std::fputs(parsed.text.c_str(), parsed.exit_status == 0 ? stdout : stderr);
    return parsed.exit_status;
  }
  auto settings = find_settings(parsed.command->config, environment);
  if (!settings) {
    return Context::fail(settings.error());
  }
  const Context context(*std::move(parsed.command), *std::move(settings));
  for (const auto& warning : context.settings().warnings) {
    context.warn(warning);
  }
  const int status = dispatch(context);
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return Context::fail(Error(ErrorCode::io, "cannot write to standard output"));
  }
  return status;
}

} // namespace
} // namespace cwasm::cli

int main(int argc, char** argv) {
  try {
    return cwasm::cli::run(argc, argv);
  } catch (const std::exception& exception) {
    std::fputs("cwasm: internal error: ", stderr);
    std::fputs(exception.what(), stderr);
    std::fputs("\n", stderr);
    return cwasm::error_code_exit_status(cwasm::ErrorCode::internal);
  }
}
