#pragma once

#include "compat/host_model.hpp"

#include <cwasm/error.hpp>
#include <cwasm/verdict.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace cwasm::engine {

/// What is known beforehand: the section that the engine itself writes, and the verdict on it.
struct OwnSection {
  std::span<const std::byte> bytes;
  const Verdict& verdict;
};

/// Takes an artifact the way Wasmtime's loader does, from the ELF header to the features, and goes
/// on where the loader would stop, as far as what was read allows.
Result<Verdict> check_artifact(const compat::HostModel& model, const OwnSection& own,
                               std::span<const std::byte> artifact, std::optional<Kind> kind);

} // namespace cwasm::engine
