// The rows of src/releases against the table of facts they were laid from.

#include "releases/features.hpp"
#include "releases/flags.hpp"
#include "releases/operators.hpp"
#include "releases/release.hpp"
#include "releases/tunables.hpp"

#include "support/catch.hpp"
#include "support/shared.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace {

using nlohmann::json;
using Names = std::vector<std::string>;
namespace releases = cwasm::releases;
using releases::Major;
using releases::TunableType;

json facts() { return cwasm::test::json(*cwasm::test::shared_dir() / "formats" / "formats.json"); }

const json& by_id(const json& list, const json& id) {
  for (const auto& item : list) {
    if (item["id"] == id) {
      return item;
    }
  }
  throw std::runtime_error("no such table: " + id.dump());
}

bool holds(const json& majors, Major major) {
  if (majors.is_array() && !majors.empty() && majors[0].is_number()) {
    return majors[0] <= major && major <= majors[1];
  }
  for (const auto& range : majors) {
    if (holds(range, major)) {
      return true;
    }
  }
  return false;
}

const std::map<std::string, TunableType> k_types = {
    {"bool", TunableType::boolean},
    {"u32", TunableType::u32},
    {"u64", TunableType::u64},
    {"usize", TunableType::usize},
    {"option<nonzero_u32>", TunableType::optional_nonzero_u32},
    {"option<Collector>", TunableType::optional_collector},
    {"enum:IntraModuleInlining", TunableType::intra_module_inlining},
    {"enum:Inlining", TunableType::inlining},
    {"enum:OperatorCostStrategy", TunableType::operator_cost},
};

// A default as Tunables holds it.
std::uint64_t value_of(Major major, TunableType type, const json& value) {
  if (value.is_null()) {
    return cwasm::Tunables::k_none;
  }
  if (value.is_boolean()) {
    return value.get<bool>() ? 1 : 0;
  }
  if (value.is_number()) {
    return value.get<std::uint64_t>();
  }
  if (value == "WASMPAGESIZE as u64") {
    return 65536;
  }
  for (const auto& row : releases::variants()) {
    if (row.type == type && row.majors.contains(major) && row.name == value) {
      return row.index;
    }
  }
  throw std::runtime_error("no such variant: " + value.dump());
}

void check_tunables(Major major, const json& table) {
  auto expected = table["fields"].begin();
  for (const auto& row : releases::tunables()) {
    if (!row.majors.contains(major)) {
      continue;
    }
    REQUIRE(expected != table["fields"].end());
    const auto type = k_types.at((*expected)["type"]);
    CHECK(releases::tunable_name(row.id) == (*expected)["name"]);
    CHECK(row.type == type);
    CHECK(row.default64 == value_of(major, type, (*expected)["default64"]));
    CHECK(row.default32 ==
          value_of(major, type, expected->value("default32", (*expected)["default64"])));
    ++expected;
  }
  CHECK(expected == table["fields"].end());
}

void check_tunable_checks(Major major, const json& table) {
  Names rows;
  for (const auto& row : releases::tunable_checks()) {
    if (row.majors.contains(major)) {
      rows.push_back(fmt::format("{} {} {}", releases::tunable_name(row.id),
                                 static_cast<int>(row.check), row.label));
    }
  }
  const std::map<std::string, int> kinds = {
      {"int", 0}, {"bool", 1}, {"collector", 2}, {"inlining", 3}, {"cost", 4}};
  Names expected;
  for (const auto& item : table["order"]) {
    expected.push_back(fmt::format("{} {} {}", item["field"].get<std::string>(),
                                   kinds.at(item["kind"]), item.value("label", "")));
  }
  CHECK(rows == expected);
}

void check_features(Major major, const json& release, const json& all) {
  Names rows;
  for (const auto& feature : releases::features_of(major)) {
    rows.push_back(fmt::format("{} {:#x}", feature.name, feature.mask));
  }
  Names expected;
  if (release["features_encoding"] == "struct_of_bool") {
    const auto& table = by_id(all["feature_structs"], release["feature_struct"]);
    std::uint64_t bit = 1;
    for (const auto& name : table["fields"]) {
      expected.push_back(fmt::format("{} {:#x}", name.get<std::string>(), bit));
      bit <<= 1U;
    }
    Names checks;
    for (const auto& row : releases::feature_checks()) {
      if (row.majors.contains(major)) {
        checks.push_back(fmt::format("{} {} {}", row.name, row.label, row.by_cargo_feature));
      }
    }
    Names order;
    for (const auto& item : table["check_order"]) {
      order.push_back(fmt::format("{} {} {}", item["field"].get<std::string>(),
                                  item["label"].get<std::string>(),
                                  item.contains("cargo_feature")));
    }
    CHECK(checks == order);
  } else {
    for (const auto& flag : by_id(all["feature_bits"], release["feature_bits"])["flags"]) {
      expected.push_back(fmt::format("{} {}", flag["message_name"].get<std::string>(),
                                     flag["mask"].get<std::string>()));
    }
  }
  CHECK(rows == expected);
}

std::string joined(const json& values) {
  std::string out;
  for (const auto& value : values) {
    out += (out.empty() ? "" : "|") + value.get<std::string>();
  }
  return out;
}

void check_shared_settings(Major major, const json& table) {
  Names rows;
  for (const auto& row : releases::shared_settings()) {
    if (row.majors.contains(major)) {
      rows.push_back(fmt::format("{} {} {}", row.name, row.default_text, row.choices));
    }
  }
  Names expected;
  for (const auto& item : table["settings"]) {
    const auto& value = item["cranelift_default"];
    expected.push_back(fmt::format("{} {} {}", item["name"].get<std::string>(),
                                   value.is_string() ? value.get<std::string>() : value.dump(),
                                   joined(item.value("values", json::array()))));
  }
  CHECK(rows == expected);
}

