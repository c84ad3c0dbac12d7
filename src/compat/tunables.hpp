#pragma once

#include "compat/host_model.hpp"

#include <cwasm/verdict.hpp>

namespace cwasm::compat {

/// Compares what both sides have, by the rows of the engine's release.
void check_tunables(const HostModel& model, releases::Major release, const Metadata& artifact,
                    Verdict& verdict);
void check_features(const HostModel& model, releases::Major release, const Metadata& artifact,
                    Verdict& verdict);

} // namespace cwasm::compat
