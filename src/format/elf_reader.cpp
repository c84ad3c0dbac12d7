#include "format/elf_reader.hpp"

#include "util/hex.hpp"
#include "util/printable.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace cwasm::format {
namespace {

constexpr std::size_t k_longest_name = 4096;

/// "TEXT (DETAIL)": Wasmtime's words, then what was read where.
template <typename... Args>
Error malformed(std::string_view text, fmt::format_string<Args...> detail, Args&&... args) {
  return {ErrorCode::malformed,
          fmt::format("{} ({})", text, fmt::format(detail, std::forward<Args>(args)...))};
}

std::string_view as_text(std::span<const std::byte> bytes) noexcept {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes as characters
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Error wrong_entry_size(const FileHeader& header) {
  return malformed("Invalid ELF section header entry size", "e_shentsize at offset {:#x} is {}",
                   file_field::shentsize, header.shentsize());
}

/// How many section headers there are; from 0xff00 on it is the size of section 0 that says so.
Result<std::uint64_t> section_count(const FileHeader& header, std::span<const std::byte> bytes) {
  if (header.shnum() != 0) {
    return std::uint64_t{header.shnum()};
  }
  if (header.shentsize() != k_section_header_size) {
    return wrong_entry_size(header);
  }
  if (!in_bounds(header.shoff(), k_section_header_size, bytes.size())) {
    return malformed("Invalid ELF section header offset or size",
                     "section header 0 at offset {:#x} of {:#x} bytes", header.shoff(),
                     bytes.size());
  }
  return load<std::uint64_t>(bytes.data() + header.shoff() + section_field::size,
                             header.endianness());
}

/// How many program headers there are; 0xffff says that sh_info of section 0 has the number.
Result<std::uint64_t> program_header_count(const FileHeader& header,
                                           std::span<const std::byte> bytes) {
  constexpr std::uint16_t k_pn_xnum = 0xffff;
  if (header.phnum() != k_pn_xnum) {
    return std::uint64_t{header.phnum()};
  }
  if (header.shoff() == 0) {
    return malformed("Missing ELF section headers for e_phnum overflow",
                     "e_phnum at offset {:#x} is 0xffff", file_field::phnum);
  }
  if (header.shentsize() != k_section_header_size) {
    return wrong_entry_size(header);
  }
  if (!in_bounds(header.shoff(), k_section_header_size, bytes.size())) {
    return malformed("Invalid ELF section header offset or size",
                     "section header 0 at offset {:#x} of {:#x} bytes", header.shoff(),
                     bytes.size());
  }
  return std::uint64_t{load<std::uint32_t>(bytes.data() + header.shoff() + section_field::info,
                                           header.endianness())};
}

bool content_in_bounds(const SectionTable& sections, std::size_t index,
                       std::uint64_t file_size) noexcept {
  return sections.type(index) == section_type::nobits ||
         in_bounds(sections.xword(index, section_field::offset),
                   sections.xword(index, section_field::size), file_size);
}

/// Whether a section is in the file and holds a whole number of elements.
bool is_array(const SectionTable& sections, std::size_t index, std::uint64_t element_size,
              std::uint64_t file_size) noexcept {
  return content_in_bounds(sections, index, file_size) &&
         sections.xword(index, section_field::size) % element_size == 0;
}

std::string content_range(const SectionTable& sections, std::size_t index,
                          std::uint64_t file_size) {
  return fmt::format("section {}: {:#x} bytes at offset {:#x} of {:#x}", index,
                     sections.xword(index, section_field::size),
                     sections.xword(index, section_field::offset), file_size);
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
                     file_field::phentsize, header.phentsize());
  }
  if (header.phoff() > bytes.size() ||
      count > (bytes.size() - header.phoff()) / k_program_header_size) {
    return malformed("Invalid ELF program header size or alignment",
                     "{} program headers at offset {:#x} of {:#x} bytes", count, header.phoff(),
                     bytes.size());
  }
  return ok();
}

/// Symbol tables, their strings and relocation sections.
Status check_linked_sections(const SectionTable& sections, std::uint64_t file_size) {
  std::optional<std::size_t> symtab;
  std::optional<std::size_t> dynsym;
  bool relocations = false;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const auto type = sections.type(i);
    if (type == section_type::symtab && !symtab) {
      symtab = i;
    } else if (type == section_type::dynsym && !dynsym) {
      dynsym = i;
    } else {
      relocations = relocations || is_relocation(type);
    }
  }
  for (const auto& table : {symtab, dynsym}) {
    if (table) {
      CWASM_TRY(check_symbol_table(sections, *table, file_size));
    }
  }
  for (std::size_t i = relocations ? sections.size() : 0; i-- > 0;) {
    if (is_relocation(sections.type(i))) {
      CWASM_TRY(check_relocation_section(sections, i, symtab.value_or(0)));
    }
  }
  return ok();
}

Error unreadable_name(const SectionTable& sections, std::size_t index) {
  return malformed(
      "Invalid ELF section name offset", "sh_name of section {} at offset {:#x} is {:#x}", index,
      sections.offset() + index * k_section_header_size, sections.word(index, section_field::name));
}

/// The header, the section headers and their names, each failure with Wasmtime 43's context.
struct Parsed {
  FileHeader header;
  SectionTable sections;
  SectionNames names;
};

