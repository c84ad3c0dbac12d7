#include "cache/impl.hpp"

#include "util/try.hpp"

#include <fmt/format.h>

#include <span>
#include <utility>

// The order that makes a crash harmless at any point: the temporary file is whole on the disk
// before it gets its name, the name before the row, the row before the caller hears of it. What a
// crash leaves is a file without a row, which nobody sees and `verify` removes.

namespace cwasm {
namespace {

using MappingPtr = std::shared_ptr<const cache::Mapping>;

} // namespace

Result<CachedArtifact> ModuleCache::Impl::store(const CacheKey& key,
                                                std::span<const std::byte> artifact,
                                                const EntryDescription& description) {
  Insertion insertion{key, description, {}, std::nullopt};
  CWASM_TRY_ASSIGN(insertion.record.digest, util::sha256(artifact));
  insertion.record.size = artifact.size();
  // A second round when an equal artifact, which we meant to share, has just been removed.
  for (bool share = true;; share = false) {
    if (!share || !is_stored(insertion.record.digest)) {
      CWASM_TRY_ASSIGN(auto staged, blobs.stage(artifact));
      insertion.staged.emplace(std::move(staged));
    }
    const Session session(*this);
    CWASM_TRY(ensure_in_place());
    CWASM_TRY_ASSIGN(MappingPtr mapping,
                     with_index([&](cache::Index& current) { return commit(current, insertion); }));
    if (mapping) {
      CachedArtifact stored{mapping->bytes, mapping->path};
      mappings.keep(std::move(mapping));
      has_stored = true;
      return stored;
    }
  }
}

bool ModuleCache::Impl::is_stored(const util::Sha256& digest) {
  const Session session(*this);
  const auto record = index.find_blob(digest);
  const auto identity = blobs.identify(digest);
  return record && *record && identity && *identity && (*record)->verified == *identity;
}

Result<MappingPtr> ModuleCache::Impl::commit(cache::Index& current, Insertion& insertion) {
  std::optional<util::Sha256> replaced;
  const auto in_transaction = [&]() -> Result<MappingPtr> {
    CWASM_TRY_ASSIGN(auto transaction,
                     cache::Transaction::begin(current.database(), cache::Durability::power_loss));
    CWASM_TRY_ASSIGN(MappingPtr mapping, place_blob(current, insertion));
    if (!mapping) {
      return mapping;
    }
    CWASM_TRY(put(current, insertion, replaced));
    CWASM_TRY(transaction.commit());
    return mapping;
  };
  auto mapping = in_transaction();
  if (mapping && *mapping) {
    count(Counter::stores);
    settled_all(gathered.counters);
  }
  // Files that this insert has left without a row, whether it went well or not. They do no harm, so
  // neither does a failure to remove them.
  if (!mapping && insertion.published) {
    static_cast<void>(remove_unused(current, std::span(&insertion.record.digest, 1)));
  }
  if (mapping && replaced) {
    static_cast<void>(remove_unused(current, std::span(&*replaced, 1)));
  }
  return mapping;
}

Result<MappingPtr> ModuleCache::Impl::place_blob(cache::Index& current, Insertion& insertion) {
  cache::BlobRecord& record = insertion.record;
  CWASM_TRY_ASSIGN(const auto known, current.find_blob(record.digest));
  CWASM_TRY_ASSIGN(const auto identity, blobs.identify(record.digest));
  const bool shared = known && identity && known->verified == identity;
  if (!shared) {
    if (!insertion.staged) {
      return MappingPtr();
    }
    CWASM_TRY(blobs.publish(std::move(*insertion.staged), record.digest));
    insertion.staged.reset();
    insertion.published = true;
  }
  // Nobody but a writer touches the file now, and we are the writer: it is what we have hashed.
  CWASM_TRY_ASSIGN(record.verified, blobs.identify(record.digest));
  CWASM_TRY_ASSIGN(auto found, blobs.load(record));
  if (!found.good) {
    return Error(ErrorCode::io, fmt::format("the file just written is damaged: {}", found.damage));
  }
  return std::move(found.good);
}

Status ModuleCache::Impl::put(cache::Index& current, const Insertion& insertion,
                              std::optional<util::Sha256>& replaced) {
  gathered.counters = unsettled();
  ++gathered.counters[Counter::stores];
  // Before the row is replaced: what was gathered is about the one that was there.
  CWASM_TRY(current.settle(gathered));
  CWASM_TRY_ASSIGN(replaced,
                   current.put(insertion.key, insertion.description, insertion.record, now()));
  return ok();
}

} // namespace cwasm
