#pragma once

/// Small ELF files for the tests of this room.

#include <cwasm/elf.hpp>

#include "format/elf_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cwasm::test {

inline std::vector<std::byte> bytes_of(std::string_view text) {
  const auto view = std::as_bytes(std::span(text));
  return {view.begin(), view.end()};
}

inline std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline ElfHeader artifact_header(Endianness endianness = Endianness::little) {
  ElfHeader header;
  header.endianness = endianness;
  header.os_abi = k_elfosabi_wasmtime;
  header.machine = 62;
  header.flags = k_ef_wasmtime_module;
  return header;
}

/// Bytes on the heap, with nothing behind them that a sanitizer would let pass.
class Exact {
public:
  Exact(std::span<const std::byte> bytes, std::size_t size) : Exact(bytes.first(size)) {}
  explicit Exact(std::span<const std::byte> bytes)
      : m_size(bytes.size()), m_bytes(std::make_unique<std::byte[]>(bytes.size())) {
    std::copy(bytes.begin(), bytes.end(), m_bytes.get());
  }
  std::span<const std::byte> view() const { return {m_bytes.get(), m_size}; }

private:
  std::size_t m_size;
  std::unique_ptr<std::byte[]> m_bytes;
};

/// An ELF file that is written field by field: sections are a name, a type and a content.
class ElfBuilder {
public:
  struct Section {
    std::string_view name;
    std::uint32_t type = format::section_type::progbits;
    std::string_view content;
    std::uint32_t link = 0;
    std::uint32_t info = 0;
  };

  /// The null section, `sections`, and .shstrtab behind them.
  explicit ElfBuilder(std::vector<Section> sections, Endianness endianness = Endianness::little)
      : m_endianness(endianness), m_count(sections.size() + 2) {
    sections.push_back({".shstrtab", format::section_type::strtab, {}});
    std::string names(1, '\0');
    std::vector<std::uint32_t> name_offsets;
    for (const auto& section : sections) {
      name_offsets.push_back(static_cast<std::uint32_t>(names.size()));
      names.append(section.name).push_back('\0');
    }
    sections.back().content = names;
    bytes = write_engine_object(artifact_header(endianness), {});
    bytes.resize(format::k_elf_header_size);
    std::vector<std::size_t> offsets;
    for (const auto& section : sections) {
      offsets.push_back(bytes.size());
      const auto content = bytes_of(section.content);
      bytes.insert(bytes.end(), content.begin(), content.end());
    }
    m_table = bytes.size();
    bytes.resize(m_table + m_count * format::k_section_header_size);
    for (std::size_t i = 0; i < sections.size(); ++i) {
      word(i + 1, format::section_field::name, name_offsets[i]);
      word(i + 1, format::section_field::type, sections[i].type);
      xword(i + 1, format::section_field::offset, offsets[i]);
      xword(i + 1, format::section_field::size, sections[i].content.size());
      word(i + 1, format::section_field::link, sections[i].link);
      word(i + 1, format::section_field::info, sections[i].info);
    }
    header<std::uint64_t>(format::file_field::shoff, m_table);
    header<std::uint16_t>(format::file_field::shnum, static_cast<std::uint16_t>(m_count));
    header<std::uint16_t>(format::file_field::shstrndx, static_cast<std::uint16_t>(m_count - 1));
  }

  /// Overwrite a field of the ELF header or of a section header.
  template <typename T> ElfBuilder& header(std::size_t field, T value) {
    format::store(bytes.data() + field, value, m_endianness);
    return *this;
  }
  ElfBuilder& word(std::size_t section, std::size_t field, std::uint32_t value) {
    return header(entry(section) + field, value);
  }
  ElfBuilder& xword(std::size_t section, std::size_t field, std::uint64_t value) {
    return header(entry(section) + field, value);
  }

  std::size_t names_index() const { return m_count - 1; }
  std::size_t table() const { return m_table; }

  std::vector<std::byte> bytes;

private:
  std::size_t entry(std::size_t section) const {
    return m_table + section * format::k_section_header_size;
  }

  Endianness m_endianness;
  std::size_t m_count;
  std::size_t m_table = 0;
};

} // namespace cwasm::test
