#include "cache/impl.hpp"

#include "util/try.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace cwasm {
namespace {

/// After so many hits, misses and remembered files they are written, but not all the time where
/// they come thick and fast; then after so many at the latest.
constexpr std::uint64_t k_batch = 256;
constexpr std::uint64_t k_largest_batch = 16384;
constexpr std::chrono::seconds k_between_batches{1};
/// File digests kept in memory; each has some hundred bytes.
constexpr std::size_t k_digests_in_memory = 4096;

} // namespace

ModuleCache::Impl::Session::~Session() {
  const std::vector<std::string> warnings = std::exchange(m_impl.warnings, {});
  m_lock.unlock();
  if (m_impl.options.on_warning) {
    for (const std::string& warning : warnings) {
      m_impl.options.on_warning(warning);
    }
  }
}

ModuleCache::Impl::Impl(CacheOptions given, cache::OpenedIndex opened)
    : options(std::move(given)), place{options.directory, options.create, options.busy_timeout},
      blobs(options.directory), index(std::move(opened.index)), index_file(opened.file) {
  if (!opened.warning.empty()) {
    const Session session(*this);
    warn(std::move(opened.warning));
  }
}

ModuleCache::Impl::~Impl() {
  const Session session(*this);
  // There is nobody left to tell, and nothing is lost but counts.
  static_cast<void>(flush());
  if (has_stored) {
    // The next process to open the index need not read a log; one that only had hits does not wait
    // for the disk.
    static_cast<void>(index.database().checkpoint());
  }
}

void ModuleCache::Impl::count(Counter counter, std::uint64_t times) noexcept {
  totals[static_cast<std::size_t>(counter)].fetch_add(times, std::memory_order_relaxed);
}

Counters ModuleCache::Impl::counters() const noexcept {
  Counters out;
  for (std::size_t id = 0; id < totals.size(); ++id) {
    out.values[id] = totals[id].load(std::memory_order_relaxed);
  }
  return out;
}

Counters ModuleCache::Impl::unsettled() const noexcept {
  Counters out = counters();
  for (std::size_t id = 0; id < out.values.size(); ++id) {
    out.values[id] -= settled.values[id];
  }
  return out;
}

cache::Time ModuleCache::Impl::now() const {
  return options.now ? options.now() : std::chrono::system_clock::now();
}

Status ModuleCache::Impl::reopen(cache::Trust trust) {
  CWASM_TRY_ASSIGN(cache::OpenedIndex opened, cache::open_index(place, trust));
  index = std::move(opened.index);
  index_file = opened.file;
  if (!opened.warning.empty()) {
    warn(std::move(opened.warning));
  }
  return ok();
}

Status ModuleCache::Impl::ensure_in_place() {
  // Somebody has set the index aside or removed the directory: what is written to the old file is
  // lost.
  return cache::is_in_place(place, index_file) ? ok() : reopen(cache::Trust::unless_it_fails);
}

void ModuleCache::Impl::settled_all(const Counters& written) {
  for (std::size_t id = 0; id < written.values.size(); ++id) {
    settled.values[id] += written.values[id];
  }
  gathered.counters = {};
  gathered.uses.clear();
  gathered.verified.clear();
  if (gathered.digests.size() > k_digests_in_memory) {
    gathered.digests.clear();
  }
  for (auto& [slot, file] : gathered.digests) {
    file.stored = true;
  }
  events = 0;
}

Status ModuleCache::Impl::flush() {
  events = 0;
  gathered.counters = unsettled();
  const bool digests_stored = std::all_of(gathered.digests.begin(), gathered.digests.end(),
                                          [](const auto& file) { return file.second.stored; });
  mappings.release_old();
  if (gathered.counters == Counters{} && gathered.uses.empty() && gathered.verified.empty() &&
      digests_stored) {
    return ok();
  }
  CWASM_TRY(ensure_in_place());
  const auto settle = [this](cache::Index& current) -> Status {
    CWASM_TRY_ASSIGN(auto transaction, cache::Transaction::begin(current.database()));
    CWASM_TRY(current.settle(gathered));
    return transaction.commit();
  };
  CWASM_TRY(with_index(settle));
  settled_all(gathered.counters);
  return ok();
}

void ModuleCache::Impl::gathered_one() {
  if (++events < k_batch) {
    return;
  }
  const auto since_last = now() - last_batch;
  const bool just_written = since_last >= since_last.zero() && since_last < k_between_batches;
  if (just_written && events < k_largest_batch) {
    return;
  }
  last_batch += since_last;
  index.database().set_busy_timeout(std::chrono::milliseconds(0));
  // What cannot be written now stays gathered.
  static_cast<void>(flush());
  index.database().set_busy_timeout(options.busy_timeout);
}

} // namespace cwasm
