#include "cache/operations.hpp"

#include "util/try.hpp"

#include <fmt/format.h>

namespace cwasm::cache {
namespace {

/// What the index has under a key, and the blob when this process has mapped it already.
struct Candidate {
  BlobRecord record;
  bool sealed = false;
  double compile_seconds = 0.0;
  std::shared_ptr<const Mapping> mapping;
};

Result<std::optional<Candidate>> find(Handle& handle, const CacheKey& key) {
  const Handle::Session session(handle);
  CWASM_TRY_ASSIGN(auto entry, handle.with_index([&key](Index& index) { return index.find(key); }));
  if (!entry) {
    return std::optional<Candidate>();
  }
  BlobRecord& record = entry->blob;
  if (const auto verified = handle.gathered.verified.find(record.digest);
      verified != handle.gathered.verified.end()) {
    record.verified = verified->second;
  }
  return std::optional(Candidate{record, entry->sealed, entry->compile_seconds,
                                 handle.mappings.find(record.digest)});
}

Result<FoundBlob> load(const Handle& handle, const Candidate& candidate) {
  if (candidate.mapping && candidate.mapping->identity.size == candidate.record.size) {
    const auto identity = util::identify(candidate.mapping->path);
    if (identity && *identity == candidate.mapping->identity) {
      return FoundBlob{candidate.mapping, false, *identity, {}};
    }
  }
  return handle.blobs.load(candidate.record);
}

/// Asks the validator; counts the hit.
bool judge(Handle& handle, const CacheKey& key, const Candidate& candidate, const FoundBlob& found,
           const ModuleCache::Validator& validator, Counter hit) {
  const bool accepted = !validator || validator(found.good->bytes.view);
  const Handle::Session session(handle);
  if (accepted) {
    handle.count(hit);
    handle.tally(Tally::served_bytes, candidate.record.size);
    handle.tally(Tally::saved_us, microseconds_of(candidate.compile_seconds));
    auto& use = handle.gathered.uses[key];
    ++use.count;
    use.last = handle.now();
  }
  if (found.rehashed) {
    handle.gathered.verified[found.good->digest] = found.good->identity;
  }
  handle.mappings.keep(found.good);
  if (accepted) {
    handle.gathered_one();
  }
  return accepted;
}

/// Sets the damaged blob aside and warns; a failure to set it aside does not stop a lookup.
/// False: it has changed since it was found.
bool condemned(Handle& handle, const BlobRecord& record, const FoundBlob& found) {
  const auto done = handle.condemn(record, found);
  if (done && !*done) {
    return false;
  }
  const Handle::Session session(handle);
  handle.warn(fmt::format("a cached artifact is damaged and is not used: {}: {}{}",
                          handle.blobs.path_of(record.digest).native(), found.damage,
                          done ? "" : "; it could not be set aside: " + done.error().message()));
  return true;
}

/// Removes the damaged row. What its blob holds is whole, but whose it is cannot be told.
void drop_damaged_row(Handle& handle, const CacheKey& key) {
  const Handle::Session session(handle);
  const auto dropped = handle.with_index([&](Index& index) -> Result<bool> {
    CWASM_TRY_ASSIGN(auto transaction, Transaction::begin(index.database()));
    CWASM_TRY_ASSIGN(const auto entry, index.find(key));
    if (!entry || entry->sealed) {
      return false;
    }
    CWASM_TRY(index.drop(key));
    CWASM_TRY(transaction.commit());
    return true;
  });
  handle.warn(
      fmt::format("{}; it is not used{}", k_row_damage,
                  dropped ? "" : ", and could not be removed: " + dropped.error().message()));
}

/// What is under the key. Counts a hit, as `hit`, and nothing else.
Result<LookupResult> attempt(Handle& handle, const CacheKey& key,
                             const ModuleCache::Validator& validator, Counter hit) {
  // Somebody else may replace or remove the blob between our look at the index and at the file.
  constexpr int k_attempts = 3;
  for (int attempt = 0; attempt < k_attempts; ++attempt) {
    CWASM_TRY_ASSIGN(const auto candidate, find(handle, key));
    if (!candidate) {
      break;
    }
    if (!candidate->sealed) {
      drop_damaged_row(handle, key);
      return LookupResult{Counter::corrupt, std::nullopt};
    }
    CWASM_TRY_ASSIGN(const auto found, load(handle, *candidate));
    if (found.good) {
      return judge(handle, key, *candidate, found, validator, hit)
                 ? LookupResult{hit,
                                CachedArtifact{found.good->bytes, found.good->path, std::nullopt}}
                 : LookupResult{Counter::stale, std::nullopt};
    }
    if (condemned(handle, candidate->record, found)) {
      return LookupResult{Counter::corrupt, std::nullopt};
    }
  }
  return LookupResult{};
}

/// The best of what other engines have, or nothing.
Result<std::optional<CachedArtifact>> find_compatible(Handle& handle, const CacheKey& key,
                                                      const CompatibleWish& wish,
                                                      const ModuleCache::Validator& validator) {
  CWASM_TRY_ASSIGN(auto others, candidates(handle, key, wish));
  for (KnownArtifact& other : others) {
    const CacheKey& its_key = other.entry.key;
    CWASM_TRY_ASSIGN(auto found, attempt(handle, its_key, validator, Counter::compatible_hits));
    if (found.artifact) {
      found.artifact->other = OtherEngine{its_key.engine, std::move(other.entry.description)};
      return std::move(found.artifact);
    }
  }
  return std::optional<CachedArtifact>();
}

} // namespace

void count_failure(Handle& handle, Counter counter) {
  const Handle::Session session(handle);
  handle.count(counter);
  handle.gathered_one();
}

Result<LookupResult> search(Handle& handle, const CacheKey& key,
                            const std::optional<CompatibleWish>& wish,
                            const ModuleCache::Validator& validator) {
  CWASM_TRY_ASSIGN(auto found, attempt(handle, key, validator, Counter::hits));
  if (found.artifact || !wish) {
    return found;
  }
  CWASM_TRY_ASSIGN(auto other, find_compatible(handle, key, *wish, validator));
  return other ? LookupResult{Counter::compatible_hits, std::move(other)} : std::move(found);
}

Result<LookupResult> lookup(Handle& handle, const CacheKey& key,
                            const std::optional<CompatibleWish>& wish,
                            const ModuleCache::Validator& validator) {
  const auto start = std::chrono::steady_clock::now();
  auto found = search(handle, key, wish, validator);
  const bool is_hit = found && found->artifact;
  handle.tally_latency(is_hit, std::chrono::steady_clock::now() - start);
  if (!is_hit) {
    count_failure(handle, found ? found->counted : Counter::misses);
  }
  return found;
}

} // namespace cwasm::cache
