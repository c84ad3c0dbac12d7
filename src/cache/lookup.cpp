#include "cache/operations.hpp"
#include "cache/shared_mappings.hpp"

#include "util/try.hpp"

#include <fmt/format.h>

namespace cwasm::cache {
namespace {

/// What the index has under a key, and the blob when this process has mapped it already.
struct Candidate {
  BlobRecord record;
  bool sealed = false;
  double compile_seconds = 0.0;
  MappingPtr mapping;
};

Result<std::optional<Candidate>> find(Handle& handle, const CacheKey& key) {
  const Handle::Session session(handle);
  CWASM_TRY_ASSIGN(auto entry, handle.with_index([&key](Index& index) { return index.find(key); }));
  if (!entry) {
    return std::optional<Candidate>();
  }
  BlobRecord& record = entry->blob;
  record.verified = handle.verified_of(record);
  auto mapping = handle.mappings.find(record.digest);
  if (!mapping) {
    mapping = find_shared_mapping(handle.blobs.path_of(record.digest));
  }
  return std::optional(
      Candidate{record, entry->sealed, entry->compile_seconds, std::move(mapping)});
}

void count_hit(Handle& handle, Counter hit, std::uint64_t size, double compile_seconds) {
  handle.count(hit);
  handle.tally(Tally::served_bytes, size);
  handle.tally(Tally::saved_us, microseconds_of(compile_seconds));
}

/// Asks the validator; counts the hit.
bool judge(Handle& handle, const CacheKey& key, const Candidate& candidate, const FoundBlob& found,
           const ModuleCache::Validator& validator, Counter hit) {
  const bool accepted = !validator || validator(found.good->bytes.view);
  const Handle::Session session(handle);
  if (accepted) {
    count_hit(handle, hit, candidate.record.size, candidate.compile_seconds);
    auto& use = handle.gathered.uses[key];
    ++use.count;
    use.last = handle.now();
  }
  if (found.rehashed) {
    handle.gathered.verified[found.good->digest] = found.good->identity;
  }
  if (found.good != candidate.mapping) {
    share_mapping(found.good);
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
    CWASM_TRY_ASSIGN(const auto found, handle.blobs.load(candidate->record, candidate->mapping));
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

/// The same in a layer, where nothing is set aside or noted.
LookupResult attempt_in(Layer& layer, Handle& handle, const CacheKey& key,
                        const ModuleCache::Validator& validator, Counter hit) {
  const auto found = layer.find(handle, key, Layer::Remember::yes);
  if (!found) {
    return {};
  }
  const auto& mapping = found->blob.good;
  if (!mapping) {
    return {Counter::corrupt, std::nullopt};
  }
  const bool accepted = !validator || validator(mapping->bytes.view);
  const Handle::Session session(handle);
  handle.mappings.keep(mapping);
  if (!accepted) {
    return {Counter::stale, std::nullopt};
  }
  count_hit(handle, hit, mapping->bytes.view.size(), found->compile_seconds);
  handle.gathered_one();
  return {hit, CachedArtifact{mapping->bytes, mapping->path, std::nullopt, mapping->offset}};
}

/// The same here, then in the layers. Of several failures the first that was not a miss tells.
Result<LookupResult> attempt_everywhere(Handle& handle, const CacheKey& key,
                                        const ModuleCache::Validator& validator) {
  CWASM_TRY_ASSIGN(auto found, attempt(handle, key, validator, Counter::hits));
  for (auto layer = handle.layers.begin(); layer != handle.layers.end() && !found.artifact;
       ++layer) {
    auto lower = attempt_in(*layer, handle, key, validator, Counter::hits);
    if (lower.artifact || found.counted == Counter::misses) {
      found = std::move(lower);
    }
  }
  return found;
}

CachedArtifact made_for_another(CachedArtifact artifact, KnownArtifact& known) {
  artifact.other = OtherEngine{known.entry.key.engine, std::move(known.entry.description)};
  return artifact;
}

/// The best of what other engines have, or nothing.
Result<std::optional<CachedArtifact>> find_compatible(Handle& handle, const CacheKey& key,
                                                      const CompatibleWish& wish,
                                                      const ModuleCache::Validator& validator) {
  constexpr Counter k_hit = Counter::compatible_hits;
  CWASM_TRY_ASSIGN(auto others, own_candidates(handle, key, wish));
  for (KnownArtifact& other : others) {
    CWASM_TRY_ASSIGN(auto found, attempt(handle, other.entry.key, validator, k_hit));
    if (found.artifact) {
      return std::optional(made_for_another(*std::move(found.artifact), other));
    }
  }
  for (Layer& layer : handle.layers) {
    for (KnownArtifact& other : layer.candidates(handle, key, wish, k_most_candidates)) {
      auto found = attempt_in(layer, handle, other.entry.key, validator, k_hit);
      if (found.artifact) {
        return std::optional(made_for_another(*std::move(found.artifact), other));
      }
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
  CWASM_TRY_ASSIGN(auto found, attempt_everywhere(handle, key, validator));
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
