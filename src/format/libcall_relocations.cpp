#include "format/libcall_relocations.hpp"

namespace cwasm::format {
namespace {

std::span<const std::byte> content(std::span<const std::byte> bytes, const SectionTable& sections,
                                   std::size_t index) noexcept {
  const bool there = index < sections.size() && sections.type(index) != section_type::nobits &&
                     sections.content_in_file(index, bytes.size());
  return there ? bytes.subspan(sections.xword(index, section_field::offset),
                               sections.xword(index, section_field::size))
               : std::span<const std::byte>{};
}

} // namespace

LibcallRelocations::LibcallRelocations(std::span<const std::byte> bytes,
                                       const SectionTable& sections) noexcept
    : m_bytes(bytes), m_table(first_of_type(sections, section_type::symtab).value_or(0)),
      m_endianness(sections.endianness()), m_left(bytes.size()) {
  if (m_table != 0) {
    m_symbols = content(bytes, sections, m_table);
    m_names = SectionNames(content(bytes, sections, sections.word(m_table, section_field::link)));
  }
}

bool LibcallRelocations::is_libcall(std::uint64_t symbol) const noexcept {
  if (symbol >= m_symbols.size() / k_symbol_size) {
    return false;
  }
  const auto name = load<std::uint32_t>(m_symbols.data() + symbol * k_symbol_size, m_endianness);
  return m_names.starts_with(name, "libcall_");
}

bool LibcallRelocations::are_all(std::uint64_t offset, std::uint64_t size,
                                 bool has_addend) noexcept {
  if (size > m_left) {
    return false;
  }
  m_left -= size;
  const std::uint64_t entry = has_addend ? k_rela_size : k_rel_size;
  for (std::uint64_t at = offset; at < offset + size; at += entry) {
    const auto* const info = m_bytes.data() + at + sizeof(std::uint64_t);
    const auto symbol = load<std::uint64_t>(info, m_endianness) >> 32U;
    const bool moved =
        has_addend && load<std::uint64_t>(info + sizeof(std::uint64_t), m_endianness) != 0;
    if (moved || !is_libcall(symbol)) {
      return false;
    }
  }
  return true;
}

} // namespace cwasm::format
