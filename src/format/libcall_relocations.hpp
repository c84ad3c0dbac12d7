#pragma once

/// Relocations of code as Wasmtime 6 to 32 wrote them: calls of the runtime's own functions.

#include "format/elf_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace cwasm::format {

inline constexpr std::uint64_t k_rel_size = 16;
inline constexpr std::uint64_t k_rela_size = 24;

/// The relocations of a file. Sections may share entries, so that all of them together read no more
/// than the file has room for; what is beyond is taken for odd.
class LibcallRelocations {
public:
  LibcallRelocations(std::span<const std::byte> bytes, const SectionTable& sections) noexcept;

  /// The section of the symbols that relocations name; 0: there is none.
  std::size_t symbol_table() const noexcept { return m_table; }

  /// Whether all entries in [offset, offset + size), which lies in the file, are of symbols named
  /// `libcall_…`, without addend. Of what kind a relocation is, is not looked at.
  bool are_all(std::uint64_t offset, std::uint64_t size, bool has_addend) noexcept;

private:
  bool is_libcall(std::uint64_t symbol) const noexcept;

  std::span<const std::byte> m_bytes;
  std::size_t m_table;
  Endianness m_endianness;
  std::span<const std::byte> m_symbols;
  SectionNames m_names;
  std::uint64_t m_left;
};

} // namespace cwasm::format
