#pragma once

#include "engine/derive.hpp"

#include <cwasm/digest.hpp>
#include <cwasm/engine.hpp>

#include <span>
#include <vector>

namespace cwasm::engine {

/// Everything that a compile reads, as named text fields.
std::vector<HashedField> hashed_fields(const Derived& derived);

/// XXH3-128 of the fields, framed: the magic "cwasm-compatibility-hash", a zero byte, the format
/// number 1 as a byte, then for each field the length of its name (u64, little-endian), the name,
/// the length of its value, the value. So no two lists of fields make the same bytes.
CompatibilityHash hash_fields(std::span<const HashedField> fields);

} // namespace cwasm::engine
