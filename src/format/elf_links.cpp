#include "format/elf_error.hpp"
#include "format/elf_reader.hpp"
#include "util/try.hpp"

#include <optional>

namespace cwasm::format {
namespace {

/// How many program headers there are; 0xffff says that sh_info of section 0 has the number.
Result<std::uint64_t> program_header_count(const FileHeader& header,
                                           std::span<const std::byte> bytes) {
  constexpr std::uint16_t k_pn_xnum = 0xffff;
  if (header.phnum() != k_pn_xnum) {
    return std::uint64_t{header.phnum()};
  }
  if (header.shoff() == 0) {
    return malformed("Missing ELF section headers for e_phnum overflow",
                     "e_phnum at offset {:#x} is 0xffff", std::size_t{file_field::phnum});
  }
  CWASM_TRY_ASSIGN(const SectionTable first, parse_section_0(header, bytes));
  return std::uint64_t{first.word(0, section_field::info)};
}

Status check_program_headers(const FileHeader& header, std::span<const std::byte> bytes) {
  if (header.phoff() == 0) {
    return ok();
  }
  CWASM_TRY_ASSIGN(const std::uint64_t count, program_header_count(header, bytes));
  if (count == 0) {
    return ok();
  }
  if (header.phentsize() != k_program_header_size) {
    return malformed("Invalid ELF program header entry size", "e_phentsize at offset {:#x} is {}",
                     std::size_t{file_field::phentsize}, header.phentsize());
  }
  if (header.phoff() > bytes.size() ||
      count > (bytes.size() - header.phoff()) / k_program_header_size) {
    return malformed("Invalid ELF program header size or alignment",
                     "{} program headers at offset {:#x} of {:#x} bytes", count, header.phoff(),
                     bytes.size());
  }
  return ok();
}

/// Whether a section is in the file and holds a whole number of elements.
bool is_array(const SectionTable& sections, std::size_t index, std::uint64_t element_size,
              std::uint64_t file_size) noexcept {
  return sections.content_in_file(index, file_size) &&
         sections.xword(index, section_field::size) % element_size == 0;
}

Status check_string_table(const SectionTable& sections, std::size_t user, std::uint64_t file_size) {
  const std::size_t index = sections.word(user, section_field::link);
  if (index == 0) {
    return ok();
  }
  if (index >= sections.size()) {
    return malformed("Invalid ELF section index", "sh_link of section {} is {}, there are {}", user,
                     index, sections.size());
  }
  if (sections.type(index) != section_type::strtab) {
    return malformed("Invalid ELF string section type",
                     "section {}, the strings of section {}, has type {:#x}", index, user,
                     sections.type(index));
  }
  const auto offset = sections.xword(index, section_field::offset);
  if (offset + sections.xword(index, section_field::size) < offset) {
    return malformed("Invalid ELF string section offset or size", "{}",
                     content_range(sections, index, file_size));
  }
  return ok();
}

Status check_symbol_table(const SectionTable& sections, std::size_t index,
                          std::uint64_t file_size) {
  if (!is_array(sections, index, k_symbol_size, file_size)) {
    return malformed("Invalid ELF symbol table data", "{}",
                     content_range(sections, index, file_size));
  }
  CWASM_TRY(check_string_table(sections, index, file_size));
  for (std::size_t i = 0; i < sections.size(); ++i) {
    if (sections.type(i) == section_type::symtab_shndx &&
        sections.word(i, section_field::link) == index &&
        !is_array(sections, i, sizeof(std::uint32_t), file_size)) {
      return malformed("Invalid ELF symtab_shndx data", "{}",
                       content_range(sections, i, file_size));
    }
  }
  return ok();
}

bool is_relocation(std::uint32_t type) noexcept {
  return type == section_type::rel || type == section_type::rela || type == section_type::crel;
}

Status check_relocation_section(const SectionTable& sections, std::size_t index,
                                std::size_t symbol_table) {
  const std::size_t target = sections.word(index, section_field::info);
  if (sections.word(index, section_field::link) != symbol_table || target == 0) {
    return ok();
  }
  if (target >= sections.size()) {
    return malformed("Invalid ELF sh_info for relocation section",
                     "sh_info of section {} is {}, there are {}", index, target, sections.size());
  }
  if (is_relocation(sections.type(target))) {
    return malformed("Unsupported ELF sh_info for relocation section",
                     "section {} relocates the relocation section {}", index, target);
  }
  return ok();
}

/// Backwards, as Wasmtime goes, so that of several faults the same one is told.
Status check_relocations(const SectionTable& sections, std::size_t symbol_table) {
  for (std::size_t i = sections.size(); i-- > 0;) {
    if (!is_relocation(sections.type(i))) {
      continue;
    }
    CWASM_TRY(check_relocation_section(sections, i, symbol_table));
  }
  return ok();
}

/// Symbol tables, their strings and relocation sections.
Status check_linked_sections(const SectionTable& sections, std::uint64_t file_size) {
  const auto symtab = first_of_type(sections, section_type::symtab);
  const auto dynsym = first_of_type(sections, section_type::dynsym);
  CWASM_TRY(symtab ? check_symbol_table(sections, *symtab, file_size) : ok());
  CWASM_TRY(dynsym ? check_symbol_table(sections, *dynsym, file_size) : ok());
  return check_relocations(sections, symtab.value_or(0));
}

} // namespace

std::optional<std::size_t> first_of_type(const SectionTable& sections,
                                         std::uint32_t type) noexcept {
  for (std::size_t i = 0; i < sections.size(); ++i) {
    if (sections.type(i) == type) {
      return i;
    }
  }
  return std::nullopt;
}

Status check_whole_file(const FileHeader& header, std::span<const std::byte> bytes) {
  CWASM_TRY(check_program_headers(header, bytes));
  CWASM_TRY_ASSIGN(const auto sections, parse_section_table(header, bytes));
  CWASM_TRY(parse_section_names(header, sections, bytes));
  return check_linked_sections(sections, bytes.size());
}

} // namespace cwasm::format
