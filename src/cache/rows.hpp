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

/// The `id` of the namespace without a name.
inline constexpr std::int64_t k_no_namespace = 1;

/// Parameters 1 to 3: module, algorithm, kind.
void bind_module(Query& query, const ModuleDigest& module, Kind kind);
/// Parameters 1 to 5: those, the engine's hash, the namespace.
void bind_key(Query& query, const CacheKey& key, std::int64_t space);
/// Four parameters from `first`: device, inode, mtime_ns, ctime_ns.
void bind_identity(Query& query, int first, const FileIdentity& identity);

/// The digest, or nothing when the bytes are not 32.
std::optional<util::Sha256> read_digest(std::span<const std::byte> bytes);
/// Columns 0 to 5: digest, size, device, inode, mtime_ns, ctime_ns.
Result<BlobRecord> read_blob(const Query& query);
/// Columns 0 to 3: module, algorithm, kind, engine.
Result<CacheKey> read_key(const Query& query);

/// What an entry's seal has to be. A row points a key at a blob with nothing but small numbers; the
/// seal is what tells a damaged one from a whole one.
std::int64_t seal_of(std::int64_t space, const CacheKey& key, const util::Sha256& blob) noexcept;

/// What makes an entry worth its space.
struct Worth {
  double compile_seconds = 0.0;
  std::uint64_t uses = 0;
  std::uint64_t size = 0;
  Time last_used;
};
/// Orders entries by compile seconds × uses ÷ bytes, of which half is lost with each week without a
/// use. In logarithms that week is a difference of one, so the order of two scores never changes
/// with time and an index can hold them.
double score_of(const Worth& worth) noexcept;
/// The same in SQL: score_of(compile_seconds, uses, size, last_used).
extern const RealFunction k_score_function;

/// The columns of an entry (`e`) with its engine (`n`), blob (`b`) and description (`d`), as
/// read_entry takes them, and the tables that they are in.
#define CWASM_ENTRY_COLUMNS                                                                        \
  "e.module, e.algorithm, e.kind, n.hash, b.digest, b.size, d.release, d.target, d.opt_level,"     \
  " d.producer, e.input, e.compile_seconds, e.created, e.last_used, e.uses, e.pinned"
#define CWASM_ENTRY_TABLES                                                                         \
  "entries AS e JOIN engines AS n ON n.id = e.engine JOIN blobs AS b ON b.id = e.blob"             \
  " JOIN descriptions AS d ON d.id = e.description"
Result<Entry> read_entry(const Query& query);

/// Texts for people: a path of many kilobytes is not worth a row of many kilobytes.
std::string_view shortened(std::string_view text);

} // namespace cwasm::cache
