#pragma once

#include "engine/derive_features.hpp"
#include "releases/flags.hpp"

#include <cwasm/host.hpp>

#include <vector>

namespace cwasm::engine {

/// The instruction set family of an architecture, or `none` when Cranelift has no backend for it.
releases::IsaFamily isa_family(const Triple& target);

struct DerivedFlags {
  std::vector<Flag> shared;
  std::vector<Flag> isa;
};

/// The flags that are written, in wire order. Without an explicit target, isa flags are those of
/// the host's CPU features.
Result<DerivedFlags> derive_flags(const Choices& choices, Features features,
                                  const Tunables& tunables, const Host& host);

} // namespace cwasm::engine
