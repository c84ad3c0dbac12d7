#pragma once

#include "cache/sqlite.hpp"

#include <cwasm/error.hpp>

#include <cstdint>

namespace cwasm::cache {

/// The `user_version` that this code reads and writes.
inline constexpr std::int64_t k_schema_version = 3;

/// The file's `user_version`: 0 for a new file.
Result<std::int64_t> schema_version(Database& database);

/// Switches to write-ahead logging where the file system can, and brings the schema to `version`
/// (at most k_schema_version) in one transaction. REQUIRES: no other process has the file open for
/// the first time (the caller holds the index lock).
Status migrate(Database& database, std::int64_t version = k_schema_version);

} // namespace cwasm::cache
