#pragma once

#include "cache/blob_store.hpp"
#include "cache/gathered.hpp"
#include "cache/index_file.hpp"
#include "cache/mappings.hpp"

#include <cwasm/cache.hpp>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cwasm {

/// What a handle is made of. Members below `mutex` belong to whoever holds a Session; files are
/// read and hashed without one.
struct ModuleCache::Impl {
  /// Holds the mutex; passes warnings on when it has let go of it.
  class Session {
  public:
    explicit Session(Impl& impl) : m_impl(impl), m_lock(impl.mutex) {}
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

  private:
    Impl& m_impl;
    std::unique_lock<std::mutex> m_lock;
  };

  Impl(CacheOptions given, cache::OpenedIndex opened);
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();

  // For callers without a Session.
  Result<std::optional<CachedArtifact>> lookup(const CacheKey& key, const Validator& validator);
  Result<CachedArtifact> store(const CacheKey& key, std::span<const std::byte> artifact,
                               const EntryDescription& description);
  Result<VerifyReport> verify();
  Result<ClearReport> clear();
  Result<CacheStats> stats();
  Result<std::vector<Entry>> list();
  Result<std::optional<ModuleDigest>> remembered_digest(const FileIdentity& identity,
                                                        DigestAlgorithm algorithm);
  void remember_digest(const FileIdentity& identity, const ModuleDigest& digest);
  void count(Counter counter, std::uint64_t times = 1) noexcept;
  Counters counters() const noexcept;
  cache::Time now() const;

  /// What the index has under a key, and the blob when this process has mapped it already.
  struct Candidate {
    cache::BlobRecord record;
    std::shared_ptr<const cache::Mapping> mapping;
  };
  Result<std::optional<Candidate>> find(const CacheKey& key);
  Result<cache::FoundBlob> load(const Candidate& candidate) const;
  /// Asks the validator; counts the hit, or that the artifact is stale.
  bool judge(const CacheKey& key, const cache::FoundBlob& found, const Validator& validator);
  /// Moves a damaged blob to the quarantine and forgets its entries. False: the index or the file
  /// is no longer what was found.
  Result<bool> condemn(const cache::BlobRecord& record, const cache::FoundBlob& found);
  /// The same for a lookup, which goes on whatever happens: counts and warns.
  bool condemned(const cache::BlobRecord& record, const cache::FoundBlob& found);

  Status verify_index(VerifyReport& report);
  Status verify_blobs(VerifyReport& report);
  Status verify_blob(const util::Sha256& digest, VerifyReport& report);
  /// Removes blob files that have no row, and files whose writers are gone.
  Status sweep(VerifyReport& report);
  Status sweep_shard(std::uint8_t first_byte, VerifyReport& report);

  // For callers with a Session.
  template <typename F> auto with_index(F use) -> decltype(use(std::declval<cache::Index&>()));
  Status reopen(cache::Trust trust);
  Status ensure_in_place();
  /// The counts that the database does not have.
  Counters unsettled() const noexcept;
  /// What was gathered is written, and these of the counts.
  void settled_all(const Counters& written);
  Status flush();
  /// One more thing is gathered; writes them all when there are many, unless somebody else writes.
  void gathered_one();
  void warn(std::string text) { warnings.push_back(std::move(text)); }
  /// An insert on its way.
  struct Insertion {
    const CacheKey& key;
    const EntryDescription& description;
    cache::BlobRecord record;
    std::optional<cache::StagedBlob> staged;
    bool published = false;
  };
  /// Whether the artifact is there already, whole, under whatever key.
  bool is_stored(const util::Sha256& digest);
  /// Publishes and makes the row. Nothing when there is no staged blob but it is needed.
  Result<std::shared_ptr<const cache::Mapping>> commit(cache::Index& current, Insertion& insertion);
  /// The blob, published unless it is there already. REQUIRES: a write transaction.
  Result<std::shared_ptr<const cache::Mapping>> place_blob(cache::Index& current,
                                                           Insertion& insertion);
  Status put(cache::Index& current, const Insertion& insertion,
             std::optional<util::Sha256>& replaced);
  /// Removes those of the blob files that have no row; returns them.
  Result<std::vector<util::Sha256>> remove_unused(cache::Index& current,
                                                  std::span<const util::Sha256> digests);

  const CacheOptions options;
  const cache::IndexPlace place;
  const cache::BlobStore blobs;
  std::array<std::atomic<std::uint64_t>, k_counter_count> totals{};

  std::mutex mutex;
  cache::Index index;
  FileIdentity index_file;
  cache::Gathered gathered;
  Counters settled;         ///< of the totals, what the database has
  std::uint64_t events = 0; ///< gathered since the last flush
  cache::Time last_batch;
  bool has_stored = false;
  cache::Mappings mappings;
  std::vector<std::string> warnings;
};

/// Runs `use(index)`; when the index turns out to be damaged, once more with a new one.
template <typename F> auto ModuleCache::Impl::with_index(F use)
    -> decltype(use(std::declval<cache::Index&>())) {
  auto result = use(index);
  if (result || result.error().code() != ErrorCode::corrupt) {
    return result;
  }
  if (auto opened = reopen(cache::Trust::after_a_full_check); !opened) {
    return std::move(opened).error();
  }
  return use(index);
}

} // namespace cwasm
