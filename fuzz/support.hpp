#pragma once

/// What the targets share.

#include <cwasm/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace cwasm::fuzz {

/// A property that must hold for every input.
inline void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

inline std::span<const std::byte> bytes_of(const std::uint8_t* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Choices taken from an input, byte by byte; all zero behind its end.
class Choices {
public:
  Choices(const std::uint8_t* data, std::size_t size) : m_bytes(data, size) {}

  std::uint8_t byte() {
    if (m_bytes.empty()) {
      return 0;
    }
    const auto out = m_bytes.front();
    m_bytes = m_bytes.subspan(1);
    return out;
  }
  /// An index of a list that is not empty.
  std::size_t index(std::size_t count) {
    return (static_cast<std::size_t>(byte()) << 8U | byte()) % count;
  }

private:
  std::span<const std::uint8_t> m_bytes;
};

} // namespace cwasm::fuzz
