#pragma once

/// The two encodings that Wasmtime's metadata has had, bincode 1.3 and postcard 1.x, behind one
/// reader and one writer. Nothing here knows what is encoded.

#include "releases/release.hpp"

#include <cwasm/error.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace cwasm::format {

using releases::Encoding;

/// What is being read, for messages: a name and, in a list, an index ("isa_flags[3].name").
/// The texts must outlive the reader.
struct Place {
  static constexpr std::size_t k_no_index = ~std::size_t{0};

  // NOLINTNEXTLINE(google-explicit-constructor,hicpp-explicit-conversions): a name is a place
  constexpr Place(std::string_view field) noexcept : name(field) {}
  // NOLINTNEXTLINE(google-explicit-constructor,hicpp-explicit-conversions)
  constexpr Place(const char* field) noexcept : name(field) {}
  constexpr Place(std::string_view list, std::size_t element, std::string_view field = {}) noexcept
      : name(list), index(element), member(field) {}

  std::string_view name;
  std::size_t index = k_no_index;
  std::string_view member;
};

/// Reads values one after the other and remembers the first that could not be read. From then on
/// every read gives zero, so a caller may read a whole struct and ask once. A list must still be
/// left when `failed()`: its count is what the input says, up to 2^64-1. Each element takes at
/// least a byte, so min(count, remaining()) is a fit reservation.
class Reader {
public:
  /// `base` is where `bytes` begins in what messages call the engine section.
  Reader(Encoding encoding, std::span<const std::byte> bytes, std::size_t base) noexcept
      : m_bytes(bytes), m_base(base), m_encoding(encoding) {}

  bool read_bool(const Place& what) noexcept;
  std::uint8_t read_u8(const Place& what) noexcept;
  std::uint32_t read_u32(const Place& what) noexcept;
  /// Zero is refused, as by serde.
  std::uint32_t read_nonzero_u32(const Place& what) noexcept;
  std::uint64_t read_u64(const Place& what) noexcept;
  /// A Rust usize; like every count it has 64 bits in both encodings.
  std::uint64_t read_usize(const Place& what) noexcept { return read_u64(what); }
  std::uint64_t read_length(const Place& what) noexcept { return read_u64(what); }
  /// The index of an enum's variant, less than `variants`.
  std::uint32_t read_variant(const Place& what, std::uint32_t variants) noexcept;
  bool read_option_tag(const Place& what) noexcept;
  /// UTF-8 text, a view into the input.
  std::string_view read_string(const Place& what) noexcept;
  /// That many bytes, a view into the input.
  std::span<const std::byte> read_bytes(const Place& what, std::size_t count) noexcept;

  bool failed() const noexcept { return m_fault != Fault::none; }
  /// Success, or ErrorCode::malformed with the decoder's own text first and then what was read
  /// where: "Found a bool that wasn't 0 or 1 (reading tunables.consume_fuel at offset 0x3f of the
  /// engine section)".
  Status status() const;

  std::size_t remaining() const noexcept { return m_bytes.size() - m_at; }
  /// Where the next value begins, counted from the begin of the engine section.
  std::size_t offset() const noexcept { return m_base + m_at; }

private:
  enum class Fault : std::uint8_t {
    none,
    end_of_input,
    varint,
    boolean,
    option,
    utf8,
    variant,
    zero,
  };

  std::uint64_t read_varint(const Place& what, unsigned bits) noexcept;
  std::uint64_t read_fixed(const Place& what, std::size_t size) noexcept;
  bool read_flag(const Place& what, Fault otherwise) noexcept;
  void fail(Fault fault, const Place& what, std::size_t at, std::uint64_t found = 0) noexcept;
  std::string_view text() const noexcept;

  std::span<const std::byte> m_bytes;
  std::size_t m_at = 0;
  std::size_t m_base = 0;
  Encoding m_encoding;
  Fault m_fault = Fault::none;
  Place m_what{std::string_view{}};
  std::size_t m_fault_at = 0;
  std::uint64_t m_found = 0;
};

/// Writes what Reader reads, each number in its shortest form.
class Writer {
public:
  explicit Writer(Encoding encoding) noexcept : m_encoding(encoding) {}

  void write_bool(bool value) { write_u8(value ? 1 : 0); }
  void write_u8(std::uint8_t value) { m_bytes.push_back(static_cast<std::byte>(value)); }
  void write_u32(std::uint32_t value) { write_integer(value, sizeof value); }
  void write_u64(std::uint64_t value) { write_integer(value, sizeof value); }
  void write_usize(std::uint64_t value) { write_u64(value); }
  void write_length(std::uint64_t value) { write_u64(value); }
  void write_variant(std::uint32_t index) { write_u32(index); }
  void write_option_tag(bool some) { write_bool(some); }
  void write_string(std::string_view text);
  void write_bytes(std::span<const std::byte> bytes);

  const std::vector<std::byte>& bytes() const noexcept { return m_bytes; }
  std::vector<std::byte> take() && noexcept { return std::move(m_bytes); }

private:
  void write_integer(std::uint64_t value, std::size_t size);

  Encoding m_encoding;
  std::vector<std::byte> m_bytes;
};

} // namespace cwasm::format
