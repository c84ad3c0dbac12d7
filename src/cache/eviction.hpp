#pragma once

/// How entries are removed to make room: one process at a time, in slices, each a transaction of
/// its own between which other writers get their turn.

#include "cache/handle.hpp"
#include "util/file_lock.hpp"

#include <cwasm/error.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

namespace cwasm::cache {

/// What may be left. A pass takes it down once and does not move it: what others store meanwhile is
/// for their own pass.
struct Goal {
  static constexpr std::uint64_t k_any = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t entries = k_any;
  std::uint64_t bytes = k_any;
  std::uint64_t own_bytes = k_any; ///< of this namespace
  std::optional<Time> cutoff;      ///< nothing that was last used before
  bool unloadable = true;          ///< false: nothing that no engine loads

  friend bool operator==(const Goal&, const Goal&) = default;
};

/// The goal that the handle's limits set now; Goal{} when they are kept.
Result<Goal> current_goal(Handle& handle);

struct Evicted {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0; ///< of blobs that no entry had any longer
};

/// The lock of whoever removes. ErrorCode::busy when somebody else is at it.
Result<util::FileLock> lock_evictions(const Handle& handle);

/// Removes a slice of what is too much, and adds to `total`. `protected_entry` stays (0: none).
/// False: the goal is met, or nothing that may be removed is left. REQUIRES: the lock.
Result<bool> evict_slice(Handle& handle, const Goal& goal, std::int64_t protected_entry,
                         Evicted& total);

} // namespace cwasm::cache
