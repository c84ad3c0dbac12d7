#pragma once

#include "compat/host_model.hpp"

#include <cwasm/verdict.hpp>

#include <string_view>

namespace cwasm::compat {

/// Adds a mismatch when the version text is not what the engine expects.
/// Wasmtime: `CompilerInfo` check of every release; the text differs up to 41.
void check_version(const HostModel& model, std::string_view found, Verdict& verdict);

/// Adds every mismatch of the target: architecture, then operating system.
void check_target(const HostModel& model, std::string_view target, Verdict& verdict);

/// Adds every mismatch of the metadata, in the order of Wasmtime's `Metadata::check_compatible`:
/// target, shared flags, isa flags, tunables, features. `release` is the one the artifact was
/// decoded as.
void check_metadata(const HostModel& model, releases::Major release, const Metadata& artifact,
                    Verdict& verdict);

} // namespace cwasm::compat
