#include "cache/operations.hpp"

#include "util/try.hpp"

#include <algorithm>
#include <chrono>

namespace cwasm::cache {
namespace {

/// A file system's clock may stand still for this long, so a change this soon after another can
/// leave the same times behind.
constexpr std::chrono::seconds k_young{2};

bool is_young(const FileIdentity& identity, Time now) {
  const auto changed = std::chrono::nanoseconds(std::max(identity.mtime_ns, identity.ctime_ns));
  return changed > now.time_since_epoch() - k_young;
}

FileSlot slot_of(const FileIdentity& identity, DigestAlgorithm algorithm, std::uint64_t start) {
  return {identity.device, identity.inode, algorithm, start};
}

} // namespace

Result<std::optional<ModuleDigest>> remembered_digest(Handle& handle, const FileIdentity& identity,
                                                      DigestAlgorithm algorithm,
                                                      std::uint64_t start) {
  const Handle::Session session(handle);
  auto& digests = handle.gathered.digests;
  const auto slot = slot_of(identity, algorithm, start);
  auto file = digests.find(slot);
  if (file == digests.end()) {
    CWASM_TRY_ASSIGN(const auto stored,
                     handle.with_index([&slot](Index& index) { return index.find_digest(slot); }));
    if (!stored) {
      return std::optional<ModuleDigest>();
    }
    handle.gathered_one(); // so that what is kept in memory stays bounded
    file = digests.emplace(slot, *stored).first;
  }
  return file->second.identity == identity ? std::optional(file->second.digest) : std::nullopt;
}

void remember_digest(Handle& handle, const FileIdentity& identity, const ModuleDigest& digest,
                     std::uint64_t start) {
  if (is_young(identity, handle.now())) {
    return;
  }
  const Handle::Session session(handle);
  handle.gathered.digests[slot_of(identity, digest.algorithm, start)] = {identity, digest, false};
  handle.gathered_one();
}

} // namespace cwasm::cache
