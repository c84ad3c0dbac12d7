#pragma once

#include "engine/derive.hpp"

#include <cwasm/engine.hpp>
#include <cwasm/load_requirements.hpp>

#include <vector>

namespace cwasm::engine {

/// Everything that the release's loader compares for equality, as named text fields, and the flags
/// that a caller relies on though no loader looks at them. Not in it is what an engine takes more
/// than one value of: features and the collector where its release does, CPU flags, and shared
/// flags that have one right value.
std::vector<HashedField> load_class_fields(const Derived& derived);

/// The class is XXH3-128 of the fields, framed like those of the compatibility hash under the magic
/// "cwasm-load-class".
LoadRequirements load_requirements(const Derived& derived);

} // namespace cwasm::engine
