#include "engine/load_class.hpp"

#include "compat/flags.hpp"
#include "engine/hash.hpp"
#include "releases/features.hpp"
#include "releases/release.hpp"
#include "releases/tunables.hpp"
#include "util/hex.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cwasm::engine {
namespace {

using compat::HostModel;
using compat::VersionStrategy;
using releases::TunableCheck;

// No loader compares these: the code computes other values, or gives up a defence, without them.
constexpr std::array<std::string_view, 3> k_relied_upon = {
    "enable_heap_access_spectre_mitigation",
    "enable_table_access_spectre_mitigation",
    "enable_nan_canonicalization",
};

constexpr std::array<std::string_view, 3> k_opt_levels = {"none", "speed", "speed_and_size"};

bool counts(const HostModel& model, const releases::TunableCheckRow& row) {
  const auto& tunables = model.metadata.tunables;
  if (!row.majors.contains(model.release) || !tunables.has(row.id)) {
    return false;
  }
  switch (row.check) {
  case TunableCheck::collector:
    return !releases::fits_without_collector(model.release);
  case TunableCheck::operator_cost:
    return tunables.get(TunableId::consume_fuel) != 0;
  case TunableCheck::integer:
  case TunableCheck::boolean:
  case TunableCheck::inlining:
    break;
  }
  return true;
}

void add_tunables(const HostModel& model, std::vector<HashedField>& fields) {
  const auto& tunables = model.metadata.tunables;
  for (const auto& row : releases::tunable_checks()) {
    if (!counts(model, row)) {
      continue;
    }
    fields.push_back({fmt::format("tunable.{}", releases::tunable_name(row.id)),
                      std::to_string(tunables.get(row.id))});
    if (row.check == TunableCheck::operator_cost) {
      fields.push_back({"tunable.operator_cost.table",
                        util::to_hex(std::as_bytes(std::span(tunables.operator_costs)))});
    }
  }
}

std::uint64_t compared_features(const HostModel& model) {
  if (!releases::wants_equal_features(model.release)) {
    return 0;
  }
  if (releases::feature_encoding(model.release) != releases::FeatureEncoding::bools) {
    return model.metadata.features.bits;
  }
  std::uint64_t compared = 0;
  for (const auto& row : releases::feature_checks()) {
    if (row.majors.contains(model.release)) {
      compared |= releases::feature_mask(model.release, row.name);
    }
  }
  return model.metadata.features.bits & compared;
}

std::uint32_t opt_rank(const Metadata& metadata) {
  for (const auto& flag : metadata.shared_flags) {
    const auto* const level = std::get_if<std::string>(&flag.value.value);
    if (flag.name == "opt_level" && level != nullptr) {
      const auto* const found = std::ranges::find(k_opt_levels, *level);
      return found == k_opt_levels.end()
                 ? 0
                 : static_cast<std::uint32_t>(std::distance(k_opt_levels.begin(), found));
    }
  }
  return 0;
}

std::vector<HashedField> load_class_fields(const Derived& derived) {
  const auto& model = derived.model;
  const bool compares_version = model.strategy != VersionStrategy::none;
  std::vector<HashedField> fields{
      {"release", std::to_string(model.release)},
      {"version.compared", compares_version ? "true" : "false"},
      {"version", model.version},
      {"architecture", model.target.architecture},
      {"operating_system", model.target.operating_system},
  };
  add_tunables(model, fields);
  fields.push_back({"features", fmt::format("{:#x}", compared_features(model))});
  for (const auto& flag : model.metadata.shared_flags) {
    if (std::ranges::find(k_relied_upon, flag.name) != k_relied_upon.end()) {
      fields.push_back({"shared." + flag.name, compat::debug_text(model::view(flag))});
    }
  }
  return fields;
}

} // namespace

LoadRequirements load_requirements(const Derived& derived) {
  const auto& metadata = derived.model.metadata;
  LoadRequirements out;
  out.load_class = hash_framed("cwasm-load-class", load_class_fields(derived));
  out.opt_rank = opt_rank(metadata);
  out.cpu_flags = static_cast<std::uint32_t>(std::ranges::count_if(
      metadata.isa_flags, [](const Flag& flag) { return flag.value.is_bool(true); }));
  return out;
}

} // namespace cwasm::engine
