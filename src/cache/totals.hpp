#pragma once

/// How much there is, kept in rows of its own, because limits ask at every insert: entries, and the
/// bytes of distinct blobs, of all; of each namespace its entries and the bytes of their blobs, as
/// if none were shared. Whoever adds or removes rows says so here, in the same transaction.

#include "cache/sqlite.hpp"

#include <cwasm/error.hpp>

#include <cstdint>

namespace cwasm::cache {

/// Of `entries` more rows (or fewer) of a namespace, whose blobs have so many bytes.
struct EntriesChange {
  std::int64_t space = 0;
  std::int64_t entries = 0;
  std::int64_t bytes = 0;
};
Status add_to_totals(Database& database, const EntriesChange& change);

/// So many more bytes (or fewer) of distinct blobs.
Status add_blob_bytes(Database& database, std::int64_t bytes);

/// Counts everything anew (seconds for a large index).
Status count_all(Database& database);

} // namespace cwasm::cache
