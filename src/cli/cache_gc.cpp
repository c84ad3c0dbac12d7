#include "cli/context.hpp"
#include "cli/json.hpp"

#include "precompile/check_output.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace cwasm::cli {
namespace {

Result<std::vector<Engine>> engines(const Context& context) {
  std::vector<Engine> out;
  for (const auto& file : context.line().profiles) {
    CWASM_TRY_ASSIGN(const auto settings, load_settings(file));
    CWASM_TRY_ASSIGN(auto engine, context.engine_of(settings));
    out.push_back(std::move(engine));
  }
  return out;
}

Result<GcReport> gc(const Context& context) {
  CWASM_TRY_ASSIGN(const auto loaders, engines(context));
  CWASM_TRY_ASSIGN(auto cache, context.existing_cache());
  if (!cache) {
    return GcReport{};
  }
  GcOptions options;
  options.remove_unloadable = context.line().unloadable;
  if (!loaders.empty()) {
    options.would_load = [&loaders](std::span<const std::byte> artifact, Kind kind) {
      return std::any_of(loaders.begin(), loaders.end(), [&](const Engine& engine) {
        return precompile::is_usable(engine, artifact, kind);
      });
    };
  }
  return cache->gc(options);
}

} // namespace

int run_cache_gc(const Context& context) {
  const auto report = gc(context);
  if (!report) {
    return Context::fail(report.error());
  }
  if (context.line().json) {
    Context::print(line({{"evicted", report->evicted},
                         {"bytes", report->bytes},
                         {"unloadable", report->unloadable},
                         {"orphans", report->orphans}}));
  } else if (!context.line().quiet) {
    Context::print(fmt::format("{} entries removed, {} bytes, {} leftovers\n", report->evicted,
                               report->bytes, report->orphans));
    if (report->unloadable != 0) {
      Context::print(fmt::format("{} entries that no engine asked about loads go first\n",
                                 report->unloadable));
    }
  }
  return 0;
}

} // namespace cwasm::cli
