#include "cache/impl.hpp"

#include "util/hex.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

// Work on the whole cache, in slices, so that others get their turn between them.

namespace cwasm {
namespace {

constexpr std::int64_t k_slice = 256;

} // namespace

Result<VerifyReport> ModuleCache::Impl::verify() {
  VerifyReport report;
  CWASM_TRY(verify_index(report));
  CWASM_TRY(verify_blobs(report));
  CWASM_TRY(sweep(report));
  return report;
}

Status ModuleCache::Impl::verify_index(VerifyReport& report) {
  const Session session(*this);
  CWASM_TRY(ensure_in_place());
  if (const auto checked = index.check(); !checked) {
    if (checked.error().code() != ErrorCode::corrupt) {
      return checked;
    }
    CWASM_TRY(reopen(cache::Trust::after_a_full_check));
    report.findings.push_back(
        fmt::format("the index was damaged and is begun anew: {}", checked.error().message()));
  }
  return with_index([](cache::Index& current) -> Status {
    CWASM_TRY_ASSIGN(auto transaction, cache::Transaction::begin(current.database()));
    CWASM_TRY(current.drop_unused_blobs());
    return transaction.commit();
  });
}

Status ModuleCache::Impl::verify_blobs(VerifyReport& report) {
  std::optional<util::Sha256> last;
  while (true) {
    std::vector<cache::BlobRecord> slice;
    {
      const Session session(*this);
      CWASM_TRY_ASSIGN(slice, with_index([&last](cache::Index& current) {
                         return current.blobs(last, k_slice);
                       }));
    }
    if (slice.empty()) {
      return ok();
    }
    for (const cache::BlobRecord& record : slice) {
      CWASM_TRY(verify_blob(record.digest, report));
    }
    last = slice.back().digest;
  }
}

Status ModuleCache::Impl::verify_blob(const util::Sha256& digest, VerifyReport& report) {
  while (true) {
    std::optional<cache::BlobRecord> record;
    {
      const Session session(*this);
      CWASM_TRY_ASSIGN(record, with_index([&digest](cache::Index& current) {
                         return current.find_blob(digest);
                       }));
    }
    if (!record) {
      return ok(); // removed by somebody since it was listed
    }
    const auto verified_before = std::exchange(record->verified, std::nullopt);
    CWASM_TRY_ASSIGN(const auto found, blobs.load(*record));
    if (found.good) {
      ++report.checked;
      if (found.identity != verified_before) {
        const Session session(*this);
        gathered.verified[digest] = *found.identity;
      }
      return ok();
    }
    CWASM_TRY_ASSIGN(const bool condemned, condemn(*record, found));
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

Status ModuleCache::Impl::sweep(VerifyReport& report) {
  for (unsigned byte = 0; byte <= std::numeric_limits<std::uint8_t>::max(); ++byte) {
    CWASM_TRY(sweep_shard(static_cast<std::uint8_t>(byte), report));
  }
  CWASM_TRY_ASSIGN(const std::uint64_t leftovers, blobs.remove_leftovers());
  report.orphans += leftovers;
  if (leftovers != 0) {
    report.findings.push_back(fmt::format("{} unfinished files were removed", leftovers));
  }
  return ok();
}

Status ModuleCache::Impl::sweep_shard(std::uint8_t first_byte, VerifyReport& report) {
  CWASM_TRY_ASSIGN(const auto files, blobs.shard(first_byte));
  std::vector<util::Sha256> without_row;
  {
    const Session session(*this);
    for (const util::Sha256& digest : files) {
      CWASM_TRY_ASSIGN(const auto record, with_index([&digest](cache::Index& current) {
                         return current.find_blob(digest);
                       }));
      if (!record) {
        without_row.push_back(digest);
      }
    }
  }
  std::span<const util::Sha256> rest(without_row);
  while (!rest.empty()) {
    const auto slice = rest.first(std::min<std::size_t>(rest.size(), k_slice));
    rest = rest.subspan(slice.size());
    const Session session(*this);
    CWASM_TRY_ASSIGN(const auto removed, with_index([&](cache::Index& current) {
                       return remove_unused(current, slice);
                     }));
    for (const util::Sha256& digest : removed) {
      report.findings.push_back(
          fmt::format("artifact {} had no entry and was removed", util::to_hex(digest)));
    }
    report.orphans += removed.size();
  }
  return ok();
}

Result<std::vector<util::Sha256>>
ModuleCache::Impl::remove_unused(cache::Index& current, std::span<const util::Sha256> digests) {
  std::vector<util::Sha256> removed;
  // Nothing is written; the transaction keeps others from making a row for a file that goes.
  CWASM_TRY_ASSIGN(auto transaction, cache::Transaction::begin(current.database()));
  for (const util::Sha256& digest : digests) {
    CWASM_TRY_ASSIGN(const auto record, current.find_blob(digest));
    CWASM_TRY_ASSIGN(const auto identity, blobs.identify(digest));
    if (!record && identity) {
      CWASM_TRY(blobs.remove(digest));
      removed.push_back(digest);
    }
  }
  CWASM_TRY(transaction.commit());
  return removed;
}

Result<ClearReport> ModuleCache::Impl::clear() {
  ClearReport report;
  const auto remove_rows = [&report](cache::Index& current) -> Status {
    CWASM_TRY_ASSIGN(auto transaction, cache::Transaction::begin(current.database()));
    CWASM_TRY_ASSIGN(const CacheStats before, current.stats());
    CWASM_TRY(current.clear());
    CWASM_TRY(transaction.commit());
    report = {before.entries, before.bytes};
    return ok();
  };
  {
    const Session session(*this);
    CWASM_TRY(ensure_in_place());
    CWASM_TRY(with_index(remove_rows));
    gathered = {};
    settled = counters();
    mappings.clear();
  }
  VerifyReport swept;
  CWASM_TRY(sweep(swept));
  CWASM_TRY(blobs.empty_quarantine());
  return report;
}

Result<CacheStats> ModuleCache::Impl::stats() {
  const Session session(*this);
  CWASM_TRY(ensure_in_place());
  CWASM_TRY_ASSIGN(CacheStats out,
                   with_index([](cache::Index& current) { return current.stats(); }));
  const Counters own = unsettled();
  for (std::size_t id = 0; id < own.values.size(); ++id) {
    out.counters.values[id] += own.values[id];
  }
  return out;
}

Result<std::vector<Entry>> ModuleCache::Impl::list() {
  const Session session(*this);
  CWASM_TRY(ensure_in_place());
  CWASM_TRY_ASSIGN(auto entries, with_index([](cache::Index& current) { return current.list(); }));
  for (Entry& entry : entries) {
    if (const auto use = gathered.uses.find(entry.key); use != gathered.uses.end()) {
      entry.uses += use->second.count;
      entry.last_used = std::max(entry.last_used, use->second.last);
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& left, const Entry& right) { return left.last_used > right.last_used; });
  return entries;
}

} // namespace cwasm
