#pragma once

/// The index: which artifact is stored under which key, and what is known about it. All SQL of the
/// room but the schema's. Not for use from two threads at once.

#include "cache/gathered.hpp"
#include "cache/sqlite.hpp"
#include "util/sha256.hpp"

#include <cwasm/cache.hpp>
#include <cwasm/error.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace cwasm::cache {

/// A row of `blobs`.
struct BlobRecord {
  util::Sha256 digest{};
  std::uint64_t size = 0;
  std::optional<FileIdentity> verified; ///< the file as it was when its content was last verified
};

/// A row of `entries`, as a lookup needs it.
struct EntryRecord {
  BlobRecord blob;
  bool sealed = false;          ///< false: the row is damaged
  double compile_seconds = 0.0; ///< what a hit saves
};

/// What `put` did.
struct PutResult {
  std::int64_t entry = 0;               ///< its row
  std::optional<util::Sha256> replaced; ///< a blob that no key has any longer; its row is gone
};

/// A row of `entries` to be removed.
struct EntryRow {
  std::int64_t id = 0;
  std::int64_t blob = 0;
  std::int64_t size = 0;
  std::int64_t space = 0;
};

/// How much there is.
struct Usage {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;     ///< of distinct blobs
  std::uint64_t own_bytes = 0; ///< of this namespace's entries
  std::optional<Time> oldest;  ///< the last use of what is unused for longest, if not pinned
};

/// What the database has of the counters, and the totals.
struct StoredStats {
  Counters counters;
  Tallies tallies;
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};

/// Who goes first. The last two are of this namespace only.
enum class Victims : std::uint8_t {
  older,
  unloadable,
  cheapest,
  least_recent,
  own_cheapest,
  own_least_recent,
};

struct VictimsWanted {
  Victims which = Victims::cheapest;
  std::int64_t limit = 0;
  std::int64_t protected_entry = 0; ///< is none of them
  Time cutoff;                      ///< of `older`: with a last use before this
};

/// An engine that entries were compiled for, with one of their blobs.
struct EngineInUse {
  std::int64_t engine = 0;
  Kind kind = Kind::module;
  BlobRecord sample;
};

/// A slice of the entries, looked through.
struct CheckedEntries {
  std::optional<std::int64_t> last; ///< the last one's id; nothing: there are no more
  std::uint64_t dropped = 0;
};

class Index {
public:
  explicit Index(Database database) : m_database(std::move(database)) {}

  Database& database() noexcept { return m_database; }

  /// Sets the namespace that keys are in from here on, and prepares what a lookup needs, which also
  /// shows that the schema is ours. Writes when it is a new name.
  Status prepare(std::string_view space);
  /// Looks for damage everywhere (seconds for a large index). ErrorCode::corrupt says what.
  Status check();

  Result<std::optional<EntryRecord>> find(const CacheKey& key);
  Result<std::optional<BlobRecord>> find_blob(const util::Sha256& digest);
  Result<std::optional<FileDigest>> find_digest(const FileSlot& slot);

  /// Points the key at the blob and says what its engine's artifacts need, when that is known.
  /// REQUIRES: a transaction.
  Result<PutResult> put(const CacheKey& key, const EntryDescription& description,
                        const std::optional<Requirements>& requirements, const BlobRecord& blob,
                        Time now);
  /// Removes the entry. REQUIRES: a transaction. Returns its blob when no other entry has it; its
  /// row is gone then.
  Result<std::optional<util::Sha256>> drop(const CacheKey& key);
  Result<std::optional<util::Sha256>> drop(const EntryRow& row);
  /// Removes the blob's row and the entries that have it. REQUIRES: a transaction.
  Status drop_blob(const util::Sha256& digest);
  /// Removes blobs that no entry has and counts the totals anew. REQUIRES: a transaction.
  Status drop_unused_blobs();
  /// Of at most `limit` entries with ids above `after`, removes those that have a broken seal or
  /// name what is not there. REQUIRES: a transaction.
  Result<CheckedEntries> drop_damaged_entries(std::int64_t after, std::int64_t limit);
  /// Adds what was gathered, but for what was verified. REQUIRES: a transaction.
  Status settle(const Gathered& gathered);
  /// REQUIRES: a transaction; each of these files was synced.
  Status add_verified(const Gathered& gathered);
  /// Says when the entry was made. REQUIRES: a transaction.
  Status set_created(const CacheKey& key, Time created);
  /// Removes all rows, or, in a named namespace, its entries and misses. REQUIRES: a transaction.
  Result<ClearReport> clear();

  Result<StoredStats> stats();
  /// The most saved time first. Reads every entry.
  Result<std::vector<GroupStats>> stats_by(StatsGroup group, std::int64_t limit);
  Result<std::vector<Entry>> list();
  /// What other engines of the wish's class have of the key's module, best first.
  Result<std::vector<KnownArtifact>> candidates(const CacheKey& key, const CompatibleWish& wish,
                                                std::int64_t limit);
  /// The newest first. Paths are left empty, here as above.
  Result<std::vector<KnownArtifact>> artifacts_of(const ModuleDigest& module, Kind kind,
                                                  std::int64_t limit);
  /// The last ones first.
  Result<std::vector<Miss>> misses(std::int64_t limit);
  /// At most `limit` blobs that follow `after` in the order of digests (nothing: from the first).
  Result<std::vector<BlobRecord>> blobs(const std::optional<util::Sha256>& after,
                                        std::int64_t limit);

  // Limits.
  Result<Usage> usage();
  Result<std::vector<EntryRow>> victims(const VictimsWanted& wanted);
  /// REQUIRES: a transaction.
  Result<std::uint64_t> pin(const ModuleDigest& module, bool pinned);
  Result<std::vector<EngineInUse>> engines_in_use();
  /// Says of the engine's entries with `after` < id ≤ `last` whether nobody loads them. REQUIRES: a
  /// transaction.
  Status mark(std::int64_t engine, bool unloadable, std::int64_t after, std::int64_t last);
  Result<std::int64_t> last_entry();
  Result<std::uint64_t> count_unloadable();
  /// Removes engines and descriptions without entries and all but the newest remembered files.
  /// REQUIRES: a transaction.
  Status tidy();

private:
  Result<std::int64_t> put_blob(const BlobRecord& blob);
  Result<std::int64_t> put_engine(const CompatibilityHash& engine,
                                  const std::optional<Requirements>& requirements);
  Result<std::int64_t> put_description(const EntryDescription& description);
  Result<std::optional<EntryRow>> find_row(const CacheKey& key);
  Result<std::optional<util::Sha256>> drop_blob_if_unused(std::int64_t blob);
  Status add_counters(std::span<const std::uint64_t> values, std::uint64_t first_id);
  Status add_uses(const Gathered& gathered);
  Status add_digests(const Gathered& gathered);
  Status add_misses(const Gathered& gathered);

  Database m_database;
  std::int64_t m_space = 0; ///< the namespace's row; 0: there is none, and nothing in it
};

} // namespace cwasm::cache
