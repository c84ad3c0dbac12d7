#pragma once

#include "cache/gathered.hpp"
#include "util/sha256.hpp"

#include <cwasm/bytes.hpp>
#include <cwasm/file_identity.hpp>

#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <unordered_map>
#include <utility>

namespace cwasm::cache {

/// A blob as this process has mapped it. While the file at `path` has this identity, its content is
/// what `bytes` shows.
struct Mapping {
  util::Sha256 digest{};
  Bytes bytes;
  std::filesystem::path path;
  FileIdentity identity;
  std::uint64_t offset = 0; ///< where in the file it begins: not 0 in a pack
};

using MappingPtr = std::shared_ptr<const Mapping>;

/// The blobs that a handle has found lately, so that a repeated hit costs one stat and no mmap.
/// Only lately, because a mapping keeps the disk space of a removed file. Not for use from two
/// threads at once.
class Mappings {
public:
  MappingPtr find(const util::Sha256& digest) const {
    const auto slot = m_slots.find(digest);
    return slot != m_slots.end() ? slot->second.mapping : nullptr;
  }

  void keep(MappingPtr mapping) {
    auto& slot = m_slots[mapping->digest];
    slot.mapping = std::move(mapping);
    slot.fresh = true;
  }

  /// Lets go of those that were not kept, or kept again, since the last call.
  void release_old() {
    for (auto slot = m_slots.begin(); slot != m_slots.end();) {
      slot = std::exchange(slot->second.fresh, false) ? std::next(slot) : m_slots.erase(slot);
    }
  }

  void clear() noexcept { m_slots.clear(); }

private:
  struct Slot {
    MappingPtr mapping;
    bool fresh = false;
  };
  std::unordered_map<util::Sha256, Slot, DigestHash> m_slots;
};

} // namespace cwasm::cache
