#include "util/xxhash.hpp"

#include <xxhash.h>

#include <cstring>

namespace cwasm::util {

std::array<std::byte, 16> xxh3_128(std::span<const std::byte> bytes) noexcept {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  std::array<std::byte, 16> out{};
  static_assert(sizeof canonical.digest == 16);
  std::memcpy(out.data(), canonical.digest, out.size());
  return out;
}

} // namespace cwasm::util
