#include "util/rust_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace cwasm::util {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// What Rust 1.9x escapes beyond ASCII: control and format characters, separators, private use and
// combining marks. Unassigned code points are not listed.
constexpr std::array k_escaped = {
    Range{0x00, 0x1f},       Range{0x7f, 0xa0},     Range{0xad, 0xad},     Range{0x300, 0x36f},
    Range{0x600, 0x605},     Range{0x61c, 0x61c},   Range{0x6dd, 0x6dd},   Range{0x70f, 0x70f},
    Range{0x1680, 0x1680},   Range{0x180e, 0x180e}, Range{0x2000, 0x200f}, Range{0x2028, 0x202f},
    Range{0x205f, 0x206f},   Range{0x20d0, 0x20f0}, Range{0x3000, 0x3000}, Range{0xe000, 0xf8ff},
    Range{0xfe00, 0xfe0f},   Range{0xfe20, 0xfe2f}, Range{0xfeff, 0xfeff}, Range{0xfff0, 0xfffb},
    Range{0xe0000, 0x10ffff}};

bool is_escaped(char32_t code_point) {
  return std::any_of(k_escaped.begin(), k_escaped.end(), [&](const Range& range) {
    return range.first <= code_point && code_point <= range.last;
  });
}

// The code point that starts the text, and its length; the text is valid UTF-8.
std::pair<char32_t, std::size_t> first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) -> char32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) & 0x3fU : 0U;
  };
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) {
    return {lead, 1};
  }
  if (lead < 0xe0) {
    return {(lead & 0x1fU) << 6U | byte(1), 2};
  }
  if (lead < 0xf0) {
    return {(lead & 0x0fU) << 12U | byte(1) << 6U | byte(2), 3};
  }
  return {(lead & 0x07U) << 18U | byte(1) << 12U | byte(2) << 6U | byte(3), 4};
}

std::string escaped(char32_t code_point, std::string_view as_is) {
  switch (code_point) {
  case U'\0':
    return "\\0";
  case U'\t':
    return "\\t";
  case U'\r':
    return "\\r";
  case U'\n':
    return "\\n";
  case U'"':
    return "\\\"";
  case U'\\':
    return "\\\\";
  default:
    return is_escaped(code_point)
               ? fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(code_point))
               : std::string(as_is);
  }
}

} // namespace

std::string rust_debug(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const auto [code_point, length] = first_code_point(text);
    const auto taken = length < text.size() ? length : text.size();
    out += escaped(code_point, text.substr(0, taken));
    text.remove_prefix(taken);
  }
  out += '"';
  return out;
}

} // namespace cwasm::util
