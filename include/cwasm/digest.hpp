#pragma once

/// Names of content and of configurations, as plain values.

#include <cwasm/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace cwasm {

/// A precompile compatibility hash: XXH3-128 in canonical (big-endian) byte order.
struct CompatibilityHash {
  std::array<std::byte, 16> bytes{};
  // NOLINTNEXTLINE(modernize-use-nullptr): the 0 that the compiler compares with.
  friend auto operator<=>(const CompatibilityHash&, const CompatibilityHash&) = default;
  /// 32 lower-case hex digits.
  CWASM_EXPORT std::string to_hex() const;
};

/// How a module digest was made. Numbered by hand: the number is stored.
enum class DigestAlgorithm : std::uint8_t {
  sha256 = 1, ///< 32 bytes; the default, safe against crafted collisions
  xxh3 = 2,   ///< XXH3-128, 16 bytes; for trusted input only
};

/// The digest of a module's bytes. Bytes beyond `size()` are zero.
struct ModuleDigest {
  DigestAlgorithm algorithm = DigestAlgorithm::sha256;
  std::array<std::byte, 32> bytes{};

  std::size_t size() const noexcept { return algorithm == DigestAlgorithm::sha256 ? 32 : 16; }
  // NOLINTNEXTLINE(modernize-use-nullptr): the 0 that the compiler compares with.
  friend auto operator<=>(const ModuleDigest&, const ModuleDigest&) = default;
  /// Lower-case hex digits, 64 for sha256 and 32 for xxh3.
  CWASM_EXPORT std::string to_hex() const;
};

} // namespace cwasm
