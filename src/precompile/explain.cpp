#include "precompile/explain.hpp"

#include "precompile/check_output.hpp"
#include "precompile/fields.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace cwasm::precompile {
namespace {

constexpr std::size_t k_shown = 5;
/// The newest artifacts of a module that the nearest are picked from: for a person, and on the way
/// to a compile.
constexpr std::size_t k_searched = 1000;
constexpr std::size_t k_searched_at_miss = 64;
/// Differences that fit into a line.
constexpr std::size_t k_in_a_line = 3;

NearArtifact compare(const Engine& engine, const KnownArtifact& known,
                     const std::vector<HashedField>& wanted) {
  NearArtifact near;
  near.entry = known.entry;
  near.path = known.path;
  const bool is_own = known.entry.key.engine == engine.precompile_compatibility_hash();
  near.described = is_own || known.requirements.has_value();
  if (known.requirements && !is_own) {
    near.differences =
        differences(readable_fields(parse_fields(known.requirements->fields)), wanted);
  }
  return near;
}

/// Fewest differences first, unknown ones last; in the order given where they are equal.
std::vector<NearArtifact> by_distance(const Engine& engine,
                                      const std::vector<KnownArtifact>& artifacts) {
  const auto wanted = readable_fields(engine.explain());
  std::vector<NearArtifact> out;
  out.reserve(artifacts.size());
  for (const auto& known : artifacts) {
    out.push_back(compare(engine, known, wanted));
  }
  std::ranges::stable_sort(out, {}, [](const NearArtifact& near) {
    return std::pair(!near.described, near.differences.size());
  });
  return out;
}

std::string value_text(const std::optional<std::string>& value) {
  return value ? (value->empty() ? "''" : *value) : "nothing";
}

std::string difference_line(const std::vector<FieldDifference>& differences) {
  std::vector<std::string> parts;
  for (const auto& difference : differences) {
    if (parts.size() == k_in_a_line) {
      parts.push_back(fmt::format("and {} more", differences.size() - k_in_a_line));
      break;
    }
    parts.push_back(fmt::format("{} is {}, not {}", difference.name, value_text(difference.found),
                                value_text(difference.wanted)));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string nearest_line(const NearArtifact& near) {
  const auto& about = near.entry.description;
  return fmt::format("the nearest ({}, {}, opt level {}) differs: {}", about.release, about.target,
                     about.opt_level,
                     near.described ? difference_line(near.differences)
                                    : "an older cwasm stored it, which did not note in what");
}

/// `by_distance` of an engine that has none itself.
std::string reason_of_none(const std::vector<NearArtifact>& artifacts) {
  if (artifacts.empty()) {
    return "no artifact of this module is in the cache";
  }
  return fmt::format("{} of this module {} for other engines; {}",
                     artifacts.size() == 1 ? std::string("the one artifact")
                                           : fmt::format("all {} artifacts", artifacts.size()),
                     artifacts.size() == 1 ? "is" : "are", nearest_line(artifacts.front()));
}

std::string refusal(const NearArtifact& near) {
  return near.mismatches.empty() ? near.damage
                                 : "it would not load: " + near.mismatches.front().message();
}

/// Asks the loader's rules about the artifact itself.
Status examine(const PrecompileParts& parts, NearArtifact& near) {
  auto found = parts.cache->peek(near.entry.key);
  if (!found && found.error().code() != ErrorCode::corrupt) {
    return found.error();
  }
  if (!found || !*found) {
    near.damage = found ? "it has just been removed" : found.error().message();
    return ok();
  }
  auto verdict = parts.engine.check((*found)->bytes.view, near.entry.key.kind);
  if (verdict) {
    near.mismatches = std::move(verdict->mismatches);
  } else {
    near.damage = verdict.error().message();
  }
  return ok();
}

/// What would make a lookup take an artifact that loads.
std::string advice_for(const PrecompileParts& parts, const std::optional<Requirements>& its) {
  const auto& own = parts.engine.load_requirements();
  if (!its) {
    return "it would load, but an older cwasm stored it: only its own engine finds it";
  }
  if (its->load.load_class != own.load_class) {
    return "it would load, but something that loaders do not compare is not as asked for";
  }
  std::vector<std::string> settings;
  if (parts.policy == LookupPolicy::exact) {
    settings.emplace_back(R"(policy = "compatible")");
  }
  if (its->load.opt_rank < own.opt_rank && !parts.allow_lower_opt_level) {
    settings.emplace_back("allow_lower_opt_level = true");
  }
  return settings.empty()
             ? std::string()
             : fmt::format("it would load: [cache] {} {} it", fmt::join(settings, " and "),
                           settings.size() == 1 ? "takes" : "take");
}

struct Peeked {
  std::filesystem::path path;
  bool usable = false;
};

Result<Peeked> peek(const PrecompileParts& parts, const CacheKey& key) {
  const auto found = parts.cache->peek(key);
  if (!found && found.error().code() != ErrorCode::corrupt) {
    return found.error();
  }
  if (!found || !*found) {
    return Peeked{};
  }
  return Peeked{(*found)->path, is_usable(parts.engine, (*found)->bytes.view, key.kind)};
}

/// Whether there is a hit, and which.
Status find_hit(const PrecompileParts& parts, const CacheKey& key, Why& why) {
  CWASM_TRY_ASSIGN(auto own, peek(parts, key));
  if (own.usable) {
    why.outcome = Outcome::hit;
    why.path = std::move(own.path);
    return ok();
  }
  const auto wish = wish_of(parts);
  if (!wish) {
    return ok();
  }
  CWASM_TRY_ASSIGN(auto others, parts.cache->candidates(key, *wish));
  for (auto& other : others) {
    CWASM_TRY_ASSIGN(auto found, peek(parts, other.entry.key));
    if (found.usable) {
      why.outcome = Outcome::compatible_hit;
      why.path = std::move(found.path);
      why.other = OtherEngine{other.entry.key.engine, std::move(other.entry.description)};
      return ok();
    }
  }
  return ok();
}

Status explain_miss(const PrecompileParts& parts, const CacheKey& key, Why& why) {
  CWASM_TRY_ASSIGN(const auto artifacts,
                   parts.cache->artifacts_of(key.module, key.kind, k_searched));
  why.artifacts = artifacts.size();
  why.nearest = by_distance(parts.engine, artifacts);
  why.reason = reason_of_none(why.nearest);
  why.nearest.resize(std::min(why.nearest.size(), k_shown));
  for (auto& near : why.nearest) {
    CWASM_TRY(examine(parts, near));
    if (near.mismatches.empty() && near.damage.empty() && near.entry.key != key) {
      const auto known = std::ranges::find_if(artifacts, [&near](const KnownArtifact& artifact) {
        return artifact.entry.key == near.entry.key;
      });
      near.advice = advice_for(parts, known->requirements);
    }
  }
  // One of this engine differs in nothing, so it is the first.
  if (!why.nearest.empty() && why.nearest.front().entry.key == key) {
    const auto& own = why.nearest.front();
    why.reason = fmt::format("there is an artifact for this engine, but {}", refusal(own));
  }
  return ok();
}

} // namespace

std::optional<CompatibleWish> wish_of(const PrecompileParts& parts) {
  if (parts.policy == LookupPolicy::exact) {
    return std::nullopt;
  }
  return CompatibleWish{parts.engine.load_requirements(), parts.allow_lower_opt_level};
}

Result<Why> explain(const PrecompileParts& parts, const CacheKey& key) {
  Why why;
  why.hash = key.engine;
  why.digest = key.module;
  why.kind = key.kind;
  CWASM_TRY(find_hit(parts, key, why));
  if (why.outcome == Outcome::miss) {
    CWASM_TRY(explain_miss(parts, key, why));
  }
  return why;
}

Result<std::string> miss_reason(const PrecompileParts& parts, const CacheKey& key,
                                Counter counted) {
  if (counted == Counter::corrupt) {
    return std::string("the artifact for this engine was damaged");
  }
  if (counted == Counter::stale) {
    return std::string("the artifact for this engine would not load");
  }
  CWASM_TRY_ASSIGN(const auto artifacts,
                   parts.cache->artifacts_of(key.module, key.kind, k_searched_at_miss));
  return reason_of_none(by_distance(parts.engine, artifacts));
}

} // namespace cwasm::precompile