releases::IsaFamily family_of(const std::string& architecture) {
  const std::map<std::string, releases::IsaFamily> families = {
      {"x86_64", releases::IsaFamily::x86_64},
      {"aarch64", releases::IsaFamily::aarch64},
      {"riscv64", releases::IsaFamily::riscv64},
      {"s390x", releases::IsaFamily::s390x},
      {"pulley", releases::IsaFamily::pulley}};
  return families.at(architecture);
}

void check_isa_settings(Major major, const json& all) {
  for (const auto& table : all["cranelift_isa_settings"]) {
    if (!holds(table["majors"], major)) {
      continue;
    }
    Names rows;
    for (const auto& row : releases::isa_settings()) {
      // The vector lengths of riscv64 are not in the table of facts, but in every real artifact.
      if (row.majors.contains(major) && row.family == family_of(table["arch"]) &&
          !row.name.starts_with("has_zvl")) {
        rows.emplace_back(row.name);
      }
    }
    Names expected;
    for (const auto& item : table["settings"]) {
      expected.push_back(item["name"]);
    }
    INFO(table["arch"]);
    CHECK(rows == expected);
  }
}

void check_rules(Major major, const json& all) {
  for (const auto& flag : all["shared_flags"]) {
    bool known = false;
    for (const auto& rule : flag["rules"]) {
      if (!holds(rule["majors"], major)) {
        continue;
      }
      known = true;
      const auto* const row = releases::find_shared_rule(major, flag["name"].get<std::string>());
      INFO(flag["name"]);
      REQUIRE(row != nullptr);
      CHECK((row->rule == releases::SharedRule::ignored) == (rule["rule"] == "ignored"));
      if (rule["rule"] == "equals_bool" || rule["rule"] == "equals_enum") {
        const auto& value = rule["value"];
        CHECK(row->rule == releases::SharedRule::equals);
        CHECK(row->value == (value.is_string() ? value.get<std::string>() : value.dump()));
      }
    }
    if (!known) {
      CHECK(releases::find_shared_rule(major, flag["name"].get<std::string>()) == nullptr);
    }
  }
  for (const auto& flag : all["isa_flags"]) {
    for (const auto& rule : flag["rules"]) {
      if (holds(rule["majors"], major)) {
        const auto* const row = releases::find_isa_rule(major, family_of(flag["arch"]),
                                                        flag["name"].get<std::string>());
        INFO(flag["name"]);
        REQUIRE(row != nullptr);
        CHECK(row->host_feature == rule.value("host_feature", ""));
      }
    }
  }
}

std::uint64_t default_features(Major major, const json& release) {
  const auto& defaults = release["engine_default_features"];
  if (defaults.contains("bits")) {
    return std::stoull(defaults["bits"].get<std::string>(), nullptr, 16);
  }
  std::uint64_t bits = 0;
  for (const auto& name : defaults["true_fields"]) {
    bits |= releases::feature_mask(major, name.get<std::string>());
  }
  return bits;
}

} // namespace

TEST_CASE("the rows of every release are those of the table of facts") {
  if (cwasm::test::shared_missing()) {
    return;
  }
  const auto all = facts();
  REQUIRE(all["releases"].size() == releases::all().size());
  for (const auto& release : all["releases"]) {
    const auto major = release["major"].get<Major>();
    INFO("release " << major);
    const auto* const row = releases::find(major);
    REQUIRE(row != nullptr);
    CHECK(row->default_features == default_features(major, release));
    CHECK((releases::encoding(major) == releases::Encoding::bincode) ==
          (release["encoding"] == "bincode"));
    CHECK(releases::named_by(release["version_example"].get<std::string>()) == major);
    CHECK(releases::writes_major_only(major) ==
          (release["version_example"].get<std::string>().find('.') == std::string::npos));
    check_tunables(major, by_id(all["tunables"], release["tunables"]));
    check_tunable_checks(major, by_id(all["tunables_checks"], release["tunables_check"]));
    check_features(major, release, all);
    check_shared_settings(
        major, by_id(all["cranelift_shared_settings"], release["cranelift_shared_settings"]));
    check_isa_settings(major, all);
    check_rules(major, all);
    const auto& costs = release["operator_cost"];
    CHECK(
        releases::operator_cost_size(major) ==
        (costs.is_null() ? 0 : by_id(all["operator_cost"], costs)["byte_size"].get<std::size_t>()));
  }
}

TEST_CASE("operators and enums are those of the table of facts") {
  if (cwasm::test::shared_missing()) {
    return;
  }
  const auto all = facts();
  Names operators;
  for (const auto& proposal : all["operator_lists"][0]["proposals"]) {
    for (const auto& name : proposal["operators"]) {
      operators.push_back(name);
    }
  }
  const auto rows = releases::operators();
  CHECK(std::equal(rows.begin(), rows.end(), operators.begin(), operators.end()));
  for (const auto& item : all["enums"]) {
    if (item["name"] == "FlagValue") {
      continue;
    }
    const auto type = k_types.contains("enum:" + item["name"].get<std::string>())
                          ? k_types.at("enum:" + item["name"].get<std::string>())
                          : TunableType::optional_collector;
    const auto major = item["majors"][0].get<Major>();
    std::size_t index = 0;
    for (const auto& variant : item["variants"]) {
      const auto* const row = releases::find_variant(major, type, index++);
      REQUIRE(row != nullptr);
      CHECK(row->name == variant["name"]);
      CHECK(row->phrase == variant.value("phrase", variant.value("display", "")));
    }
    CHECK(releases::find_variant(major, type, index) == nullptr);
  }
}
