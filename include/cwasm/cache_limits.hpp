#pragma once

/// How large a cache may become, and what goes first.

#include <cwasm/metadata.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace cwasm {

/// What goes first, of what is not pinned: artifacts that `ModuleCache::gc` found that no engine
/// loads; then, by `cost`, those whose compile seconds × uses ÷ bytes are least, where half of that
/// is lost with each week without a use; by `lru`, those not used for longest.
enum class EvictionOrder : std::uint8_t { cost, lru };

/// An artifact larger than `bytes` or `quota` is not stored. Limits are looked at after each store;
/// what one store has just stored is not removed by it. The one that stores removes at most 1024
/// entries, in slices of 64 between which others write, and only one process does so at a time:
/// nobody waits for that. `ModuleCache::gc` has no such bound.
struct CacheLimits {
  std::optional<std::uint64_t> bytes;      ///< of distinct artifacts
  std::optional<std::uint64_t> entries;    ///< how many
  std::optional<std::chrono::seconds> age; ///< since the last use
  std::optional<std::uint64_t> free_disk;  ///< bytes that the file system is to keep free
  std::optional<std::uint64_t> quota;      ///< bytes of this handle's namespace, shared or not
  EvictionOrder order = EvictionOrder::cost;
  /// When bytes, quota or entries are above their limit, how much of it is kept.
  unsigned bytes_percent = 70;
  unsigned entries_percent = 70;
  friend bool operator==(const CacheLimits&, const CacheLimits&) = default;
};

struct GcOptions {
  /// Whether any engine that matters would load an artifact; must not throw. Asked once for each
  /// engine that artifacts were compiled for. Empty: nobody is asked, and what was found before
  /// stays.
  std::function<bool(std::span<const std::byte> artifact, Kind kind)> would_load;
  /// Remove what no engine loads, instead of having it go first when there is too much.
  bool remove_unloadable = false;
};

struct GcReport {
  std::uint64_t evicted = 0;    ///< entries removed, for whatever reason
  std::uint64_t bytes = 0;      ///< of artifacts that are gone with them
  std::uint64_t unloadable = 0; ///< entries that no engine loads and that are still there
  std::uint64_t orphans = 0;    ///< files without a row; removed
  friend bool operator==(const GcReport&, const GcReport&) = default;
};

} // namespace cwasm
