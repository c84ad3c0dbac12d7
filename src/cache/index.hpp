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
#include <utility>
#include <vector>

namespace cwasm::cache {

/// A row of `blobs`.
struct BlobRecord {
  util::Sha256 digest{};
  std::uint64_t size = 0;
  std::optional<FileIdentity> verified; ///< the file as it was when its content was last verified
};

class Index {
public:
  explicit Index(Database database) : m_database(std::move(database)) {}

  Database& database() noexcept { return m_database; }

  /// Prepares what a lookup needs, which also shows that the schema is ours.
  Status prepare();
  /// Looks for damage everywhere (seconds for a large index). ErrorCode::corrupt says what.
  Status check();

  Result<std::optional<BlobRecord>> find(const CacheKey& key);
  Result<std::optional<BlobRecord>> find_blob(const util::Sha256& digest);
  Result<std::optional<FileDigest>> find_digest(const FileSlot& slot);

  /// Points the key at the blob. REQUIRES: a transaction. Returns the blob that the key had before
  /// when no key has it any longer; its row is gone then.
  Result<std::optional<util::Sha256>> put(const CacheKey& key, const EntryDescription& description,
                                          const BlobRecord& blob, Time now);
  /// Says what the engine's artifacts need. REQUIRES: a transaction.
  Status put_requirements(const CompatibilityHash& engine, const Requirements& requirements);
  /// Removes the blob's row and the entries that have it. REQUIRES: a transaction.
  Status drop_blob(const util::Sha256& digest);
  /// Removes blobs that no entry has. REQUIRES: a transaction.
  Status drop_unused_blobs();
  /// Adds what was gathered. REQUIRES: a transaction.
  Status settle(const Gathered& gathered);
  /// Removes all rows. REQUIRES: a transaction.
  Status clear();

  Result<CacheStats> stats();
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

private:
  Result<std::int64_t> put_blob(const BlobRecord& blob);
  Result<std::int64_t> blob_row_of(const CacheKey& key, std::int64_t otherwise);
  Status add_counters(const Counters& counters);
  Status add_uses(const Gathered& gathered);
  Status add_verified(const Gathered& gathered);
  Status add_digests(const Gathered& gathered);
  Status add_misses(const Gathered& gathered);

  Database m_database;
};

} // namespace cwasm::cache
