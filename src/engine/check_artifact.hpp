#pragma once

#include "compat/host_model.hpp"
#include "engine/own_section.hpp"

#include <cwasm/error.hpp>
#include <cwasm/verdict.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace cwasm::engine {

/// Takes an artifact the way Wasmtime's loader does, from the ELF header to the features, and goes
/// on where the loader would stop, as far as what was read allows.
Result<Verdict> check_artifact(const compat::HostModel& model, const OwnSection& own,
                               std::span<const std::byte> artifact, std::optional<Kind> kind);

} // namespace cwasm::engine
