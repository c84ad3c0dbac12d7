#pragma once

/// How values stand in the columns of the index.

#include "cache/gathered.hpp"
#include "cache/index.hpp"
#include "cache/sqlite.hpp"

#include <cwasm/cache.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace cwasm::cache {

/// SQLite's integers are signed: the same 64 bits.
inline std::int64_t stored(std::uint64_t value) noexcept {
  return static_cast<std::int64_t>(value);
}
inline std::uint64_t loaded(std::int64_t value) noexcept {
  return static_cast<std::uint64_t>(value);
}

/// Microseconds since 1970.
std::int64_t stored(Time time) noexcept;
Time loaded_time(std::int64_t microseconds) noexcept;

/// Parameters 1 to 3: module, algorithm, kind.
void bind_module(Query& query, const ModuleDigest& module, Kind kind);
/// Parameters 1 to 4: those and the engine.
void bind_key(Query& query, const CacheKey& key);
/// Four parameters from `first`: device, inode, mtime_ns, ctime_ns.
void bind_identity(Query& query, int first, const FileIdentity& identity);

/// The digest, or nothing when the bytes are not 32.
std::optional<util::Sha256> read_digest(std::span<const std::byte> bytes);
/// Columns 0 to 5: digest, size, device, inode, mtime_ns, ctime_ns.
Result<BlobRecord> read_blob(const Query& query);
/// Columns 0 to 3: module, algorithm, kind, engine.
Result<CacheKey> read_key(const Query& query);

/// The columns of an entry (`e`) with its blob (`b`), as read_entry takes them.
#define CWASM_ENTRY_COLUMNS                                                                        \
  "e.module, e.algorithm, e.kind, e.engine, b.digest, b.size, e.release, e.target, e.opt_level,"   \
  " e.producer, e.input, e.compile_seconds, e.created, e.last_used, e.uses"
Result<Entry> read_entry(const Query& query);

/// Texts for people: a path of many kilobytes is not worth a row of many kilobytes.
std::string_view shortened(std::string_view text);

} // namespace cwasm::cache
