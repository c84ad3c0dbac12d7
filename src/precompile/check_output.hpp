#pragma once

#include "releases/tunables.hpp"

#include <cwasm/engine.hpp>
#include <cwasm/error.hpp>
#include <cwasm/metadata.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace cwasm::precompile {

/// Whether a compiler wrote what the engine asked for: an artifact of that kind whose metadata is
/// the engine's. Errors: compile_failed, with every setting that the compiler did not heed.
Status check_output(const Engine& engine, std::span<const std::byte> artifact, Kind kind);

/// A tunable's value by the name that settings have for it: "true", "none", "drc", "65536".
std::string tunable_text(releases::Major release, const releases::TunableRow& row,
                         std::uint64_t value);

/// Whether an artifact found in the cache may be used: it is what the engine asks for,
/// or the engine would load it.
bool is_usable(const Engine& engine, std::span<const std::byte> artifact, Kind kind);

} // namespace cwasm::precompile
