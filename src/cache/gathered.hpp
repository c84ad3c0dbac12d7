#pragma once

/// What hits learn and do not write: it waits in memory for the next flush.

#include <cwasm/cache.hpp>

#include "util/sha256.hpp"

#include <algorithm>
#include <array>
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

/// Sums that are kept beside the counters, in the same table, under k_first_tally and so on.
/// Append-only: the numbers are stored.
enum class Tally : std::uint8_t {
  served_bytes,
  stored_bytes,
  saved_us,
  compiled_us,
  hit_us,
  miss_us,
  hit_latency, ///< the first of its buckets
  miss_latency = hit_latency + LatencyHistogram::k_buckets,
};
inline constexpr std::size_t k_tally_count =
    static_cast<std::size_t>(Tally::miss_latency) + LatencyHistogram::k_buckets;
inline constexpr std::uint64_t k_first_tally = 256;

/// Of seconds that somebody else has measured.
inline std::uint64_t microseconds_of(double seconds) noexcept {
  constexpr double k_most = 1e9; // some thirty years
  return seconds > 0 ? static_cast<std::uint64_t>(std::min(seconds, k_most) * 1e6) : 0;
}

struct Tallies {
  std::array<std::uint64_t, k_tally_count> values{};
  std::uint64_t& operator[](Tally tally) noexcept {
    return values[static_cast<std::size_t>(tally)];
  }
  std::uint64_t operator[](Tally tally) const noexcept {
    return values[static_cast<std::size_t>(tally)];
  }
  friend bool operator==(const Tallies&, const Tallies&) = default;
};

struct Gathered {
  Counters counters;
  Tallies tallies;
  std::unordered_map<CacheKey, Use, DigestHash> uses;
  /// Blob files whose content was found right, as they were then.
  std::unordered_map<util::Sha256, FileIdentity, DigestHash> verified;
  std::vector<Miss> misses; ///< the last ones, in their order
  /// Stays after a flush, as the memory in front of the table.
  std::unordered_map<FileSlot, FileDigest, FileSlotHash> digests;
};

} // namespace cwasm::cache
