#pragma once

#include <cwasm/engine.hpp>
#include <cwasm/error.hpp>
#include <cwasm/metadata.hpp>

#include <cstddef>
#include <span>

namespace cwasm::precompile {

/// Whether a compiler wrote what the engine asked for: an artifact of that kind whose metadata is
/// the engine's. Errors: compile_failed, with every setting that the compiler did not heed.
Status check_output(const Engine& engine, std::span<const std::byte> artifact, Kind kind);

/// Whether an artifact found under this engine's hash may be used: it is what the engine asks for,
/// or the engine would load it.
bool is_usable(const Engine& engine, std::span<const std::byte> artifact, Kind kind);

} // namespace cwasm::precompile
