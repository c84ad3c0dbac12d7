#pragma once

#include "cache/schema.hpp"
#include "cache/sqlite.hpp"

#include <cwasm/error.hpp>

#include <cstdint>

namespace cwasm::cache {

/// What `schema_fingerprint` gives for a file of k_schema_version that `migrate` made. A test
/// compares the two and prints the value to put here.
inline constexpr std::uint64_t k_schema_fingerprint = 0x7fe8628856a78629;

/// A hash over every table and index of the file, in any order; SQLite's own tables do not count.
Result<std::uint64_t> schema_fingerprint(Database& database);

/// ErrorCode::corrupt unless the file of k_schema_version has the schema of that version, no more
/// and no less: a foreign constraint, index or view could make our statements mean something else.
Status check_schema(Database& database);

} // namespace cwasm::cache
