#include "cache/operations.hpp"

#include "util/try.hpp"

#include <fmt/format.h>

namespace cwasm::cache {
namespace {

/// What the index has under a key, and the blob when this process has mapped it already.
struct Candidate {
  BlobRecord record;
  std::shared_ptr<const Mapping> mapping;
};

Result<std::optional<Candidate>> find(Handle& handle, const CacheKey& key) {
  const Handle::Session session(handle);
  CWASM_TRY_ASSIGN(auto record,
                   handle.with_index([&key](Index& index) { return index.find(key); }));
  if (!record) {
    handle.gathered_one();
    return std::optional<Candidate>();
  }
  if (const auto verified = handle.gathered.verified.find(record->digest);
      verified != handle.gathered.verified.end()) {
    record->verified = verified->second;
  }
  return std::optional(Candidate{*record, handle.mappings.find(record->digest)});
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

/// Asks the validator; counts the hit, or that the artifact is stale.
bool judge(Handle& handle, const CacheKey& key, const FoundBlob& found,
           const ModuleCache::Validator& validator) {
  const bool accepted = !validator || validator(found.good->bytes.view);
  const Handle::Session session(handle);
  handle.count(accepted ? Counter::hits : Counter::stale);
  if (accepted) {
    auto& use = handle.gathered.uses[key];
    ++use.count;
    use.last = handle.now();
  }
  if (found.rehashed) {
    handle.gathered.verified[found.good->digest] = found.good->identity;
  }
  handle.mappings.keep(found.good);
  handle.gathered_one();
  return accepted;
}

/// Sets the damaged blob aside, counts and warns; a failure to set it aside does not stop a lookup.
/// False: it has changed since it was found.
bool condemned(Handle& handle, const BlobRecord& record, const FoundBlob& found) {
  const auto done = handle.condemn(record, found);
  if (done && !*done) {
    return false;
  }
  const Handle::Session session(handle);
  handle.count(Counter::corrupt);
  handle.warn(fmt::format("a cached artifact is damaged and is not used: {}: {}{}",
                          handle.blobs.path_of(record.digest).native(), found.damage,
                          done ? "" : "; it could not be set aside: " + done.error().message()));
  handle.gathered_one();
  return true;
}

} // namespace

Result<std::optional<CachedArtifact>> lookup(Handle& handle, const CacheKey& key,
                                             const ModuleCache::Validator& validator) {
  // Somebody else may replace or remove the blob between our look at the index and at the file.
  constexpr int k_attempts = 3;
  for (int attempt = 0; attempt < k_attempts; ++attempt) {
    auto candidate = find(handle, key);
    if (!candidate) {
      handle.count(Counter::misses);
      return std::move(candidate).error();
    }
    if (!*candidate) {
      break;
    }
    auto found = load(handle, **candidate);
    if (!found) {
      handle.count(Counter::misses);
      return std::move(found).error();
    }
    if (found->good) {
      return judge(handle, key, *found, validator)
                 ? std::optional(CachedArtifact{found->good->bytes, found->good->path})
                 : std::nullopt;
    }
    if (condemned(handle, (*candidate)->record, *found)) {
      return std::optional<CachedArtifact>();
    }
  }
  handle.count(Counter::misses);
  return std::optional<CachedArtifact>();
}

} // namespace cwasm::cache
