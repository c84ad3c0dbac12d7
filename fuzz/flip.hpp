#pragma once

/// One change of one field, and what the loader says of it.

#include "support.hpp"

#include <cwasm/engine.hpp>

#include <string>

namespace cwasm::fuzz {

/// Changes a tunable, a feature or a flag of the engine's own metadata. Gives the code of the
/// mismatch that the engine must find then; empty: none.
std::string change_one_field(const Engine& engine, Choices& choices, Metadata& metadata);

} // namespace cwasm::fuzz
