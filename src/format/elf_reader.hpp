#pragma once

/// The pieces of an ELF64 file that detection, the reader and the writer share. Each check and its
/// text is that of the parser in Wasmtime's loader, so that both accept the same files.

#include "format/elf_layout.hpp"

#include <cwasm/elf.hpp>
#include <cwasm/error.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace cwasm::format {

/// The ELF header, read where it lies: a view of its 64 bytes, empty when they are no ELF64.
class FileHeader {
public:
  FileHeader() = default;
  explicit FileHeader(std::span<const std::byte> bytes) noexcept {
    // Magic, ELFCLASS64 and EV_CURRENT of e_ident in one comparison; EI_DATA is looked at below.
    constexpr std::array<std::uint8_t, sizeof(std::uint64_t)> k_ident{0x7f, 'E', 'L', 'F',
                                                                      2,    0,   1,   0};
    constexpr std::array<std::uint8_t, sizeof(std::uint64_t)> k_mask{0xff, 0xff, 0xff, 0xff,
                                                                     0xff, 0,    0xff, 0};
    if (bytes.size() < k_elf_header_size) {
      return;
    }
    std::uint64_t ident = 0;
    std::memcpy(&ident, bytes.data(), sizeof ident);
    const auto data = static_cast<Endianness>(bytes[file_field::ident_data]);
    if ((ident & std::bit_cast<std::uint64_t>(k_mask)) == std::bit_cast<std::uint64_t>(k_ident) &&
        (data == Endianness::little || data == Endianness::big)) {
      m_at = bytes.data();
      m_endianness = data;
    }
  }

  explicit operator bool() const noexcept { return m_at != nullptr; }

  // The fields; only when it is not empty.
  Endianness endianness() const noexcept { return m_endianness; }
  std::uint8_t os_abi() const noexcept {
    return std::to_integer<std::uint8_t>(m_at[file_field::ident_os_abi]);
  }
  std::uint8_t abi_version() const noexcept {
    return std::to_integer<std::uint8_t>(m_at[file_field::ident_abi_version]);
  }
  std::uint32_t flags() const noexcept { return get<std::uint32_t>(file_field::flags); }
  std::uint64_t phoff() const noexcept { return get<std::uint64_t>(file_field::phoff); }
  std::uint64_t shoff() const noexcept { return get<std::uint64_t>(file_field::shoff); }
  std::uint16_t phentsize() const noexcept { return get<std::uint16_t>(file_field::phentsize); }
  std::uint16_t phnum() const noexcept { return get<std::uint16_t>(file_field::phnum); }
  std::uint16_t shentsize() const noexcept { return get<std::uint16_t>(file_field::shentsize); }
  std::uint16_t shnum() const noexcept { return get<std::uint16_t>(file_field::shnum); }
  std::uint16_t shstrndx() const noexcept { return get<std::uint16_t>(file_field::shstrndx); }
  ElfHeader fields() const noexcept {
    return {m_endianness,
            os_abi(),
            abi_version(),
            get<std::uint16_t>(file_field::type),
            get<std::uint16_t>(file_field::machine),
            flags()};
  }

private:
  template <typename T> T get(std::size_t field) const noexcept {
    return load<T>(m_at + field, m_endianness);
  }

  const std::byte* m_at = nullptr;
  Endianness m_endianness = Endianness::little;
};

/// The section headers: whole entries, inside the file.
class SectionTable {
public:
  SectionTable() = default;
  SectionTable(std::span<const std::byte> entries, std::uint64_t offset,
               Endianness endianness) noexcept
      : m_entries(entries), m_offset(offset), m_endianness(endianness) {}

  std::size_t size() const noexcept { return m_entries.size() / k_section_header_size; }
  bool empty() const noexcept { return m_entries.empty(); }
  std::uint64_t offset() const noexcept { return m_offset; }
  std::span<const std::byte> bytes() const noexcept { return m_entries; }
  Endianness endianness() const noexcept { return m_endianness; }

