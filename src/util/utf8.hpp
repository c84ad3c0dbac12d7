#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace cwasm::util {

/// Whether the text is UTF-8 as Rust's str has it: no overlong forms, no surrogates, nothing above
/// U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

/// The first place where a text is not UTF-8, as Rust's Utf8Error has it.
struct Utf8Error {
  std::size_t index = 0;
  /// How many bytes are wrong together; 0 when the text ends within a sequence.
  std::size_t length = 0;
};
std::optional<Utf8Error> find_utf8_error(std::string_view text) noexcept;

} // namespace cwasm::util
