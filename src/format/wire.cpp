#include "format/wire.hpp"

#include "util/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>

namespace cwasm::format {
namespace {

constexpr unsigned k_varint_bits = 7;
constexpr unsigned k_varint_more = 0x80;

std::string place_text(const Place& place) {
  std::string text(place.name);
  if (place.index != Place::k_no_index) {
    text += fmt::format("[{}]", place.index);
  }
  if (!place.member.empty()) {
    text += fmt::format(".{}", place.member);
  }
  return text;
}

} // namespace

void Reader::fail(Fault fault, const Place& what, std::size_t at, std::uint64_t found) noexcept {
  if (m_fault != Fault::none) {
    return;
  }
  m_fault = fault;
  m_what = what;
  m_fault_at = at;
  m_found = found;
  m_at = m_bytes.size();
}

std::uint64_t Reader::read_varint(const Place& what, unsigned bits) noexcept {
  const std::size_t begin = m_at;
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < bits; shift += k_varint_bits) {
    if (m_at == m_bytes.size()) {
      fail(Fault::end_of_input, what, begin);
      return 0;
    }
    const auto byte = std::to_integer<std::uint64_t>(m_bytes[m_at++]);
    const std::uint64_t group = byte & (k_varint_more - 1);
    if (byte < k_varint_more) {
      // Only the last byte that the type has room for can hold too much.
      if (shift + k_varint_bits > bits && group >> (bits - shift) != 0) {
        break;
      }
      return value | group << shift;
    }
    value |= group << shift;
  }
  fail(Fault::varint, what, begin);
  return 0;
}

std::uint64_t Reader::read_fixed(const Place& what, std::size_t size) noexcept {
  if (remaining() < size) {
    fail(Fault::end_of_input, what, m_at);
    return 0;
  }
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) {
    value = value << 8U | std::to_integer<std::uint64_t>(m_bytes[m_at + i]);
  }
  m_at += size;
  return value;
}

std::uint8_t Reader::read_u8(const Place& what) noexcept {
  if (m_at == m_bytes.size()) {
    fail(Fault::end_of_input, what, m_at);
    return 0;
  }
  return std::to_integer<std::uint8_t>(m_bytes[m_at++]);
}

std::uint32_t Reader::read_u32(const Place& what) noexcept {
  constexpr unsigned k_bits = std::numeric_limits<std::uint32_t>::digits;
  return static_cast<std::uint32_t>(m_encoding == Encoding::postcard
                                        ? read_varint(what, k_bits)
                                        : read_fixed(what, sizeof(std::uint32_t)));
}

std::uint64_t Reader::read_u64(const Place& what) noexcept {
  constexpr unsigned k_bits = std::numeric_limits<std::uint64_t>::digits;
  return m_encoding == Encoding::postcard ? read_varint(what, k_bits)
                                          : read_fixed(what, sizeof(std::uint64_t));
}

std::uint32_t Reader::read_nonzero_u32(const Place& what) noexcept {
  const std::size_t begin = m_at;
  const std::uint32_t value = read_u32(what);
  if (value == 0) {
    fail(Fault::zero, what, begin);
  }
  return value;
}

std::uint32_t Reader::read_variant(const Place& what, std::uint32_t variants) noexcept {
  const std::size_t begin = m_at;
  const std::uint32_t index = read_u32(what);
  if (index >= variants) {
    fail(Fault::variant, what, begin, index);
    return 0;
  }
  return index;
}

bool Reader::read_flag(const Place& what, Fault otherwise) noexcept {
  const std::size_t begin = m_at;
  const std::uint8_t value = read_u8(what);
  if (value > 1) {
    fail(otherwise, what, begin, value);
    return false;
  }
  return value == 1;
}

bool Reader::read_bool(const Place& what) noexcept { return read_flag(what, Fault::boolean); }

bool Reader::read_option_tag(const Place& what) noexcept { return read_flag(what, Fault::option); }

std::span<const std::byte> Reader::read_bytes(const Place& what, std::size_t count) noexcept {
  if (count > remaining()) {
    fail(Fault::end_of_input, what, m_at);
    return {};
  }
  const auto bytes = m_bytes.subspan(m_at, count);
  m_at += count;
  return bytes;
}

std::string_view Reader::read_string(const Place& what) noexcept {
  const std::size_t begin = m_at;
  const std::uint64_t length = read_length(what);
  if (length > remaining()) {
    fail(Fault::end_of_input, what, begin);
    return {};
  }
  const auto bytes = m_bytes.subspan(m_at, static_cast<std::size_t>(length));
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes as characters
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!util::is_utf8(text)) {
    fail(Fault::utf8, what, begin);
    return {};
  }
  m_at += bytes.size();
  return text;
}

std::string_view Reader::text() const noexcept {
  struct Texts {
    Fault fault;
    std::string_view postcard;
    std::string_view bincode;
  };
  constexpr std::string_view k_serde = "Serde Deserialization Error";
  static constexpr std::array k_texts{
      Texts{Fault::end_of_input, "Hit the end of buffer, expected more data",
            "io error: unexpected end of file"},
      Texts{Fault::varint,
            "Found a varint that didn't terminate. Is the usize too big for this platform?", ""},
      Texts{Fault::boolean, "Found a bool that wasn't 0 or 1",
            "invalid u8 while decoding bool, expected 0 or 1"},
      Texts{Fault::option, "Found an Option discriminant that wasn't 0 or 1",
            "tag for enum is not valid"},
      Texts{Fault::utf8, "Tried to parse invalid utf-8", "string is not valid utf8"},
      Texts{Fault::variant, k_serde, "invalid value for a variant index"},
      Texts{Fault::zero, k_serde, "invalid value: expected a nonzero u32"},
  };
  for (const auto& texts : k_texts) {
    if (texts.fault == m_fault) {
      return m_encoding == Encoding::postcard ? texts.postcard : texts.bincode;
    }
  }
  return {};
}

Status Reader::status() const {
  if (!failed()) {
    return ok();
  }
  const bool has_value =
      m_fault == Fault::boolean || m_fault == Fault::option || m_fault == Fault::variant;
  return Error(ErrorCode::malformed,
               fmt::format("{} ({}reading {} at offset {:#x} of the engine section)", text(),
                           has_value ? fmt::format("found {}, ", m_found) : std::string(),
                           place_text(m_what), m_base + m_fault_at));
}

void Writer::write_integer(std::uint64_t value, std::size_t size) {
  if (m_encoding == Encoding::postcard) {
    for (; value >= k_varint_more; value >>= k_varint_bits) {
      write_u8(static_cast<std::uint8_t>((value & (k_varint_more - 1)) | k_varint_more));
    }
    write_u8(static_cast<std::uint8_t>(value));
    return;
  }
  for (std::size_t i = 0; i < size; ++i, value >>= 8U) {
    write_u8(static_cast<std::uint8_t>(value & 0xffU));
  }
}

void Writer::write_bytes(std::span<const std::byte> bytes) {
  m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
}

void Writer::write_string(std::string_view text) {
  write_length(text.size());
  write_bytes(std::as_bytes(std::span(text)));
}

} // namespace cwasm::format