  /// A field of the section with that index, which must be less than size().
  std::uint32_t word(std::size_t index, std::size_t field) const noexcept {
    return load<std::uint32_t>(at(index, field), m_endianness);
  }
  std::uint64_t xword(std::size_t index, std::size_t field) const noexcept {
    return load<std::uint64_t>(at(index, field), m_endianness);
  }
  std::uint32_t type(std::size_t index) const noexcept { return word(index, section_field::type); }
  /// Whether what that section holds lies in a file of that size.
  bool content_in_file(std::size_t index, std::uint64_t file_size) const noexcept;

private:
  const std::byte* at(std::size_t index, std::size_t field) const noexcept {
    return m_entries.data() + index * k_section_header_size + field;
  }

  std::span<const std::byte> m_entries;
  std::uint64_t m_offset = 0;
  Endianness m_endianness = Endianness::little;
};

/// The names of the sections: the bytes of .shstrtab as far as names can be read from them.
class SectionNames {
public:
  SectionNames() = default;
  /// `table` is .shstrtab. A name that no NUL ends is not readable, so what follows the last NUL is
  /// dropped.
  explicit SectionNames(std::span<const std::byte> table) noexcept;

  bool readable(std::uint32_t name) const noexcept { return name < m_bytes.size(); }
  bool equals(std::uint32_t name, std::string_view text) const noexcept {
    return in_bounds(name, text.size() + 1, m_bytes.size()) &&
           std::memcmp(m_bytes.data() + name, text.data(), text.size()) == 0 &&
           m_bytes[name + text.size()] == std::byte{0};
  }
  bool starts_with(std::uint32_t name, std::string_view text) const noexcept {
    return in_bounds(name, text.size(), m_bytes.size()) &&
           std::memcmp(m_bytes.data() + name, text.data(), text.size()) == 0;
  }
  /// The name, cut at 4096 bytes: sections may share the end of one huge name, and a file must not
  /// cost more to read than in proportion to its size. It must be readable.
  std::string_view get(std::uint32_t name) const noexcept { return get(name, k_longest); }
  /// The same, cut at `most` bytes.
  std::string_view get(std::uint32_t name, std::size_t most) const noexcept;

private:
  static constexpr std::size_t k_longest = 4096;

  std::span<const std::byte> m_bytes; ///< empty, or its last byte is NUL
};

/// A header that is not empty, or the reason.
Result<FileHeader> parse_file_header(std::span<const std::byte> bytes);

/// Section 0 alone, which may hold what the header has no room for. There must be section headers.
Result<SectionTable> parse_section_0(const FileHeader& header, std::span<const std::byte> bytes);

/// Empty when the file has no section headers.
Result<SectionTable> parse_section_table(const FileHeader& header,
                                         std::span<const std::byte> bytes);

/// The index of .shstrtab in a table that is not empty.
Result<std::size_t> section_names_index(const FileHeader& header, const SectionTable& sections);

/// No name is readable when .shstrtab is not in the file: that alone is no error here.
Result<SectionNames> parse_section_names(const FileHeader& header, const SectionTable& sections,
                                         std::span<const std::byte> bytes);

/// The first section of a type, or nothing.
std::optional<std::size_t> first_of_type(const SectionTable& sections, std::uint32_t type) noexcept;

/// What a reader of sections goes by.
struct ElfTables {
  FileHeader header;
  SectionTable sections;
  SectionNames names;
};

/// The header, the section headers and their names, each failure with Wasmtime 43's context.
Result<ElfTables> parse_tables(std::span<const std::byte> bytes);

/// All that Wasmtime demands of a file before detection, and up to 42 before loading: program
/// headers, section headers, symbol tables and their strings, and relocation sections.
Status check_whole_file(const FileHeader& header, std::span<const std::byte> bytes);

} // namespace cwasm::format
