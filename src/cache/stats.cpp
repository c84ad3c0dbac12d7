#include "cache/operations.hpp"

#include "util/try.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace cwasm {

std::uint64_t LatencyHistogram::count() const noexcept {
  return std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
}

std::uint64_t LatencyHistogram::quantile(double part) const noexcept {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(count())));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    seen += buckets[i];
    if (seen != 0 && seen >= wanted) {
      return std::uint64_t{1} << i;
    }
  }
  return 0;
}

namespace cache {
namespace {

double seconds(const Tallies& tallies, Tally tally) {
  return static_cast<double>(tallies[tally]) / 1e6;
}

LatencyHistogram histogram(const Tallies& tallies, Tally first, Tally sum) {
  LatencyHistogram out;
  std::copy_n(tallies.values.begin() + static_cast<std::ptrdiff_t>(first), out.buckets.size(),
              out.buckets.begin());
  out.seconds = seconds(tallies, sum);
  return out;
}

} // namespace

Result<CacheStats> stats(Handle& handle) {
  const Handle::Session session(handle);
  CWASM_TRY(handle.ensure_in_place());
  CWASM_TRY_ASSIGN(StoredStats stored,
                   handle.with_index([](Index& index) { return index.stats(); }));
  const Counters own = handle.unsettled();
  for (std::size_t id = 0; id < own.values.size(); ++id) {
    stored.counters.values[id] += own.values[id];
  }
  Tallies& tallies = stored.tallies;
  const Tallies own_tallies = handle.unsettled_tallies();
  for (std::size_t id = 0; id < own_tallies.values.size(); ++id) {
    tallies.values[id] += own_tallies.values[id];
  }
  CacheStats out;
  out.counters = stored.counters;
  out.entries = stored.entries;
  out.bytes = stored.bytes;
  out.served_bytes = tallies[Tally::served_bytes];
  out.stored_bytes = tallies[Tally::stored_bytes];
  out.saved_seconds = seconds(tallies, Tally::saved_us);
  out.compile_seconds = seconds(tallies, Tally::compiled_us);
  out.hit_latency = histogram(tallies, Tally::hit_latency, Tally::hit_us);
  out.miss_latency = histogram(tallies, Tally::miss_latency, Tally::miss_us);
  return out;
}

Result<std::vector<GroupStats>> stats_by(Handle& handle, StatsGroup group, std::size_t limit) {
  constexpr auto k_most = std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  const Handle::Session session(handle);
  CWASM_TRY(handle.flush());
  return handle.with_index([&](Index& index) {
    return index.stats_by(group, static_cast<std::int64_t>(std::min<std::uint64_t>(limit, k_most)));
  });
}

} // namespace cache
} // namespace cwasm
