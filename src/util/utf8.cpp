#include "util/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace cwasm::util {
namespace {

/// The bytes that may follow a lead byte: how many, and between which the first of them lies.
struct Continuation {
  std::size_t count = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
};

Continuation continuation_of(unsigned char lead) noexcept {
  if (lead >= 0xc2 && lead <= 0xdf) {
    return {1};
  }
  if (lead >= 0xe0 && lead <= 0xef) {
    return {2, static_cast<unsigned char>(lead == 0xe0 ? 0xa0 : 0x80),
            static_cast<unsigned char>(lead == 0xed ? 0x9f : 0xbf)};
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    return {3, static_cast<unsigned char>(lead == 0xf0 ? 0x90 : 0x80),
            static_cast<unsigned char>(lead == 0xf4 ? 0x8f : 0xbf)};
  }
  return {};
}

/// What the text begins with: a sequence of `length` bytes, or that many wrong ones.
struct Sequence {
  bool valid = false;
  std::size_t length = 0; ///< 0 when the text ends too early
};

Sequence first_sequence(std::string_view text) noexcept {
  const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const Continuation expected = continuation_of(at(0));
  if (expected.count == 0) {
    return {at(0) < 0x80, 1};
  }
  for (std::size_t i = 1; i <= expected.count; ++i) {
    if (i == text.size()) {
      return {false, 0};
    }
    const unsigned char low = i == 1 ? expected.low : 0x80;
    const unsigned char high = i == 1 ? expected.high : 0xbf;
    if (at(i) < low || at(i) > high) {
      return {false, i};
    }
  }
  return {true, expected.count + 1};
}

bool is_ascii(std::string_view text) noexcept {
  constexpr std::uint64_t k_not_ascii = 0x8080808080808080;
  std::uint64_t word = 0;
  if (text.size() < sizeof word) {
    for (const char c : text) {
      word |= static_cast<unsigned char>(c);
    }
    return (word & k_not_ascii) == 0;
  }
  std::uint64_t all = 0;
  for (std::size_t at = 0; at + sizeof word < text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    all |= word;
  }
  // The last word overlaps the one before it.
  std::memcpy(&word, text.data() + text.size() - sizeof word, sizeof word);
  return ((all | word) & k_not_ascii) == 0;
}

} // namespace

bool is_utf8(std::string_view text) noexcept {
  return is_ascii(text) || !find_utf8_error(text).has_value();
}

std::optional<Utf8Error> find_utf8_error(std::string_view text) noexcept {
  constexpr std::uint64_t k_not_ascii = 0x8080808080808080;
  const std::size_t whole = text.size();
  while (!text.empty()) {
    std::uint64_t word = 0;
    if (text.size() >= sizeof word) {
      std::memcpy(&word, text.data(), sizeof word);
      if ((word & k_not_ascii) == 0) {
        text.remove_prefix(sizeof word);
        continue;
      }
    }
    const Sequence sequence = first_sequence(text);
    if (!sequence.valid) {
      return Utf8Error{whole - text.size(), sequence.length};
    }
    text.remove_prefix(sequence.length);
  }
  return std::nullopt;
}

} // namespace cwasm::util
