#pragma once

/// What decides whether, and how well, the artifact of one engine serves another: small enough to
/// stand in an index and be compared there.

#include <array>
#include <cstddef>
#include <cstdint>

namespace cwasm {

struct LoadRequirements {
  /// Of what a loader wants to be equal. Artifacts of another class do not load; those of the same
  /// may, which the loader's own check has to tell.
  std::array<std::byte, 16> load_class{};
  std::uint32_t opt_rank = 0;  ///< higher is better optimized
  std::uint32_t cpu_flags = 0; ///< how many CPU flags are on
  friend bool operator==(const LoadRequirements&, const LoadRequirements&) = default;
};

} // namespace cwasm
