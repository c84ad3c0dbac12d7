#include "util/printable.hpp"

#include <cstddef>
#include <cstdint>

namespace cwasm::util {
namespace {

std::uint32_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

/// How many bytes a multi-byte UTF-8 sequence starting here has; 0 when there is none.
std::size_t sequence_length(std::string_view text) {
  const std::uint32_t lead = byte_at(text, 0);
  const std::size_t length = lead >= 0xc2 && lead <= 0xdf   ? 2
                             : lead >= 0xe0 && lead <= 0xef ? 3
                             : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                            : 0;
  if (length == 0 || text.size() < length) {
    return 0;
  }
  std::uint32_t value = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const std::uint32_t next = byte_at(text, i);
    if ((next & 0xc0U) != 0x80U) {
      return 0;
    }
    value = value << 6U | (next & 0x3fU);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  const bool control = value >= 0x80 && value <= 0x9f;
  return overlong || surrogate || control || value > 0x10ffff ? 0 : length;
}

} // namespace

std::string printable(std::string_view text) {
  constexpr std::string_view replacement = "\xef\xbf\xbd";
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const char c = text.front();
    std::size_t length = 1;
    if (c == '\n' || c == '\t' || (c >= ' ' && c <= '~')) {
      shown += c;
    } else if (const std::size_t sequence = sequence_length(text); sequence > 0) {
      shown += text.substr(0, sequence);
      length = sequence;
    } else if (c != '\r') {
      shown += replacement;
    }
    text.remove_prefix(length);
  }
  return shown;
}

} // namespace cwasm::util
