#include "cli/context.hpp"
#include "cli/describe.hpp"
#include "cli/module_name.hpp"

#include "util/try.hpp"

#include <cwasm/precompile.hpp>

#include <fmt/format.h>

namespace cwasm::cli {
namespace {

/// More than anybody has compiled one module for.
constexpr std::size_t k_most_artifacts = 10000;

std::string known_text(const KnownArtifact& known) {
  const auto& entry = known.entry;
  const auto& about = entry.description;
  std::string out =
      fmt::format("{} {}\n  {}, {}, opt level {}, by {}{}\n  of {}, used {} times, last {}\n"
                  "  {} bytes, {:.3f} s to compile, from {}\n  {}\n",
                  kind_name(entry.key.kind), entry.key.module.to_hex(), about.release, about.target,
                  about.opt_level, about.producer.empty() ? "?" : about.producer,
                  entry.pinned ? ", pinned" : "", timestamp(entry.created), entry.uses,
                  timestamp(entry.last_used), entry.size, about.compile_seconds,
                  about.input.empty() ? "?" : about.input, known.path.string());
  return out;
}

Result<std::vector<KnownArtifact>> known_of(const Context& context, ModuleCache& cache,
                                            const std::filesystem::path& input) {
  CWASM_TRY_ASSIGN(const auto digest, module_named(context, input));
  CWASM_TRY_ASSIGN(auto out, cache.artifacts_of(digest, Kind::module, k_most_artifacts));
  CWASM_TRY_ASSIGN(auto components, cache.artifacts_of(digest, Kind::component, k_most_artifacts));
  std::move(components.begin(), components.end(), std::back_inserter(out));
  return out;
}

void show(const Context& context, const KnownArtifact& known) {
  if (context.line().json) {
    auto json = entry_json(known.entry);
    json["artifact"] = known.path.string();
    Context::print(line(json));
  } else {
    Context::show(known_text(known));
  }
}

/// How many entries were shown.
Result<std::size_t> show_all(const Context& context) {
  CWASM_TRY_ASSIGN(auto cache, context.existing_cache());
  std::size_t shown = 0;
  for (const auto& input : context.line().files) {
    if (!cache) {
      CWASM_TRY(module_named(context, input));
      continue;
    }
    CWASM_TRY_ASSIGN(const auto all, known_of(context, *cache, input));
    for (const auto& known : all) {
      show(context, known);
    }
    shown += all.size();
  }
  return shown;
}

Result<std::uint64_t> pin_all(const Context& context, bool pinned) {
  CWASM_TRY_ASSIGN(auto cache, context.existing_cache());
  std::uint64_t changed = 0;
  for (const auto& input : context.line().files) {
    CWASM_TRY_ASSIGN(const auto digest, module_named(context, input));
    if (cache) {
      CWASM_TRY_ASSIGN(const std::uint64_t rows, cache->pin(digest, pinned));
      changed += rows;
    }
  }
  return changed;
}

} // namespace

int run_cache_show(const Context& context) {
  const auto shown = show_all(context);
  if (!shown) {
    return Context::fail(shown.error());
  }
  return *shown == 0 ? Context::fail(Error(ErrorCode::not_found, "the cache has no such module"))
                     : 0;
}

int run_cache_pin(const Context& context, bool pinned) {
  const auto changed = pin_all(context, pinned);
  if (!changed) {
    return Context::fail(changed.error());
  }
  if (context.line().json) {
    Context::print(line({{pinned ? "pinned" : "unpinned", *changed}}));
  } else if (!context.line().quiet) {
    Context::print(fmt::format("{} entries {}\n", *changed, pinned ? "pinned" : "unpinned"));
  }
  return 0;
}

} // namespace cwasm::cli
