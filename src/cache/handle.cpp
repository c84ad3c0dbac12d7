#include "cache/handle.hpp"

#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <iterator>
#include <utility>

namespace cwasm::cache {
namespace {

/// After so many hits, misses and remembered files they are written, but not all the time where
/// they come thick and fast; then after so many at the latest.
constexpr std::uint64_t k_batch = 256;
constexpr std::uint64_t k_largest_batch = 16384;
constexpr std::chrono::seconds k_between_batches{1};
/// File digests kept in memory; each has some hundred bytes.
constexpr std::size_t k_digests_in_memory = 4096;

Result<bool> set_aside(Index& index, const BlobStore& blobs, const BlobRecord& record,
                       const FoundBlob& found) {
  CWASM_TRY_ASSIGN(auto transaction, Transaction::begin(index.database()));
  CWASM_TRY_ASSIGN(const auto record_now, index.find_blob(record.digest));
  CWASM_TRY_ASSIGN(const auto identity_now, blobs.identify(record.digest));
  if (!record_now || record_now->size != record.size || identity_now != found.identity) {
    return false;
  }
  CWASM_TRY(index.drop_blob(record.digest));
  CWASM_TRY(blobs.quarantine(record.digest));
  CWASM_TRY(transaction.commit());
  return true;
}

std::string cannot_be_written(const std::filesystem::path& directory) {
  return fmt::format("the cache directory {} cannot be written", directory.native());
}

} // namespace

IndexPlace place_of(const CacheOptions& options) {
  return {options.directory, options.create, options.busy_timeout, options.name_space,
          options.read_only ? Access::read : Access::write};
}

Handle::Session::~Session() {
  const std::vector<std::string> told = std::exchange(m_handle.warnings, {});
  m_lock.unlock();
  if (m_handle.options.on_warning) {
    for (const std::string& warning : told) {
      m_handle.options.on_warning(warning);
    }
  }
}

Handle::Handle(CacheOptions given, OpenedIndex opened)
    : options(std::move(given)), place(place_of(options)), blobs(options.directory),
      access(place.access), index(std::move(opened.index)), index_file(opened.file) {
  layers.reserve(options.layers.size());
  for (const auto& directory : options.layers) {
    layers.emplace_back(directory, options.busy_timeout);
  }
  const Session session(*this);
  note_opening(opened);
}

Handle::~Handle() {
  const Session session(*this);
  // There is nobody left to tell, and nothing is lost but counts.
  static_cast<void>(flush());
  if (!is_read_only() && (leaves_no_log || has_long_log(place))) {
    // The next process to open the index need not read a log; of those that only had hits, few wait
    // for the disk.
    index.database().set_busy_timeout(std::chrono::milliseconds(0));
    static_cast<void>(index.database().checkpoint());
  }
}

void Handle::count(Counter counter, std::uint64_t times) noexcept {
  totals[static_cast<std::size_t>(counter)].fetch_add(times, std::memory_order_relaxed);
}

Counters Handle::counters() const noexcept {
  Counters out;
  for (std::size_t id = 0; id < totals.size(); ++id) {
    out.values[id] = totals[id].load(std::memory_order_relaxed);
  }
  return out;
}

void Handle::tally(Tally what, std::uint64_t amount) noexcept {
  tallies[static_cast<std::size_t>(what)].fetch_add(amount, std::memory_order_relaxed);
}

void Handle::tally_latency(bool hit, std::chrono::steady_clock::duration time) noexcept {
  const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  const auto microseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(spent, 0));
  const auto bucket =
      std::min<std::size_t>(static_cast<std::size_t>(64 - std::countl_zero(microseconds)),
                            LatencyHistogram::k_buckets - 1);
  const auto first = static_cast<std::size_t>(hit ? Tally::hit_latency : Tally::miss_latency);
  tally(hit ? Tally::hit_us : Tally::miss_us, microseconds);
  tallies[first + bucket].fetch_add(1, std::memory_order_relaxed);
}

Tallies Handle::unsettled_tallies() const noexcept {
  Tallies out;
  for (std::size_t id = 0; id < out.values.size(); ++id) {
    out.values[id] = tallies[id].load(std::memory_order_relaxed) - settled_tallies.values[id];
  }
  return out;
}

Counters Handle::unsettled() const noexcept {
  Counters out = counters();
  for (std::size_t id = 0; id < out.values.size(); ++id) {
    out.values[id] -= settled.values[id];
  }
  return out;
}

Time Handle::now() const { return options.now ? options.now() : std::chrono::system_clock::now(); }

Status Handle::reopen(Trust trust) {
  CWASM_TRY_ASSIGN(OpenedIndex opened, open_index(place, trust));
  index = std::move(opened.index);
  index_file = opened.file;
  note_opening(opened);
  return ok();
}

