#pragma once

/// What hits learn and do not write: it waits in memory for the next flush.

#include <cwasm/cache.hpp>

#include "util/sha256.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace cwasm::cache {

using Time = std::chrono::system_clock::time_point;

/// Digests are evenly spread already: some of their bytes are a good hash.
struct DigestHash {
  std::size_t operator()(const util::Sha256& digest) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
  }
  std::size_t operator()(const CacheKey& key) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, key.engine.bytes.data(), sizeof hash);
    return hash * 31 + operator()(key.module.bytes);
  }
};

/// Uses of an entry since the last flush.
struct Use {
  std::uint64_t count = 0;
  Time last;
};

/// What a file's digest is remembered under, beside what tells that the file changed.
struct FileSlot {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  DigestAlgorithm algorithm = DigestAlgorithm::sha256;
  std::uint64_t start = 0; ///< where in the file what was hashed begins
  friend bool operator==(const FileSlot&, const FileSlot&) = default;
};

struct FileSlotHash {
  std::size_t operator()(const FileSlot& slot) const noexcept {
    return ((slot.device * 31 + slot.inode) * 31 + static_cast<std::size_t>(slot.algorithm)) * 31 +
           slot.start;
  }
};

struct FileDigest {
  FileIdentity identity;
  ModuleDigest digest;
  bool stored = false; ///< the database has it
};

struct Gathered {
  Counters counters;
  std::unordered_map<CacheKey, Use, DigestHash> uses;
  /// Blob files whose content was found right, as they were then.
  std::unordered_map<util::Sha256, FileIdentity, DigestHash> verified;
  std::vector<Miss> misses; ///< the last ones, in their order
  /// Stays after a flush, as the memory in front of the table.
  std::unordered_map<FileSlot, FileDigest, FileSlotHash> digests;
};

} // namespace cwasm::cache