Result<Parsed> parse(std::span<const std::byte> bytes) {
  Parsed parsed;
  auto header = parse_file_header(bytes);
  if (!header) {
    return header.error().with_context("failed to parse precompiled artifact as an ELF");
  }
  parsed.header = *header;
  auto sections = parse_section_table(*header, bytes);
  if (!sections) {
    return sections.error().with_context("failed to parse section headers");
  }
  parsed.sections = *sections;
  auto names = parse_section_names(*header, *sections, bytes);
  if (!names) {
    return names.error().with_context("failed to parse strings table");
  }
  parsed.names = *names;
  return parsed;
}

Error outside_file(const SectionTable& sections, std::size_t index, std::uint64_t file_size) {
  return malformed("Invalid ELF section size or offset", "{}",
                   content_range(sections, index, file_size));
}

} // namespace

SectionNames::SectionNames(std::span<const std::byte> table) noexcept {
  std::size_t end = table.size();
  while (end > 0 && table[end - 1] != std::byte{0}) {
    --end;
  }
  m_bytes = table.first(end);
}

bool SectionNames::equals(std::uint32_t name, std::string_view text) const noexcept {
  return in_bounds(name, text.size() + 1, m_bytes.size()) &&
         std::memcmp(m_bytes.data() + name, text.data(), text.size()) == 0 &&
         m_bytes[name + text.size()] == std::byte{0};
}

std::string_view SectionNames::get(std::uint32_t name) const noexcept {
  const auto rest = as_text(m_bytes.subspan(name)).substr(0, k_longest_name);
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
                     file_field::shstrndx, header.shstrndx());
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

Status check_whole_file(const FileHeader& header, std::span<const std::byte> bytes) {
  CWASM_TRY(check_program_headers(header, bytes));
  CWASM_TRY_ASSIGN(const auto sections, parse_section_table(header, bytes));
  CWASM_TRY(parse_section_names(header, sections, bytes));
  return check_linked_sections(sections, bytes.size());
}

} // namespace cwasm::format

namespace cwasm {

using namespace format; // NOLINT(google-build-using-namespace): this room's own names

Result<ElfHeader> read_elf_header(std::span<const std::byte> bytes, ElfRules rules) {
  auto header = parse_file_header(bytes);
  if (!header) {
    return header.error().with_context("failed to parse precompiled artifact as an ELF");
  }
  if (rules == ElfRules::until_42) {
    const auto whole = check_whole_file(*header, bytes);
    if (!whole) {
      return whole.error().with_context("failed to parse precompiled artifact as an ELF");
    }
  }
  return header->fields();
}

Result<ElfFile> read_elf(std::span<const std::byte> bytes) {
  CWASM_TRY_ASSIGN(const Parsed parsed, parse(bytes));
  const auto& sections = parsed.sections;
  ElfFile file{parsed.header.fields(), {}};
  file.sections.reserve(sections.size());
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const auto name = sections.word(i, section_field::name);
    if (!parsed.names.readable(name)) {
      return unreadable_name(sections, i);
    }
    ElfSection section;
    section.name = parsed.names.get(name);
    section.type = sections.type(i);
    section.flags = sections.xword(i, section_field::flags);
    section.offset = sections.xword(i, section_field::offset);
    section.size = sections.xword(i, section_field::size);
    section.link = sections.word(i, section_field::link);
    section.info = sections.word(i, section_field::info);
    section.alignment = sections.xword(i, section_field::alignment);
    file.sections.push_back(section);
  }
  return file;
}

Result<std::span<const std::byte>> section_content(std::span<const std::byte> bytes,
                                                   const ElfSection& section) {
  if (section.type == section_type::nobits) {
    return std::span<const std::byte>{};
  }
  if (!in_bounds(section.offset, section.size, bytes.size())) {
    return malformed(
        "Invalid ELF section size or offset", "section `{}`: {:#x} bytes at offset {:#x} of {:#x}",
        util::printable(section.name.substr(0, 64)), section.size, section.offset, bytes.size());
  }
  return bytes.subspan(section.offset, section.size);
}

Result<EngineSectionBytes> find_engine_section(std::span<const std::byte> bytes, ElfRules rules) {
  CWASM_TRY_ASSIGN(const Parsed parsed, parse(bytes));
  const auto& sections = parsed.sections;
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const auto name = sections.word(i, section_field::name);
    if (rules == ElfRules::since_43 && !parsed.names.readable(name)) {
      return unreadable_name(sections, i);
    }
    if (parsed.names.equals(name, k_engine_section_name)) {
      found = i;
      if (rules == ElfRules::until_42) {
        break;
      }
    }
  }
  if (!found) {
    return malformed("failed to find section `.wasmtime.engine`",
                     "none of the {} section headers at offset {:#x} has that name",
                     sections.size(), sections.offset());
  }
  if (!content_in_bounds(sections, *found, bytes.size())) {
    return outside_file(sections, *found, bytes.size());
  }
  if (sections.type(*found) == section_type::nobits) {
    return EngineSectionBytes{{}, sections.xword(*found, section_field::offset)};
  }
  const auto offset = sections.xword(*found, section_field::offset);
  return EngineSectionBytes{bytes.subspan(offset, sections.xword(*found, section_field::size)),
                            offset};
}

} // namespace cwasm