void Handle::note_opening(OpenedIndex& opened) {
  if (!opened.warning.empty()) {
    warn(std::move(opened.warning));
  }
  // Said once, and not to those who asked for it.
  if (access.exchange(opened.access) == Access::write && opened.access == Access::read) {
    warn(fmt::format("{}: hits are served, nothing is kept", cannot_be_written(options.directory)));
  }
}

Status Handle::require_writing() const {
  return is_read_only() ? Status(Error(ErrorCode::io, cannot_be_written(options.directory))) : ok();
}

Status Handle::ensure_in_place() {
  // Somebody has set the index aside or removed the directory: what is written to the old file is
  // lost.
  return is_in_place(place, index_file) ? ok() : reopen(Trust::unless_it_fails);
}

void Handle::settled_all() {
  for (std::size_t id = 0; id < settled.values.size(); ++id) {
    settled.values[id] += gathered.counters.values[id];
  }
  gathered.counters = {};
  for (std::size_t id = 0; id < settled_tallies.values.size(); ++id) {
    settled_tallies.values[id] += gathered.tallies.values[id];
  }
  gathered.tallies = {};
  gathered.uses.clear();
  gathered.misses.clear();
  if (gathered.digests.size() > k_digests_in_memory) {
    gathered.digests.clear();
  }
  for (auto& [slot, file] : gathered.digests) {
    file.stored = true;
  }
  events = 0;
}

void Handle::forget_unwritable() {
  gathered.uses.clear();
  if (gathered.verified.size() > k_digests_in_memory) {
    gathered.verified.clear();
  }
  if (gathered.digests.size() > k_digests_in_memory) {
    gathered.digests.clear();
  }
  mappings.release_old();
}

std::optional<FileIdentity> Handle::verified_of(const BlobRecord& record) const {
  const auto found = gathered.verified.find(record.digest);
  return found != gathered.verified.end() ? std::optional(found->second) : record.verified;
}

void Handle::sync_verified() {
  for (auto blob = gathered.verified.begin(); blob != gathered.verified.end();) {
    const auto synced = blobs.sync(blob->first, blob->second);
    if (!synced) {
      warn("an artifact could not be synced to the disk: " + synced.error().message());
    }
    // One that is not noted is hashed again by whoever finds it.
    blob = synced && *synced ? std::next(blob) : gathered.verified.erase(blob);
  }
}

Status Handle::flush() {
  events = 0;
  if (is_read_only()) {
    forget_unwritable();
    return ok();
  }
  gathered.counters = unsettled();
  gathered.tallies = unsettled_tallies();
  const bool digests_stored = std::all_of(gathered.digests.begin(), gathered.digests.end(),
                                          [](const auto& file) { return file.second.stored; });
  mappings.release_old();
  if (gathered.counters == Counters{} && gathered.uses.empty() && gathered.verified.empty() &&
      gathered.misses.empty() && digests_stored) {
    settled_all();
    return ok();
  }
  CWASM_TRY(ensure_in_place());
  const auto settle = [this](Index& current) -> Status {
    CWASM_TRY_ASSIGN(auto transaction, Transaction::begin(current.database()));
    CWASM_TRY(current.settle(gathered));
    CWASM_TRY(current.add_verified(gathered));
    return transaction.commit();
  };
  sync_verified();
  CWASM_TRY(with_index(settle));
  settled_all();
  gathered.verified.clear();
  return ok();
}

void Handle::gathered_one() {
  if (++events < k_batch) {
    return;
  }
  const auto since_last = now() - last_batch;
  const bool just_written = since_last >= Time::duration::zero() && since_last < k_between_batches;
  if (just_written && events < k_largest_batch) {
    return;
  }
  last_batch += since_last;
  index.database().set_busy_timeout(std::chrono::milliseconds(0));
  // What cannot be written now stays gathered.
  static_cast<void>(flush());
  index.database().set_busy_timeout(options.busy_timeout);
}

Result<bool> Handle::condemn(const BlobRecord& record, const FoundBlob& found) {
  const Session session(*this);
  CWASM_TRY(ensure_in_place());
  gathered.verified.erase(record.digest);
  if (is_read_only()) {
    return true;
  }
  return with_index([&](Index& current) { return set_aside(current, blobs, record, found); });
}

Result<std::vector<util::Sha256>>
Handle::remove_unused(Index& current, std::span<const util::Sha256> digests) const {
  std::vector<util::Sha256> removed;
  // Nothing is written; the transaction keeps others from making a row for a file that goes.
  CWASM_TRY_ASSIGN(auto transaction, Transaction::begin(current.database()));
  for (const util::Sha256& digest : digests) {
    CWASM_TRY_ASSIGN(const auto record, current.find_blob(digest));
    CWASM_TRY_ASSIGN(const auto identity, blobs.identify(digest));
    if (record || !identity) {
      continue;
    }
    CWASM_TRY(blobs.remove(digest));
    removed.push_back(digest);
  }
  CWASM_TRY(transaction.commit());
  return removed;
}

} // namespace cwasm::cache
