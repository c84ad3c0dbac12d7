#include "cache/impl.hpp"

#include "util/hex.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <utility>

namespace cwasm {

Result<std::optional<CachedArtifact>> ModuleCache::Impl::lookup(const CacheKey& key,
                                                                const Validator& validator) {
  // Somebody else may replace or remove the blob between our look at the index and at the file.
  constexpr int k_attempts = 3;
  for (int attempt = 0; attempt < k_attempts; ++attempt) {
    auto candidate = find(key);
    if (!candidate || !*candidate) {
      count(Counter::misses);
      return candidate ? Result<std::optional<CachedArtifact>>(std::nullopt)
                       : std::move(candidate).error();
    }
    auto found = load(**candidate);
    if (!found) {
      count(Counter::misses);
      return std::move(found).error();
    }
    if (found->good) {
      return judge(key, *found, validator)
                 ? std::optional(CachedArtifact{found->good->bytes, found->good->path})
                 : std::nullopt;
    }
    if (condemned((*candidate)->record, *found)) {
      return std::optional<CachedArtifact>();
    }
  }
  count(Counter::misses);
  return std::optional<CachedArtifact>();
}

Result<std::optional<ModuleCache::Impl::Candidate>> ModuleCache::Impl::find(const CacheKey& key) {
  const Session session(*this);
  CWASM_TRY_ASSIGN(auto record,
                   with_index([&key](cache::Index& current) { return current.find(key); }));
  if (!record) {
    gathered_one();
    return std::optional<Candidate>();
  }
  if (const auto verified = gathered.verified.find(record->digest);
      verified != gathered.verified.end()) {
    record->verified = verified->second;
  }
  return std::optional(Candidate{*record, mappings.find(record->digest)});
}

Result<cache::FoundBlob> ModuleCache::Impl::load(const Candidate& candidate) const {
  if (candidate.mapping && candidate.mapping->identity.size == candidate.record.size) {
    const auto identity = util::identify(candidate.mapping->path);
    if (identity && *identity == candidate.mapping->identity) {
      return cache::FoundBlob{candidate.mapping, false, *identity, {}};
    }
  }
  return blobs.load(candidate.record);
}

bool ModuleCache::Impl::judge(const CacheKey& key, const cache::FoundBlob& found,
                              const Validator& validator) {
  const bool accepted = !validator || validator(found.good->bytes.view);
  const Session session(*this);
  count(accepted ? Counter::hits : Counter::stale);
  if (accepted) {
    auto& use = gathered.uses[key];
    ++use.count;
    use.last = now();
  }
  if (found.rehashed) {
    gathered.verified[found.good->digest] = found.good->identity;
  }
  mappings.keep(found.good);
  gathered_one();
  return accepted;
}

bool ModuleCache::Impl::condemned(const cache::BlobRecord& record, const cache::FoundBlob& found) {
  const auto done = condemn(record, found);
  if (done && !*done) {
    return false;
  }
  const Session session(*this);
  count(Counter::corrupt);
  warn(fmt::format("a cached artifact is damaged and is not used: {}: {}{}",
                   blobs.path_of(record.digest).native(), found.damage,
                   done ? ""
                        : fmt::format("; it could not be set aside: {}", done.error().message())));
  gathered_one();
  return true;
}

Result<bool> ModuleCache::Impl::condemn(const cache::BlobRecord& record,
                                        const cache::FoundBlob& found) {
  const auto set_aside = [&](cache::Index& current) -> Result<bool> {
    CWASM_TRY_ASSIGN(auto transaction, cache::Transaction::begin(current.database()));
    CWASM_TRY_ASSIGN(const auto record_now, current.find_blob(record.digest));
    CWASM_TRY_ASSIGN(const auto identity_now, blobs.identify(record.digest));
    if (!record_now || record_now->size != record.size || identity_now != found.identity) {
      return false;
    }
    CWASM_TRY(current.drop_blob(record.digest));
    CWASM_TRY(blobs.quarantine(record.digest));
    CWASM_TRY(transaction.commit());
    return true;
  };
  const Session session(*this);
  CWASM_TRY(ensure_in_place());
  gathered.verified.erase(record.digest);
  return with_index(set_aside);
}

} // namespace cwasm
