#include "cache/operations.hpp"
#include "cache/shared_mappings.hpp"

#include "util/try.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

// The order that makes the end of a process harmless at any point: the temporary file is whole
// before it gets its name, the name comes before the row, the row before the caller hears of it.
// What a killed process leaves is a file without a row, which nobody sees and `verify` removes.
//
// Nobody waits for the disk here. That a blob's content was verified is written down by a flush,
// and only of a file that was synced before (Handle::flush). So what a power loss leaves is
// believed by nobody: a row without its file, or a file that was never synced and is hashed before
// it is used.

namespace cwasm::cache {
namespace {

constexpr std::size_t k_most_unsynced = 1024;

/// An insert on its way. Its functions need a Session, but for `stage`.
struct Insertion {
  Handle& handle;
  const CacheKey& key;
  const EntryDescription& description;
  const std::optional<Requirements>& requirements;
  BlobRecord record = {};
  std::optional<StagedBlob> staged = std::nullopt;
  std::optional<util::Sha256> replaced = std::nullopt; ///< a blob that no key has any longer
  std::int64_t entry = 0;                              ///< its row
  std::optional<FileIdentity> whole = std::nullopt;    ///< the file that has the content
  bool published = false;

  Status stage(std::span<const std::byte> artifact);
  /// Publishes and makes the row. Nothing when there is no staged blob but one is needed.
  Result<MappingPtr> commit(Index& index);

private:
  Result<MappingPtr> in_transaction(Index& index);
  Result<MappingPtr> place_blob(Index& index);
  Status put(Index& index);
};

Status Insertion::stage(std::span<const std::byte> artifact) {
  CWASM_TRY_ASSIGN(auto blob, handle.blobs.stage(artifact));
  staged.emplace(std::move(blob));
  return ok();
}

Result<MappingPtr> Insertion::commit(Index& index) {
  auto mapping = in_transaction(index);
  if (mapping && *mapping) {
    handle.count(Counter::stores);
    handle.tally(Tally::stored_bytes, record.size);
    handle.tally(Tally::compiled_us, microseconds_of(description.compile_seconds));
    handle.settled_all();
    handle.gathered.verified[record.digest] = *whole;
    handle.leaves_no_log = true;
  }
  // Files that are without a row now, whether it went well or not. They do no harm, so neither does
  // a failure to remove them.
  if (!mapping && published) {
    static_cast<void>(handle.remove_unused(index, std::span(&record.digest, 1)));
  }
  if (mapping && replaced) {
    static_cast<void>(handle.remove_unused(index, std::span(&*replaced, 1)));
  }
  return mapping;
}

Result<MappingPtr> Insertion::in_transaction(Index& index) {
  CWASM_TRY_ASSIGN(auto transaction, Transaction::begin(index.database()));
  CWASM_TRY_ASSIGN(MappingPtr mapping, place_blob(index));
  if (mapping) {
    CWASM_TRY(put(index));
    CWASM_TRY(transaction.commit());
  }
  return mapping;
}

Result<MappingPtr> Insertion::place_blob(Index& index) {
  CWASM_TRY_ASSIGN(const auto known, index.find_blob(record.digest));
  CWASM_TRY_ASSIGN(whole, handle.blobs.identify(record.digest));
  if (known && whole && handle.verified_of(*known) == whole) {
    record.verified = known->verified;
  } else {
    if (!staged) {
      return MappingPtr();
    }
    CWASM_TRY(handle.blobs.publish(std::move(*staged), record.digest));
    staged.reset();
    published = true;
    // Nobody but the one writer touches the file now, so it is what we have hashed.
    CWASM_TRY_ASSIGN(whole, handle.blobs.identify(record.digest));
  }
  CWASM_TRY_ASSIGN(auto found, handle.blobs.load({record.digest, record.size, whole}));
  if (!found.good) {
    return Error(ErrorCode::io,
                 fmt::format("{} is damaged as soon as it is written: {}",
                             handle.blobs.path_of(record.digest).native(), found.damage));
  }
  return std::move(found.good);
}

Status Insertion::put(Index& index) {
  handle.gathered.counters = handle.unsettled();
  ++handle.gathered.counters[Counter::stores];
  handle.gathered.tallies = handle.unsettled_tallies();
  handle.gathered.tallies[Tally::stored_bytes] += record.size;
  handle.gathered.tallies[Tally::compiled_us] += microseconds_of(description.compile_seconds);
  // Before the row is replaced: what was gathered is about the one that was there.
  CWASM_TRY(index.settle(handle.gathered));
  CWASM_TRY_ASSIGN(const PutResult put,
                   index.put(key, description, requirements, record, handle.now()));
  replaced = put.replaced;
  entry = put.entry;
  return ok();
}

/// An artifact that is larger than all that may be there would only push out the others.
Status require_room(const CacheLimits& limits, std::uint64_t size) {
  if (limits.bytes && size > *limits.bytes) {
    return Error(
        ErrorCode::invalid_argument,
        fmt::format("it has {} bytes, and the whole cache is limited to {}", size, *limits.bytes));
  }
  if (limits.quota && size > *limits.quota) {
    return Error(
        ErrorCode::invalid_argument,
        fmt::format("it has {} bytes, and the namespace's quota is {}", size, *limits.quota));
  }
  return ok();
}

/// Whether the artifact is there already, whole, under whatever key.
bool is_stored(Handle& handle, const util::Sha256& digest) {
  const Handle::Session session(handle);
  const auto record = handle.index.find_blob(digest);
  const auto identity = handle.blobs.identify(digest);
  return record && *record && identity && *identity && handle.verified_of(**record) == *identity;
}

Result<CachedArtifact> store(Insertion& insertion, std::span<const std::byte> artifact) {
  Handle& handle = insertion.handle;
  // A second round when an equal artifact, which we meant to share, has just been removed.
  for (bool share = true;; share = false) {
    const bool needs_file = !share || !is_stored(handle, insertion.record.digest);
    CWASM_TRY(needs_file ? insertion.stage(artifact) : ok());
    const Handle::Session session(handle);
    CWASM_TRY(handle.ensure_in_place());
    CWASM_TRY_ASSIGN(MappingPtr mapping, handle.with_index([&insertion](Index& index) {
      return insertion.commit(index);
    }));
    if (mapping) {
      CachedArtifact stored{mapping->bytes, mapping->path, std::nullopt};
      share_mapping(mapping);
      handle.mappings.keep(std::move(mapping));
      // Who only stores would gather what is not yet synced until its end.
      if (handle.gathered.verified.size() >= k_most_unsynced) {
        static_cast<void>(handle.flush());
      }
      return stored;
    }
  }
}

} // namespace

Result<CachedArtifact> insert(Handle& handle, const CacheKey& key,
                              std::span<const std::byte> artifact,
                              const EntryDescription& description,
                              const std::optional<Requirements>& requirements) {
  CWASM_TRY(handle.require_writing());
  CWASM_TRY(require_room(handle.options.limits, artifact.size()));
  Insertion insertion{handle, key, description, requirements};
  CWASM_TRY_ASSIGN(insertion.record.digest, util::sha256(artifact));
  insertion.record.size = artifact.size();
  auto stored = store(insertion, artifact);
  // On a full disk nothing is ever stored unless room is made, for the next one.
  const bool may_be_full = !stored && stored.error().code() == ErrorCode::io;
  if (!stored && !(may_be_full && handle.options.limits.free_disk)) {
    return stored;
  }
  if (const auto kept = keep_within_limits(handle, insertion.entry); stored && !kept) {
    const Handle::Session session(handle);
    handle.warn("the cache could not be kept within its limits: " + kept.error().message());
  }
  return stored;
}

} // namespace cwasm::cache
