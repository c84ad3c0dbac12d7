#include "cli/compiler.hpp"
#include "cli/context.hpp"
#include "cli/describe.hpp"
#include "cli/interrupt.hpp"

#include "util/try.hpp"

#include <cwasm/precompile.hpp>

#include <fmt/format.h>

#include <utility>

namespace cwasm::cli {
namespace {

Result<Why> explain(const Context& context) {
  const InterruptGuard guard;
  const auto& settings = context.settings().cache;
  CWASM_TRY_ASSIGN(auto engine, context.engine());
  std::optional<ModuleCache> cache;
  if (settings.enabled) {
    CWASM_TRY_ASSIGN(cache, context.existing_cache());
  }
  // Without the cache: it must not be written, not even a compiler's version.
  CWASM_TRY_ASSIGN(const auto compiler, compiler_of(context.settings().compiler, nullptr));
  Precompiler precompiler({std::move(engine), cache ? &*cache : nullptr, compiler.get(),
                           settings.digest, [&](std::string_view text) { context.warn(text); },
                           settings.policy, settings.allow_lower_opt_level});
  CWASM_TRY_ASSIGN(auto why, precompiler.why_file(context.line().files.front()));
  if (!settings.enabled) {
    why.reason = "the cache is turned off ([cache] enabled = false)";
  }
  return why;
}

Json optional_json(const std::optional<std::string>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json near_json(const NearArtifact& near) {
  const auto& about = near.entry.description;
  Json differences = Json::array();
  for (const auto& difference : near.differences) {
    differences.push_back({{"name", difference.name},
                           {"found", optional_json(difference.found)},
                           {"wanted", optional_json(difference.wanted)}});
  }
  Json mismatches = Json::array();
  for (const auto& mismatch : near.mismatches) {
    mismatches.push_back(mismatch_json(mismatch));
  }
  return {{"hash", near.entry.key.engine.to_hex()},
          {"release", about.release},
          {"target", about.target},
          {"opt_level", about.opt_level},
          {"created", timestamp(near.entry.created)},
          {"artifact", near.path.string()},
          {"loads", near.mismatches.empty() && near.damage.empty()},
          {"described", near.described},
          {"differences", std::move(differences)},
          {"mismatches", std::move(mismatches)},
          {"damage", near.damage},
          {"advice", near.advice}};
}

Json why_json(const Context& context, const Why& why) {
  Json nearest = Json::array();
  for (const auto& near : why.nearest) {
    nearest.push_back(near_json(near));
  }
  return {{"input", context.line().files.front().string()},
          {"outcome", outcome_name(why.outcome)},
          {"hash", why.hash.to_hex()},
          {"digest", why.digest.to_hex()},
          {"kind", kind_name(why.kind)},
          {"artifact", why.path.empty() ? Json(nullptr) : Json(why.path.string())},
          {"compiled_for", why.other ? other_json(*why.other) : Json(nullptr)},
          {"reason", why.reason},
          {"artifacts", why.artifacts},
          {"nearest", std::move(nearest)}};
}

std::string near_text(const NearArtifact& near) {
  const auto text_of = [](const std::optional<std::string>& value) {
    return value ? (value->empty() ? std::string("''") : *value) : std::string("-");
  };
  const auto& about = near.entry.description;
  auto out = fmt::format("  {}, {}, opt level {}, of {}\n", about.release, about.target,
                         about.opt_level, timestamp(near.entry.created));
  if (!near.described) {
    out += "    an older cwasm stored it, which did not note what it was compiled for\n";
  }
  for (const auto& difference : near.differences) {
    out += fmt::format("    {}: found {}, wanted {}\n", difference.name, text_of(difference.found),
                       text_of(difference.wanted));
  }
  for (const auto& mismatch : near.mismatches) {
    out += fmt::format("    {}\n      cure: {}\n", mismatch.message(), mismatch.hint());
  }
  for (const auto& line : {near.damage, near.advice}) {
    out += line.empty() ? std::string() : fmt::format("    {}\n", line);
  }
  return out;
}

std::string why_text(const Context& context, const Why& why) {
  const auto input = context.line().files.front().string();
  if (why.outcome == Outcome::miss) {
    auto out = fmt::format("{}: would be a miss: {}\n", input, why.reason);
    if (why.artifacts > why.nearest.size()) {
      out += fmt::format("the nearest {} of {} artifacts of this module:\n", why.nearest.size(),
                         why.artifacts);
    } else if (!why.nearest.empty()) {
      out += "artifacts of this module, the nearest first:\n";
    }
    for (const auto& near : why.nearest) {
      out += near_text(near);
    }
    return out;
  }
  return fmt::format("{}: would be a {}\n{}  {}\n", input, why.other ? "compatible hit" : "hit",
                     why.other ? other_text(*why.other) : std::string(), why.path.string());
}

Json miss_json(const Miss& miss) {
  return {{"time", timestamp(miss.time)},       {"input", miss.input},
          {"digest", miss.key.module.to_hex()}, {"kind", kind_name(miss.key.kind)},
          {"hash", miss.key.engine.to_hex()},   {"reason", miss.reason}};
}

std::string miss_text(const Miss& miss) {
  return fmt::format("{}  {:.12}  {:<9}  {}\n  {}\n", timestamp(miss.time),
                     miss.key.module.to_hex(), kind_name(miss.key.kind), miss.input, miss.reason);
}

Result<std::vector<Miss>> last_misses(const Context& context) {
  CWASM_TRY_ASSIGN(auto cache, context.existing_cache());
  return cache ? cache->misses(*context.line().last) : std::vector<Miss>();
}

int show_last(const Context& context) {
  const auto misses = last_misses(context);
  if (!misses) {
    return Context::fail(misses.error());
  }
  for (const auto& miss : *misses) {
    if (context.line().json) {
      Context::print(line(miss_json(miss)));
    } else {
      Context::show(miss_text(miss));
    }
  }
  return 0;
}

} // namespace

int run_why(const Context& context) {
  if (context.line().last) {
    return show_last(context);
  }
  const auto why = explain(context);
  if (!why) {
    return Context::fail(why.error());
  }
  if (context.line().json) {
    Context::print(line(why_json(context, *why)));
  } else if (!context.line().quiet) {
    Context::show(why_text(context, *why));
  }
  return why->outcome == Outcome::miss ? error_code_exit_status(ErrorCode::not_found) : 0;
}

} // namespace cwasm::cli
