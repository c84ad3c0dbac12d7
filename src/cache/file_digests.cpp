#include "cache/impl.hpp"

#include "util/try.hpp"

#include <algorithm>
#include <chrono>

namespace cwasm {
namespace {

/// A file system's clock may stand still for this long, so a change this soon after another can
/// leave the same times behind.
constexpr std::chrono::seconds k_young{2};

bool is_young(const FileIdentity& identity, cache::Time now) {
  const auto changed = std::chrono::nanoseconds(std::max(identity.mtime_ns, identity.ctime_ns));
  return changed > now.time_since_epoch() - k_young;
}

cache::FileSlot slot_of(const FileIdentity& identity, DigestAlgorithm algorithm) {
  return {identity.device, identity.inode, algorithm};
}

} // namespace

Result<std::optional<ModuleDigest>>
ModuleCache::Impl::remembered_digest(const FileIdentity& identity, DigestAlgorithm algorithm) {
  const Session session(*this);
  const auto slot = slot_of(identity, algorithm);
  auto file = gathered.digests.find(slot);
  if (file == gathered.digests.end()) {
    CWASM_TRY_ASSIGN(const auto stored, with_index([&slot](cache::Index& current) {
                       return current.find_digest(slot);
                     }));
    if (!stored) {
      return std::optional<ModuleDigest>();
    }
    file = gathered.digests.emplace(slot, *stored).first;
  }
  return file->second.identity == identity ? std::optional(file->second.digest) : std::nullopt;
}

void ModuleCache::Impl::remember_digest(const FileIdentity& identity, const ModuleDigest& digest) {
  if (is_young(identity, now())) {
    return;
  }
  const Session session(*this);
  gathered.digests[slot_of(identity, digest.algorithm)] = {identity, digest, false};
  gathered_one();
}

} // namespace cwasm
