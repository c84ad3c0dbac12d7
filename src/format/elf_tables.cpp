#include "format/elf_error.hpp"
#include "format/elf_reader.hpp"
#include "util/hex.hpp"
#include "util/try.hpp"

namespace cwasm::format {
namespace {

std::string_view as_text(std::span<const std::byte> bytes) noexcept {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes as characters
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Error wrong_entry_size(const FileHeader& header) {
  return malformed("Invalid ELF section header entry size", "e_shentsize at offset {:#x} is {}",
                   std::size_t{file_field::shentsize}, header.shentsize());
}

/// How many section headers there are; from 0xff00 on it is the size of section 0 that says so.
Result<std::uint64_t> section_count(const FileHeader& header, std::span<const std::byte> bytes) {
  if (header.shnum() != 0) {
    return std::uint64_t{header.shnum()};
  }
  CWASM_TRY_ASSIGN(const SectionTable first, parse_section_0(header, bytes));
  return first.xword(0, section_field::size);
}

} // namespace

bool SectionTable::content_in_file(std::size_t index, std::uint64_t file_size) const noexcept {
  return type(index) == section_type::nobits ||
         in_bounds(xword(index, section_field::offset), xword(index, section_field::size),
                   file_size);
}

std::string content_range(const SectionTable& sections, std::size_t index,
                          std::uint64_t file_size) {
  return fmt::format("section {}: {:#x} bytes at offset {:#x} of {:#x}", index,
                     sections.xword(index, section_field::size),
                     sections.xword(index, section_field::offset), file_size);
}

SectionNames::SectionNames(std::span<const std::byte> table) noexcept {
  std::size_t end = table.size();
  while (end > 0 && table[end - 1] != std::byte{0}) {
    --end;
  }
  m_bytes = table.first(end);
}

std::string_view SectionNames::get(std::uint32_t name, std::size_t most) const noexcept {
  const auto rest = as_text(m_bytes.subspan(name)).substr(0, most);
  return rest.substr(0, rest.find('\0'));
}

Result<FileHeader> parse_file_header(std::span<const std::byte> bytes) {
  const FileHeader header(bytes);
  if (header) {
    return header;
  }
  if (bytes.size() < k_elf_header_size) {
    return malformed("Invalid ELF header size or alignment",
                     "{} bytes at offset 0, the header has {}", bytes.size(), k_elf_header_size);
  }
  return malformed("Unsupported ELF header", "e_ident at offset 0 begins with {}",
                   util::to_hex(bytes.first(file_field::ident_version + 1)));
}

Result<SectionTable> parse_section_0(const FileHeader& header, std::span<const std::byte> bytes) {
  if (header.shentsize() != k_section_header_size) {
    return wrong_entry_size(header);
  }
  if (!in_bounds(header.shoff(), k_section_header_size, bytes.size())) {
    return malformed("Invalid ELF section header offset or size",
                     "section header 0 at offset {:#x} of {:#x} bytes", header.shoff(),
                     bytes.size());
  }
  return SectionTable(bytes.subspan(header.shoff(), k_section_header_size), header.shoff(),
                      header.endianness());
}

Result<SectionTable> parse_section_table(const FileHeader& header,
                                         std::span<const std::byte> bytes) {
  if (header.shoff() == 0) {
    return SectionTable{};
  }
  CWASM_TRY_ASSIGN(const std::uint64_t count, section_count(header, bytes));
  if (count == 0) {
    return SectionTable{};
  }
  if (header.shentsize() != k_section_header_size) {
    return wrong_entry_size(header);
  }
  if (header.shoff() > bytes.size() ||
      count > (bytes.size() - header.shoff()) / k_section_header_size) {
    return malformed("Invalid ELF section header offset/size/alignment",
                     "{} section headers at offset {:#x} of {:#x} bytes", count, header.shoff(),
                     bytes.size());
  }
  return SectionTable(bytes.subspan(header.shoff(), count * k_section_header_size), header.shoff(),
                      header.endianness());
}

Result<std::size_t> section_names_index(const FileHeader& header, const SectionTable& sections) {
  const std::size_t index = header.shstrndx() != k_shn_xindex
                                ? std::size_t{header.shstrndx()}
                                : std::size_t{sections.word(0, section_field::link)};
  if (index == 0) {
    return malformed("Missing ELF e_shstrndx", "e_shstrndx at offset {:#x} is {:#x}",
                     std::size_t{file_field::shstrndx}, header.shstrndx());
  }
  if (index >= sections.size()) {
    return malformed("Invalid ELF e_shstrndx", "e_shstrndx at offset {:#x} names section {} of {}",
                     file_field::shstrndx, index, sections.size());
  }
  return index;
}

Result<SectionNames> parse_section_names(const FileHeader& header, const SectionTable& sections,
                                         std::span<const std::byte> bytes) {
  if (sections.empty()) {
    return SectionNames{};
  }
  CWASM_TRY_ASSIGN(const std::size_t index, section_names_index(header, sections));
  const auto offset = sections.xword(index, section_field::offset);
  const auto size = sections.xword(index, section_field::size);
  if (sections.type(index) == section_type::nobits) {
    return SectionNames{};
  }
  if (offset + size < offset) {
    return malformed("Invalid ELF shstrtab size", "{}",
                     content_range(sections, index, bytes.size()));
  }
  if (!in_bounds(offset, size, bytes.size())) {
    return SectionNames{};
  }
  return SectionNames(bytes.subspan(offset, size));
}

} // namespace cwasm::format
