#pragma once

#include "engine/derive.hpp"

#include <cwasm/digest.hpp>
#include <cwasm/engine.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace cwasm::engine {

/// Everything that a compile reads, as named text fields.
std::vector<HashedField> hashed_fields(const Derived& derived);

/// XXH3-128 of the fields, framed: the magic, a zero byte, the format number 1 as a byte, then for
/// each field the length of its name (u64, little-endian), the name, the length of its value, the
/// value. So no two lists of fields make the same bytes.
std::array<std::byte, 16> hash_framed(std::string_view magic, std::span<const HashedField> fields);

/// The same with the magic "cwasm-compatibility-hash".
CompatibilityHash hash_fields(std::span<const HashedField> fields);

} // namespace cwasm::engine
