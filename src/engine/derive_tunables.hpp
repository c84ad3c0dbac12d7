#pragma once

#include "engine/derive_features.hpp"

namespace cwasm::engine {

Result<Tunables> derive_tunables(const Choices& choices, Features features);

} // namespace cwasm::engine
