#pragma once

/// What a cache has done, for people and their monitoring.

#include <cwasm/digest.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace cwasm {

/// How long lookups took. Bucket i counts those that took less than 2^i microseconds and not less
/// than half of that; the last one also those that took longer.
struct LatencyHistogram {
  static constexpr std::size_t k_buckets = 24; ///< up to 8 s
  std::array<std::uint64_t, k_buckets> buckets{};
  double seconds = 0.0; ///< the sum

  std::uint64_t count() const noexcept;
  /// The least bound in microseconds below which this part of them lies (0 to 1); 0 of none.
  std::uint64_t quantile(double part) const noexcept;
};

/// By what `ModuleCache::stats_by` puts entries together.
enum class StatsGroup : std::uint8_t { engine, module };

/// The entries of one engine or of one module that are there now.
struct GroupStats {
  CompatibilityHash engine; ///< of an engine
  ModuleDigest module;      ///< of a module
  std::string about;        ///< of an engine "48.0.1, TARGET, opt level speed"; else the input
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0; ///< as if no artifact were shared
  std::uint64_t hits = 0;
  double saved_seconds = 0.0; ///< compile time of those hits
  std::chrono::system_clock::time_point last_used;
};

} // namespace cwasm
