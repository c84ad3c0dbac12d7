#include "cli/compiler.hpp"
#include "cli/context.hpp"
#include "cli/describe.hpp"
#include "cli/interrupt.hpp"
#include "cli/terminal.hpp"
#include "util/file.hpp"

#include "util/try.hpp"

#include <cwasm/precompile.hpp>

#include <fmt/format.h>

namespace cwasm::cli {
namespace {

// A cache that cannot be used costs its benefit, not the work.
std::optional<ModuleCache> usable_cache(const Context& context) {
  if (!context.settings().cache.enabled) {
    return std::nullopt;
  }
  auto cache = context.open_cache(true);
  if (!cache) {
    context.warn("working without the cache: " + cache.error().message());
    return std::nullopt;
  }
  return *std::move(cache);
}

// Whether two names lead to one file.
bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code error;
  return std::filesystem::equivalent(a, b, error);
}

Result<Precompiled> compile(const Context& context) {
  const InterruptGuard guard;
  const auto& input = context.line().files.front();
  const auto& output = context.line().output;
  if (output && is_same_file(input, *output)) {
    return Error(ErrorCode::invalid_argument,
                 fmt::format("{} would be replaced by its own artifact: name another -o FILE",
                             input.string()));
  }
  CWASM_TRY_ASSIGN(auto engine, context.engine());
  auto cache = usable_cache(context);
  CWASM_TRY_ASSIGN(const auto compiler,
                   compiler_of(context.settings().compiler, cache ? &*cache : nullptr));
  if (!cache && !output) {
    return Error(ErrorCode::io,
                 "there is no cache to keep the artifact in, and no -o FILE to write "
                 "it to");
  }
  const auto& settings = context.settings().cache;
  Progress progress("waiting for another process that compiles this module", context.line().quiet);
  const auto warn = [&](std::string_view text) {
    progress.clear();
    context.warn(text);
  };
  const auto on_wait = [&](std::chrono::milliseconds waited) {
    progress.update(std::chrono::duration_cast<std::chrono::seconds>(waited));
    return !InterruptGuard::interrupted();
  };
  Precompiler precompiler({std::move(engine), cache ? &*cache : nullptr, compiler.get(),
                           settings.digest, warn, settings.policy, settings.allow_lower_opt_level,
                           settings.wait_limit, on_wait,
                           context.line().mode.value_or(settings.mode)});
  CWASM_TRY_ASSIGN(auto result, precompiler.precompile_file(input));
  if (!output && result.path.empty()) {
    return Error(ErrorCode::io, "the artifact could not be kept in the cache, and there is no -o "
                                "FILE to write it to");
  }
  if (output) {
    CWASM_TRY(util::write_output(*output, result.artifact.view));
  }
  return result;
}

std::filesystem::path artifact_path(const Context& context, const Precompiled& result) {
  return result.path.empty() ? *context.line().output : result.path;
}

// "85 us", "12.3 ms", "2.154 s"
std::string duration_text(double seconds) {
  if (seconds < 1e-3) {
    return fmt::format("{:.0f} us", seconds * 1e6);
  }
  return seconds < 1 ? fmt::format("{:.1f} ms", seconds * 1e3) : fmt::format("{:.3f} s", seconds);
}

std::string result_text(const Context& context, const Precompiled& result) {
  const auto& input = context.line().files.front();
  const auto compiled =
      result.outcome == Outcome::miss
          ? fmt::format(", {} of it compiling", duration_text(result.compile_seconds))
          : std::string();
  const auto other = result.other ? other_text(*result.other) : std::string();
  const auto offset =
      result.offset != 0 ? fmt::format(" at offset {}", result.offset) : std::string();
  return fmt::format("{}: {} in {}{}, {} bytes\n{}  {}{}\n", input.string(),
                     outcome_name(result.outcome), duration_text(result.seconds), compiled,
                     result.artifact.view.size(), other, artifact_path(context, result).string(),
                     offset);
}

Json result_json(const Context& context, const Precompiled& result) {
  Json json = {{"input", context.line().files.front().string()},
               {"outcome", outcome_name(result.outcome)},
               {"hash", result.hash.to_hex()},
               {"digest", result.digest.to_hex()},
               {"kind", kind_name(result.kind)},
               {"artifact", artifact_path(context, result).string()},
               {"bytes", result.artifact.view.size()},
               {"waited", result.waited},
               {"seconds", result.seconds},
               {"compile_seconds", result.compile_seconds}};
  if (result.offset != 0) {
    json["offset"] = result.offset;
  }
  if (result.other) {
    json["compiled_for"] = other_json(*result.other);
  }
  return json;
}

} // namespace

int run_compile(const Context& context) {
  const auto result = compile(context);
  if (!result) {
    return Context::fail(result.error());
  }
  if (context.line().json) {
    Context::print(line(result_json(context, *result)));
  } else if (!context.line().quiet) {
    Context::show(result_text(context, *result));
  }
  return 0;
}

} // namespace cwasm::cli
