#pragma once

/// The door to xxHash.

#include <array>
#include <cstddef>
#include <span>

namespace cwasm::util {

/// XXH3-128 with seed 0, in canonical (big-endian) byte order, so the same on every machine.
std::array<std::byte, 16> xxh3_128(std::span<const std::byte> bytes) noexcept;

} // namespace cwasm::util
