#include "cache/operations.hpp"

#include "cache/eviction.hpp"
#include "cache/sweep.hpp"
#include "util/try.hpp"

#include <algorithm>
#include <utility>
#include <vector>

// When entries are removed: after a store, as far as that takes little time, and at gc.

namespace cwasm::cache {
namespace {

constexpr std::size_t k_slices_of_a_store = 16;

/// Whether nobody loads what was compiled for an engine.
struct EngineVerdict {
  std::int64_t engine = 0;
  bool unloadable = false;
};

/// Asks about one artifact of each engine.
Result<std::vector<EngineVerdict>> judge_engines(Handle& handle, const GcOptions& options) {
  std::vector<EngineInUse> engines;
  {
    const Handle::Session session(handle);
    CWASM_TRY_ASSIGN(engines,
                     handle.with_index([](Index& index) { return index.engines_in_use(); }));
  }
  std::vector<EngineVerdict> verdicts;
  for (const EngineInUse& engine : engines) {
    CWASM_TRY_ASSIGN(const FoundBlob found, handle.blobs.load(engine.sample));
    // What is damaged tells nothing about its engine's other artifacts.
    if (found.good) {
      verdicts.push_back({engine.engine, !options.would_load(found.good->bytes.view, engine.kind)});
    }
  }
  return verdicts;
}

Status mark_slice(Handle& handle, const std::vector<EngineVerdict>& verdicts, std::int64_t after,
                  std::int64_t last) {
  const Handle::Session session(handle);
  return handle.with_index([&](Index& index) -> Status {
    CWASM_TRY_ASSIGN(auto transaction, Transaction::begin(index.database()));
    for (const EngineVerdict& verdict : verdicts) {
      CWASM_TRY(index.mark(verdict.engine, verdict.unloadable, after, last));
    }
    return transaction.commit();
  });
}

Status mark_unloadable(Handle& handle, const GcOptions& options) {
  constexpr std::int64_t k_rows = 8192;
  CWASM_TRY_ASSIGN(const auto verdicts, judge_engines(handle, options));
  std::int64_t last = 0;
  {
    const Handle::Session session(handle);
    CWASM_TRY_ASSIGN(last, handle.with_index([](Index& index) { return index.last_entry(); }));
  }
  for (std::int64_t after = 0; after < last;) {
    const std::int64_t end = after + std::min(k_rows, last - after);
    CWASM_TRY(mark_slice(handle, verdicts, after, end));
    after = end;
  }
  return ok();
}

Result<std::uint64_t> tidy(Handle& handle) {
  const Handle::Session session(handle);
  CWASM_TRY(handle.ensure_in_place());
  return handle.with_index([](Index& index) -> Result<std::uint64_t> {
    CWASM_TRY_ASSIGN(auto transaction, Transaction::begin(index.database()));
    CWASM_TRY(index.tidy());
    CWASM_TRY_ASSIGN(const std::uint64_t unloadable, index.count_unloadable());
    CWASM_TRY(transaction.commit());
    return unloadable;
  });
}

} // namespace

Status keep_within_limits(Handle& handle, std::int64_t protected_entry) {
  if (handle.options.limits == CacheLimits{}) {
    return ok();
  }
  CWASM_TRY_ASSIGN(const Goal goal, current_goal(handle));
  if (goal == Goal{}) {
    return ok();
  }
  const auto lock = lock_evictions(handle);
  if (!lock) {
    return lock.error().code() == ErrorCode::busy ? ok() : Status(lock.error());
  }
  Evicted total;
  for (std::size_t slices = 0; slices < k_slices_of_a_store; ++slices) {
    CWASM_TRY_ASSIGN(const bool more, evict_slice(handle, goal, protected_entry, total));
    if (!more) {
      break;
    }
  }
  return ok();
}

Result<GcReport> gc(Handle& handle, const GcOptions& options) {
  CWASM_TRY(handle.require_writing());
  CWASM_TRY_ASSIGN(const auto lock, lock_evictions(handle));
  if (options.would_load) {
    CWASM_TRY(mark_unloadable(handle, options));
  }
  CWASM_TRY_ASSIGN(Goal goal, current_goal(handle));
  goal.unloadable = !options.remove_unloadable;
  Evicted total;
  while (true) {
    CWASM_TRY_ASSIGN(const bool more, evict_slice(handle, goal, 0, total));
    if (!more) {
      break;
    }
  }
  GcReport report{total.entries, total.bytes, 0, 0};
  CWASM_TRY_ASSIGN(report.unloadable, tidy(handle));
  VerifyReport swept;
  CWASM_TRY(sweep(handle, swept));
  report.orphans = swept.orphans;
  CWASM_TRY(handle.blobs.empty_quarantine());
  return report;
}

Result<std::uint64_t> pin(Handle& handle, const ModuleDigest& module, bool pinned) {
  CWASM_TRY(handle.require_writing());
  const Handle::Session session(handle);
  CWASM_TRY(handle.ensure_in_place());
  return handle.with_index([&](Index& index) -> Result<std::uint64_t> {
    CWASM_TRY_ASSIGN(auto transaction, Transaction::begin(index.database()));
    CWASM_TRY_ASSIGN(const std::uint64_t changed, index.pin(module, pinned));
    CWASM_TRY(transaction.commit());
    return changed;
  });
}

} // namespace cwasm::cache
