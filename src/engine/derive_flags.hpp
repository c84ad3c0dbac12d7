#pragma once

#include "engine/derive_features.hpp"
#include "releases/flags.hpp"

#include <cwasm/host.hpp>

#include <vector>

namespace cwasm::engine {

struct DerivedFlags {
  std::vector<Flag> shared;
  std::vector<Flag> isa;
};

/// The flags that are written, in wire order. Without an explicit target, isa flags are those of
/// the host's CPU features.
Result<DerivedFlags> derive_flags(const Choices& choices, Features features,
                                  const Tunables& tunables, const Host& host);

} // namespace cwasm::engine
