#include "cache/eviction.hpp"

#include "cache/directory.hpp"
#include "util/disk_space.hpp"
#include "util/try.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace cwasm::cache {
namespace {

constexpr std::int64_t k_slice = 64;

bool is_older(const std::optional<Time>& last_use, const std::optional<Time>& cutoff) {
  return last_use && cutoff && *last_use < *cutoff;
}

bool fits(const Goal& goal, const Usage& usage) {
  return usage.entries <= goal.entries && usage.bytes <= goal.bytes &&
         usage.own_bytes <= goal.own_bytes;
}

/// A little less than the truth does no harm; an overflow would.
std::uint64_t part_of(std::uint64_t whole, unsigned percent) {
  return whole / 100 * std::min(percent, 100U) + whole % 100 * std::min(percent, 100U) / 100;
}

std::uint64_t lowered(std::uint64_t used, const std::optional<std::uint64_t>& limit,
                      unsigned percent) {
  return limit && used > *limit ? part_of(*limit, percent) : Goal::k_any;
}

Goal goal_of(const Handle& handle, const Usage& usage) {
  const CacheLimits& limits = handle.options.limits;
  Goal goal;
  goal.entries = lowered(usage.entries, limits.entries, limits.entries_percent);
  goal.bytes = lowered(usage.bytes, limits.bytes, limits.bytes_percent);
  goal.own_bytes = lowered(usage.own_bytes, limits.quota, limits.bytes_percent);
  if (limits.age) {
    const Time now = handle.now();
    // An age beyond what the clock can say is older than anything.
    const auto longest = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
    const Time cutoff = now - std::min(*limits.age, longest);
    goal.cutoff = is_older(usage.oldest, cutoff) ? std::optional(cutoff) : std::nullopt;
  }
  if (limits.free_disk) {
    // A file system that cannot tell is not full.
    const auto free = util::free_disk_space(handle.options.directory);
    if (free && *free < *limits.free_disk) {
      const std::uint64_t lacking = *limits.free_disk - *free;
      goal.bytes = std::min(goal.bytes, usage.bytes - std::min(usage.bytes, lacking));
    }
  }
  return goal;
}

/// Where victims are looked for, in this order.
std::vector<VictimsWanted> wanted_for(const Goal& goal, const Usage& usage, EvictionOrder order) {
  const bool by_cost = order == EvictionOrder::cost;
  std::vector<VictimsWanted> wanted;
  if (is_older(usage.oldest, goal.cutoff)) {
    wanted.push_back({Victims::older, k_slice, 0, *goal.cutoff});
  }
  const bool too_much = usage.entries > goal.entries || usage.bytes > goal.bytes;
  if (too_much || !goal.unloadable) {
    wanted.push_back({Victims::unloadable, k_slice, 0, {}});
  }
  if (usage.own_bytes > goal.own_bytes) {
    wanted.push_back({by_cost ? Victims::own_cheapest : Victims::own_least_recent, k_slice, 0, {}});
  }
  if (too_much) {
    wanted.push_back({by_cost ? Victims::cheapest : Victims::least_recent, k_slice, 0, {}});
  }
  return wanted;
}

/// A transaction's worth of evictions.
struct Slice {
  Handle& handle;
  const Goal& goal;
  std::int64_t protected_entry = 0;
  Evicted evicted;
  std::vector<util::Sha256> unused; ///< blobs that no entry has any longer

  /// REQUIRES: a Session.
  Result<bool> run(Index& index);

private:
  Result<bool> remove_rows(Index& index);
  Status remove(Index& index, const EntryRow& victim);
  /// Whether all of these are to go, however much room there is.
  bool all_go(Victims which) const {
    return which == Victims::older || (which == Victims::unloadable && !goal.unloadable);
  }
};

Status Slice::remove(Index& index, const EntryRow& victim) {
  CWASM_TRY_ASSIGN(const auto blob, index.drop(victim));
  ++evicted.entries;
  if (blob) {
    unused.push_back(*blob);
    evicted.bytes += static_cast<std::uint64_t>(victim.size);
  }
  return ok();
}

Result<bool> Slice::remove_rows(Index& index) {
  CWASM_TRY_ASSIGN(Usage usage, index.usage());
  for (VictimsWanted wanted : wanted_for(goal, usage, handle.options.limits.order)) {
    wanted.protected_entry = protected_entry;
    CWASM_TRY_ASSIGN(const auto victims, index.victims(wanted));
    for (const EntryRow& victim : victims) {
      if (!all_go(wanted.which) && fits(goal, usage)) {
        break;
      }
      CWASM_TRY(remove(index, victim));
      CWASM_TRY_ASSIGN(usage, index.usage());
    }
    if (!victims.empty()) {
      return true;
    }
  }
  return false;
}

Result<bool> Slice::run(Index& index) {
  CWASM_TRY_ASSIGN(auto transaction, Transaction::begin(index.database()));
  CWASM_TRY_ASSIGN(const bool removed, remove_rows(index));
  if (!removed) {
    return false;
  }
  CWASM_TRY(transaction.commit());
  handle.count(Counter::evictions, evicted.entries);
  handle.gathered_one();
  // The rows are gone: files that stay do no harm, and gc finds them.
  static_cast<void>(handle.remove_unused(index, unused));
  return true;
}

} // namespace

Result<Goal> current_goal(Handle& handle) {
  const Handle::Session session(handle);
  CWASM_TRY_ASSIGN(const Usage usage,
                   handle.with_index([](Index& index) { return index.usage(); }));
  return goal_of(handle, usage);
}

Result<util::FileLock> lock_evictions(const Handle& handle) {
  return util::FileLock::acquire(handle.options.directory / k_evict_lock_file,
                                 util::LockMode::exclusive, std::chrono::milliseconds(0));
}

Result<bool> evict_slice(Handle& handle, const Goal& goal, std::int64_t protected_entry,
                         Evicted& total) {
  const Handle::Session session(handle);
  CWASM_TRY(handle.ensure_in_place());
  Slice slice{handle, goal, protected_entry, {}, {}};
  CWASM_TRY_ASSIGN(const bool more,
                   handle.with_index([&slice](Index& index) { return slice.run(index); }));
  total.entries += slice.evicted.entries;
  total.bytes += slice.evicted.bytes;
  return more;
}

} // namespace cwasm::cache
