#pragma once

#include "compat/host_model.hpp"
#include "releases/tunables.hpp"

#include <cwasm/verdict.hpp>

#include <cstdint>
#include <optional>
#include <span>

namespace cwasm::compat {

/// A tunable of an artifact beside the host's.
struct TunablePair {
  std::uint64_t found = 0;
  std::uint64_t expected = 0;
  /// Of operator_cost: whether the artifact counts fuel at all, and whether the tables are equal.
  bool counts_fuel = false;
  bool same_costs = true;
};

/// Judges one comparison of the engine's release. `release` is the one the artifact was decoded as.
std::optional<Mismatch> judge_tunable(const HostModel& model, releases::Major release,
                                      const releases::TunableCheckRow& row,
                                      const TunablePair& pair);

/// Every mismatch of what both sides have, in the loader's order.
void check_tunables(const HostModel& model, releases::Major release, const Tunables& artifact,
                    Verdict& verdict);

/// The same for feature bits. Wasmtime: from 33 on it visits flags in wasmparser's order.
void check_features(const HostModel& model, releases::Major release, Features artifact,
                    Verdict& verdict);

} // namespace cwasm::compat
