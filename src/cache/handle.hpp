#pragma once

#include "cache/blob_store.hpp"
#include "cache/gathered.hpp"
#include "cache/index_file.hpp"
#include "cache/layer.hpp"
#include "cache/mappings.hpp"

#include <cwasm/cache.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace cwasm::cache {

IndexPlace place_of(const CacheOptions& options);

/// What a ModuleCache is made of. Members below `mutex` belong to whoever holds a Session; files
/// are read and hashed without one.
struct Handle {
  /// Holds the mutex; passes warnings on when it has let go of it.
  class Session {
  public:
    explicit Session(Handle& handle) : m_handle(handle), m_lock(handle.mutex) {}
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    Session(Session&&) = delete;
    Session& operator=(Session&&) = delete;
    ~Session();

  private:
    Handle& m_handle;
    std::unique_lock<std::mutex> m_lock;
  };

  Handle(CacheOptions given, OpenedIndex opened);
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  Handle(Handle&&) = delete;
  Handle& operator=(Handle&&) = delete;
  ~Handle();

  // For callers without a Session.
  void count(Counter counter, std::uint64_t times = 1) noexcept;
  Counters counters() const noexcept;
  void tally(Tally what, std::uint64_t amount) noexcept;
  /// A lookup that took so long; `hit` says how it ended.
  void tally_latency(bool hit, std::chrono::steady_clock::duration time) noexcept;
  Time now() const;
  bool is_read_only() const noexcept { return access == Access::read; }
  /// ErrorCode::io when nothing can be written.
  Status require_writing() const;
  /// Moves a damaged blob to the quarantine and forgets its entries; does nothing where nothing can
  /// be written. False: the index or the file is no longer what was found.
  Result<bool> condemn(const BlobRecord& record, const FoundBlob& found);

  // For callers with a Session.
  /// Runs `use(index)`; when the index turns out to be damaged, once more with a new one.
  template <typename F> auto with_index(F use) -> decltype(use(std::declval<Index&>()));
  Status reopen(Trust trust);
  /// Notes how the index was opened, and warns of what is to be said about that.
  void note_opening(OpenedIndex& opened);
  /// Opens the index anew when it is no longer in its place.
  Status ensure_in_place();
  /// The counts that the database does not have.
  Counters unsettled() const noexcept;
  Tallies unsettled_tallies() const noexcept;
  /// What was gathered is in the database now.
  void settled_all();
  /// Writes what was gathered. Files whose content was found right are synced before that is noted.
  Status flush();
  /// The file as it was when the blob's content was verified, as far as this handle knows.
  std::optional<FileIdentity> verified_of(const BlobRecord& record) const;
  /// In the place of that where nothing can be written: keeps what serves as memory, within bounds.
  void forget_unwritable();
  /// One more thing is gathered; writes them all when there are many, unless somebody else writes.
  void gathered_one();
  /// Forgets those that cannot be synced or have changed.
  void sync_verified();
  void warn(std::string text) { warnings.push_back(std::move(text)); }
  /// Removes those of the blob files that have no row; returns them.
  Result<std::vector<util::Sha256>> remove_unused(Index& current,
                                                  std::span<const util::Sha256> digests) const;

  const CacheOptions options;
  const IndexPlace place;
  const BlobStore blobs;
  std::array<std::atomic<std::uint64_t>, k_counter_count> totals{};
  std::array<std::atomic<std::uint64_t>, k_tally_count> tallies{};
  std::atomic<Access> access;

  std::vector<Layer> layers; ///< the upper ones first

  std::mutex mutex;
  Index index;
  FileIdentity index_file;
  Gathered gathered;
  Counters settled;         ///< of the totals, what the database has
  Tallies settled_tallies;  ///< the same
  std::uint64_t events = 0; ///< gathered since the last flush
  Time last_batch;
  bool leaves_no_log = false; ///< the end moves the log into the index
  bool told_of_flights = false;
  Mappings mappings;
  std::vector<std::string> warnings;
};

template <typename F> auto Handle::with_index(F use) -> decltype(use(std::declval<Index&>())) {
  auto result = use(index);
  if (result || result.error().code() != ErrorCode::corrupt) {
    return result;
  }
  if (auto opened = reopen(Trust::after_a_full_check); !opened) {
    return std::move(opened).error();
  }
  return use(index);
}

} // namespace cwasm::cache
