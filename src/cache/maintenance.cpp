#include "cache/operations.hpp"

#include "cache/sweep.hpp"
#include "util/hex.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

// Work on the whole cache, in slices, so that others get their turn between them.

namespace cwasm::cache {
namespace {

constexpr std::int64_t k_slice = 256;

Status verify_index(Handle& handle, VerifyReport& report) {
  const Handle::Session session(handle);
  CWASM_TRY(handle.ensure_in_place());
  if (auto checked = handle.index.check(); !checked) {
    if (checked.error().code() != ErrorCode::corrupt) {
      return checked;
    }
    CWASM_TRY(handle.reopen(Trust::after_a_full_check));
    report.findings.push_back(
        fmt::format("the index was damaged and is begun anew: {}", checked.error().message()));
  }
  return handle.with_index([](Index& index) -> Status {
    CWASM_TRY_ASSIGN(auto transaction, Transaction::begin(index.database()));
    CWASM_TRY(index.drop_unused_blobs());
    return transaction.commit();
  });
}

Status verify_entries(Handle& handle, VerifyReport& report) {
  constexpr std::int64_t k_rows = 4096;
  std::optional<std::int64_t> last = std::numeric_limits<std::int64_t>::min();
  while (last) {
    const Handle::Session session(handle);
    CWASM_TRY_ASSIGN(
        const auto checked, handle.with_index([&last](Index& index) -> Result<CheckedEntries> {
          CWASM_TRY_ASSIGN(auto transaction, Transaction::begin(index.database()));
          CWASM_TRY_ASSIGN(const auto slice, index.drop_damaged_entries(*last, k_rows));
          CWASM_TRY(transaction.commit());
          return slice;
        }));
    last = checked.last;
    if (checked.dropped != 0) {
      report.corrupt += checked.dropped;
      report.findings.push_back(
          fmt::format("damaged rows of the index were removed: {}", checked.dropped));
    }
  }
  return ok();
}

Status verify_blob(Handle& handle, const util::Sha256& digest, VerifyReport& report) {
  while (true) {
    CWASM_TRY_ASSIGN(auto record, find_blob_row(handle, digest));
    if (!record) {
      return ok(); // removed by somebody since it was listed
    }
    const auto verified_before = std::exchange(record->verified, std::nullopt);
    CWASM_TRY_ASSIGN(const auto found, handle.blobs.load(*record));
    if (found.good) {
      ++report.checked;
      if (found.identity != verified_before) {
        const Handle::Session session(handle);
        handle.gathered.verified[digest] = *found.identity;
      }
      return ok();
    }
    CWASM_TRY_ASSIGN(const bool condemned, handle.condemn(*record, found));
    if (condemned) {
      ++report.checked;
      ++report.corrupt;
      report.findings.push_back(
          fmt::format("artifact {} is damaged: {}", util::to_hex(digest), found.damage));
      return ok();
    }
    // Somebody has replaced it meanwhile: look again.
  }
}

Result<std::vector<BlobRecord>> blobs_after(Handle& handle,
                                            const std::optional<util::Sha256>& last) {
  const Handle::Session session(handle);
  return handle.with_index([&last](Index& index) { return index.blobs(last, k_slice); });
}

Status verify_slice(Handle& handle, std::span<const BlobRecord> slice, VerifyReport& report) {
  for (const BlobRecord& record : slice) {
    CWASM_TRY(verify_blob(handle, record.digest, report));
  }
  return ok();
}

Status verify_blobs(Handle& handle, VerifyReport& report) {
  std::optional<util::Sha256> last;
  while (true) {
    CWASM_TRY_ASSIGN(const auto slice, blobs_after(handle, last));
    if (slice.empty()) {
      return ok();
    }
    CWASM_TRY(verify_slice(handle, slice, report));
    last = slice.back().digest;
  }
}

Result<ClearReport> remove_rows(Handle& handle) {
  const auto remove = [](Index& index) -> Result<ClearReport> {
    CWASM_TRY_ASSIGN(auto transaction, Transaction::begin(index.database()));
    CWASM_TRY_ASSIGN(const ClearReport report, index.clear());
    CWASM_TRY(transaction.commit());
    return report;
  };
  const bool all = handle.options.name_space.empty();
  const Handle::Session session(handle);
  // Everybody's counters outlive what one namespace has, this handle's too.
  CWASM_TRY(all ? handle.ensure_in_place() : handle.flush());
  CWASM_TRY_ASSIGN(const ClearReport report, handle.with_index(remove));
  handle.gathered = {};
  if (all) {
    handle.settled = handle.counters();
    handle.settled_tallies = {};
    handle.settled_tallies = handle.unsettled_tallies();
  }
  handle.mappings.clear();
  return report;
}

} // namespace

Result<VerifyReport> verify(Handle& handle) {
  CWASM_TRY(handle.require_writing());
  VerifyReport report;
  CWASM_TRY(verify_index(handle, report));
  CWASM_TRY(verify_entries(handle, report));
  CWASM_TRY(verify_blobs(handle, report));
  CWASM_TRY(sweep(handle, report));
  handle.leaves_no_log = true;
  return report;
}

Result<ClearReport> clear(Handle& handle) {
  CWASM_TRY(handle.require_writing());
  CWASM_TRY_ASSIGN(const ClearReport report, remove_rows(handle));
  VerifyReport swept;
  CWASM_TRY(sweep(handle, swept));
  CWASM_TRY(handle.blobs.empty_quarantine());
  return report;
}

Result<std::vector<Entry>> list(Handle& handle) {
  const Handle::Session session(handle);
  CWASM_TRY(handle.ensure_in_place());
  CWASM_TRY_ASSIGN(auto entries, handle.with_index([](Index& index) { return index.list(); }));
  for (Entry& entry : entries) {
    const auto use = handle.gathered.uses.find(entry.key);
    if (use != handle.gathered.uses.end()) {
      entry.uses += use->second.count;
      entry.last_used = std::max(entry.last_used, use->second.last);
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& left, const Entry& right) { return left.last_used > right.last_used; });
  return entries;
}

} // namespace cwasm::cache
