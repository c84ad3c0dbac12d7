#include "flip.hpp"

#include "releases/features.hpp"
#include "releases/flags.hpp"
#include "releases/tunables.hpp"

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <variant>
#include <vector>

namespace cwasm::fuzz {
namespace {

using releases::Major;
using releases::TunableType;

template <typename Rows> auto rows_of(const Rows& all, Major release) {
  std::vector<std::remove_cv_t<typename Rows::element_type>> out;
  std::copy_if(all.begin(), all.end(), std::back_inserter(out),
               [release](const auto& row) { return row.majors.contains(release); });
  return out;
}

// Another value that the tunable may have on the wire.
std::uint64_t other_value(Major release, const releases::TunableRow& row, std::uint64_t value,
                          Choices& choices) {
  switch (row.type) {
  case TunableType::boolean:
    return value ^ 1U;
  case TunableType::u32:
    return value ^ std::uint64_t{1} << choices.index(32);
  case TunableType::u64:
  case TunableType::usize:
    return value ^ std::uint64_t{1} << choices.index(64);
  case TunableType::optional_nonzero_u32:
  case TunableType::optional_collector:
    return value == Tunables::k_none ? 1 : Tunables::k_none;
  case TunableType::intra_module_inlining:
  case TunableType::inlining:
    return releases::find_variant(release, row.type, value + 1) != nullptr ? value + 1 : 0;
  case TunableType::operator_cost:
    return value; // has a fuzzer of its own in the engine section's codec
  }
  return value;
}

std::string change_tunable(const Engine& engine, Choices& choices, Metadata& metadata) {
  const auto release = engine.release();
  const auto rows = rows_of(releases::tunables(), release);
  const auto& row = rows[choices.index(rows.size())];
  const auto before = metadata.tunables.get(row.id);
  const auto after = other_value(release, row, before, choices);
  metadata.tunables.set(row.id, after);
  const auto checks = rows_of(releases::tunable_checks(), release);
  const bool compared = std::any_of(checks.begin(), checks.end(),
                                    [&](const auto& check) { return check.id == row.id; });
  // From 37 on, an artifact without a collector fits every host.
  const bool passes = row.id == TunableId::collector && after == Tunables::k_none && release >= 37;
  return before == after || !compared || passes
             ? std::string()
             : "tunable." + std::string(releases::tunable_name(row.id));
}

std::string change_feature(const Engine& engine, Choices& choices, Metadata& metadata) {
  const auto release = engine.release();
  const auto all = releases::features_of(release);
  const auto& feature = all[choices.index(all.size())];
  const auto sharing = std::count_if(
      all.begin(), all.end(), [&](const auto& other) { return (other.mask & feature.mask) != 0; });
  const bool had = (metadata.features.bits & feature.mask) == feature.mask;
  const bool had_none = (metadata.features.bits & feature.mask) == 0;
  // What several features share is not one field.
  if (sharing != 1 || (!had && !had_none)) {
    return {};
  }
  metadata.features.bits ^= feature.mask;
  // From 37 on, the host may have more than the artifact.
  return had && release >= 37 ? std::string() : "feature." + std::string(feature.name);
}

// Another value of the same kind; to a name that no setting has.
FlagValue other_value(const FlagValue& value) {
  if (const auto* const number = std::get_if<std::uint8_t>(&value.value)) {
    return FlagValue::number(static_cast<std::uint8_t>(*number + 1));
  }
  return std::holds_alternative<bool>(value.value) ? FlagValue::boolean(value.is_bool(false))
                                                   : FlagValue::enumerator("other");
}

std::string change_shared_flag(const Engine& engine, Choices& choices, Metadata& metadata) {
  auto& flag = metadata.shared_flags[choices.index(metadata.shared_flags.size())];
  const auto* const rule = releases::find_shared_rule(engine.release(), flag.name);
  if (rule == nullptr ||
      (rule->rule != releases::SharedRule::ignored && rule->rule != releases::SharedRule::equals)) {
    return {};
  }
  flag.value = other_value(flag.value);
  return rule->rule == releases::SharedRule::equals ? "shared." + flag.name : std::string();
}

std::string change_isa_flag(const Engine& engine, Choices& choices, Metadata& metadata) {
  if (metadata.isa_flags.empty()) {
    return {};
  }
  auto& flag = metadata.isa_flags[choices.index(metadata.isa_flags.size())];
  if (!std::holds_alternative<bool>(flag.value.value)) {
    return {};
  }
  flag.value = FlagValue::boolean(flag.value.is_bool(false));
  if (flag.value.is_bool(false)) {
    return {};
  }
  const auto& host = engine.host();
  const auto* const rule =
      releases::find_isa_rule(engine.release(), releases::isa_family(host.triple), flag.name);
  const bool passes = rule == nullptr ? host.triple.architecture.starts_with("riscv64")
                      : rule->rule == releases::IsaRule::host_feature
                          ? host.has_feature(rule->host_feature) == true
                          : rule->rule == releases::IsaRule::ok;
  return passes ? std::string() : "isa." + flag.name;
}

} // namespace

std::string change_one_field(const Engine& engine, Choices& choices, Metadata& metadata) {
  switch (choices.byte() % 4) {
  case 0:
    return change_tunable(engine, choices, metadata);
  case 1:
    return change_feature(engine, choices, metadata);
  case 2:
    return change_shared_flag(engine, choices, metadata);
  default:
    return change_isa_flag(engine, choices, metadata);
  }
}

} // namespace cwasm::fuzz
