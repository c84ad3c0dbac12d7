#include "compat/tunables.hpp"

#include "compat/hints.hpp"
#include "releases/tunables.hpp"

#include <fmt/format.h>

namespace cwasm::compat {
namespace {

using releases::TunableCheck;
using releases::TunableCheckRow;

struct Difference {
  std::string found;
  std::string expected;
  std::string message;
};

std::string_view yes_no(std::uint64_t value) { return value != 0 ? "true" : "false"; }

Difference integer(const TunableCheckRow& row, std::uint64_t found, std::uint64_t expected) {
  return {std::to_string(found), std::to_string(expected),
          fmt::format("Module was compiled with a {} of '{}' but '{}' is expected for the host",
                      row.label, found, expected)};
}

Difference boolean(const TunableCheckRow& row, std::uint64_t found, std::uint64_t expected) {
  return {std::string(yes_no(found)), std::string(yes_no(expected)),
          fmt::format("Module was compiled {} {} but it {} enabled for the host",
                      found != 0 ? "with" : "without", row.label, expected != 0 ? "is" : "is not")};
}

const releases::VariantRow* variant(releases::Major release, TunableId id, std::uint64_t value) {
  const auto* const row = releases::find_tunable(release, id);
  return row == nullptr ? nullptr : releases::find_variant(release, row->type, value);
}

std::optional<Difference> collector(const HostModel& model, releases::Major release,
                                    std::uint64_t found, std::uint64_t expected) {
  constexpr auto id = TunableId::collector;
  const auto* const of_module = variant(release, id, found);
  const auto* const of_host = variant(model.release, id, expected);
  const auto name = [](const releases::VariantRow* row) {
    return std::string(row == nullptr ? "none" : row->setting);
  };
  if (name(of_module) == name(of_host)) {
    return std::nullopt;
  }
  if (of_module == nullptr) {
    // From 37 on, a module compiled without GC fits every host.
    if (model.release >= 37) {
      return std::nullopt;
    }
    return Difference{name(of_module), name(of_host),
                      "module was compiled without GC but GC is enabled in the host"};
  }
  if (of_host == nullptr) {
    return Difference{name(of_module), name(of_host),
                      "module was compiled with GC however GC is disabled in the host"};
  }
  return Difference{name(of_module), name(of_host),
                    fmt::format("module was compiled for the {} collector but the host is "
                                "configured to use the {} collector",
                                of_module->phrase, of_host->phrase)};
}

std::optional<Difference> inlining(const HostModel& model, releases::Major release, TunableId id,
                                   std::uint64_t found, std::uint64_t expected) {
  const auto* const of_module = variant(release, id, found);
  const auto* const of_host = variant(model.release, id, expected);
  if (of_module == nullptr || of_host == nullptr || of_module->name == of_host->name) {
    return std::nullopt;
  }
  return Difference{std::string(of_module->setting), std::string(of_host->setting),
                    fmt::format("module was compiled {} however the host is configured {}",
                                of_module->phrase, of_host->phrase)};
}

std::optional<Difference> operator_cost(const HostModel& model, const Metadata& artifact) {
  // Costs matter only to code that counts fuel.
  if (artifact.tunables.get(TunableId::consume_fuel) == 0) {
    return std::nullopt;
  }
  const auto& host = model.metadata.tunables;
  const auto id = TunableId::operator_cost;
  const bool same = artifact.tunables.get(id) == host.get(id) &&
                    artifact.tunables.operator_costs == host.operator_costs;
  if (same) {
    return std::nullopt;
  }
  const auto name = [&](const Tunables& tunables) {
    return tunables.get(id) == 0 ? "table" : "default";
  };
  return Difference{name(artifact.tunables), name(host), "Module costs are incompatible"};
}

std::optional<Difference> compare(const HostModel& model, releases::Major release,
                                  const Metadata& artifact, const TunableCheckRow& row) {
  const auto found = artifact.tunables.get(row.id);
  const auto expected = model.metadata.tunables.get(row.id);
  switch (row.check) {
  case TunableCheck::integer:
    return found == expected ? std::nullopt : std::optional(integer(row, found, expected));
  case TunableCheck::boolean:
    return found == expected ? std::nullopt : std::optional(boolean(row, found, expected));
  case TunableCheck::collector:
    return collector(model, release, found, expected);
  case TunableCheck::inlining:
    return inlining(model, release, row.id, found, expected);
  case TunableCheck::operator_cost:
    return operator_cost(model, artifact);
  }
  return std::nullopt;
}

// A tunable that two releases have under one name but not with one type says nothing here.
bool comparable(const HostModel& model, releases::Major release, const Metadata& artifact,
                TunableId id) {
  if (!artifact.tunables.has(id) || !model.metadata.tunables.has(id)) {
    return false;
  }
  if (release == model.release) {
    return true;
  }
  const auto* const theirs = releases::find_tunable(release, id);
  const auto* const ours = releases::find_tunable(model.release, id);
  return theirs != nullptr && ours != nullptr && theirs->type == ours->type;
}

} // namespace

void check_tunables(const HostModel& model, releases::Major release, const Metadata& artifact,
                    Verdict& verdict) {
  for (const auto& row : releases::tunable_checks()) {
    if (!row.majors.contains(model.release) || !comparable(model, release, artifact, row.id)) {
      continue;
    }
    if (auto difference = compare(model, release, artifact, row)) {
      const auto name = releases::tunable_name(row.id);
      auto hint = tunable_hint(model.release, row.id, difference->found, difference->expected);
      verdict.mismatches.push_back({fmt::format("tunable.{}", name), "tunables", std::string(name),
                                    std::move(difference->found), std::move(difference->expected),
                                    std::move(difference->message), std::move(hint)});
    }
  }
}

} // namespace cwasm::compat
