#include "compat/tunables.hpp"

#include "releases/release.hpp"

namespace cwasm::compat {
namespace {

using releases::TunableCheck;
using releases::TunableCheckRow;
using releases::VariantRow;
using Reason = Mismatch::Reason;

const VariantRow* variant(releases::Major release, TunableId id, std::uint64_t value) {
  const auto* const row = releases::find_tunable(release, id);
  return row == nullptr ? nullptr : releases::find_variant(release, row->type, value);
}

// Variants of two releases are the same when they have one name.
bool same(const VariantRow* a, const VariantRow* b) {
  return a == nullptr || b == nullptr ? a == b : a->name == b->name;
}

std::optional<Reason> judge_collector(const HostModel& model, const VariantRow* of_module,
                                      const VariantRow* of_host) {
  const bool fits = same(of_module, of_host) ||
                    (of_module == nullptr && releases::fits_without_collector(model.release));
  return fits ? std::nullopt : std::optional(Reason::collector);
}

std::optional<Reason> judge_variant(const HostModel& model, releases::Major release,
                                    const TunableCheckRow& row, const TunablePair& pair) {
  const auto* const of_module = variant(release, row.id, pair.found);
  const auto* const of_host = variant(model.release, row.id, pair.expected);
  if (row.check == TunableCheck::collector) {
    return judge_collector(model, of_module, of_host);
  }
  const bool fits = of_module == nullptr || of_host == nullptr || same(of_module, of_host);
  return fits ? std::nullopt : std::optional(Reason::inlining);
}

std::optional<Reason> judge(const HostModel& model, releases::Major release,
                            const TunableCheckRow& row, const TunablePair& pair) {
  const bool equal = pair.found == pair.expected;
  switch (row.check) {
  case TunableCheck::integer:
    return equal ? std::nullopt : std::optional(Reason::integer);
  case TunableCheck::boolean:
    return equal ? std::nullopt : std::optional(Reason::boolean);
  case TunableCheck::collector:
  case TunableCheck::inlining:
    return judge_variant(model, release, row, pair);
  case TunableCheck::operator_cost:
    // Costs matter only to code that counts fuel.
    return pair.counts_fuel && !(equal && pair.same_costs) ? std::optional(Reason::operator_cost)
                                                           : std::nullopt;
  }
  return std::nullopt;
}

// A tunable that two releases have under one name but not with one type says nothing here.
bool comparable(const HostModel& model, releases::Major release, const Tunables& artifact,
                TunableId id) {
  if (!artifact.has(id) || !model.metadata.tunables.has(id)) {
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

std::optional<Mismatch> judge_tunable(const HostModel& model, releases::Major release,
                                      const TunableCheckRow& row, const TunablePair& pair) {
  const auto reason = judge(model, release, row, pair);
  if (!reason) {
    return std::nullopt;
  }
  Mismatch::Parts parts;
  parts.reason = *reason;
  parts.tunable = row.id;
  parts.release = model.release;
  parts.artifact_release = release;
  parts.found = pair.found;
  parts.expected = pair.expected;
  parts.name = row.label;
  return Mismatch(std::move(parts));
}

void check_tunables(const HostModel& model, releases::Major release, const Tunables& artifact,
                    Verdict& verdict) {
  const auto& host = model.metadata.tunables;
  const bool counts_fuel = artifact.get(TunableId::consume_fuel) != 0;
  for (const auto& row : releases::tunable_checks()) {
    if (!row.majors.contains(model.release) || !comparable(model, release, artifact, row.id)) {
      continue;
    }
    const TunablePair pair{artifact.get(row.id), host.get(row.id), counts_fuel,
                           row.check != TunableCheck::operator_cost ||
                               artifact.operator_costs == host.operator_costs};
    if (auto mismatch = judge_tunable(model, release, row, pair)) {
      verdict.mismatches.push_back(*std::move(mismatch));
    }
  }
}

} // namespace cwasm::compat
