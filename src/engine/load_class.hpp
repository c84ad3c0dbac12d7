#pragma once

#include "engine/derive.hpp"

#include <cwasm/load_requirements.hpp>

namespace cwasm::engine {

/// The class is XXH3-128 of everything that the release's loader compares for equality, and of the
/// flags that a caller relies on though no loader looks at them, as named text fields, framed like
/// those of the compatibility hash under the magic "cwasm-load-class". Not in it is what an engine
/// takes more than one value of: features and the collector where its release does, CPU flags, and
/// shared flags that have one right value.
LoadRequirements load_requirements(const Derived& derived);

} // namespace cwasm::engine
