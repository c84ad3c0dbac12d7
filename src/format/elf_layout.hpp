#pragma once

/// How ELF64 lies in bytes: sizes, offsets of fields, and numbers in either byte order.

#include <cwasm/elf.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace cwasm::format {

inline constexpr std::size_t k_elf_header_size = 64;
inline constexpr std::size_t k_section_header_size = 64;
inline constexpr std::size_t k_program_header_size = 56;
inline constexpr std::size_t k_symbol_size = 24;

inline constexpr std::uint16_t k_shn_loreserve = 0xff00;
inline constexpr std::uint16_t k_shn_xindex = 0xffff;

/// sh_type values that change what is read.
namespace section_type {
enum : std::uint32_t {
  null = 0,
  progbits = 1,
  symtab = 2,
  strtab = 3,
  rela = 4,
  nobits = 8,
  rel = 9,
  dynsym = 11,
  symtab_shndx = 18,
  crel = 0x40000014,
};
} // namespace section_type

/// Where the fields of the two headers are.
namespace file_field {
enum : std::size_t {
  ident_data = 5,
  ident_version = 6,
  ident_os_abi = 7,
  ident_abi_version = 8,
  type = 16,
  machine = 18,
  version = 20,
  phoff = 32,
  shoff = 40,
  flags = 48,
  ehsize = 52,
  phentsize = 54,
  phnum = 56,
  shentsize = 58,
  shnum = 60,
  shstrndx = 62,
};
} // namespace file_field
namespace section_field {
enum : std::size_t {
  name = 0,
  type = 4,
  flags = 8,
  offset = 24,
  size = 32,
  link = 40,
  info = 44,
  alignment = 48,
};
} // namespace section_field

constexpr std::byte byte_swapped(std::byte value) noexcept { return value; }
constexpr std::uint16_t byte_swapped(std::uint16_t value) noexcept {
  return __builtin_bswap16(value);
}
constexpr std::uint32_t byte_swapped(std::uint32_t value) noexcept {
  return __builtin_bswap32(value);
}
constexpr std::uint64_t byte_swapped(std::uint64_t value) noexcept {
  return __builtin_bswap64(value);
}

constexpr bool is_foreign(Endianness endianness) noexcept {
  return (endianness == Endianness::little) != (std::endian::native == std::endian::little);
}

/// The integer in the given byte order at an address of which sizeof(T) bytes may be read.
template <typename T> T load(const std::byte* at, Endianness endianness) noexcept {
  T value;
  std::memcpy(&value, at, sizeof value);
  return is_foreign(endianness) ? byte_swapped(value) : value;
}

template <typename T> void store(std::byte* at, T value, Endianness endianness) noexcept {
  const T stored = is_foreign(endianness) ? byte_swapped(value) : value;
  std::memcpy(at, &stored, sizeof stored);
}

/// Whether [offset, offset + size) lies in the first `limit` bytes. An empty range must, too.
constexpr bool in_bounds(std::uint64_t offset, std::uint64_t size, std::uint64_t limit) noexcept {
  return offset <= limit && size <= limit - offset;
}

} // namespace cwasm::format
