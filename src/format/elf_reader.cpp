#include "format/elf_reader.hpp"

#include "format/elf_error.hpp"
#include "util/printable.hpp"
#include "util/try.hpp"

#include <optional>

namespace cwasm::format {
namespace {

Error unreadable_name(const SectionTable& sections, std::size_t index) {
  return malformed(
      "Invalid ELF section name offset", "sh_name of section {} at offset {:#x} is {:#x}", index,
      sections.offset() + index * k_section_header_size, sections.word(index, section_field::name));
}

Error outside_file(const SectionTable& sections, std::size_t index, std::uint64_t file_size) {
  return malformed("Invalid ELF section size or offset", "{}",
                   content_range(sections, index, file_size));
}

} // namespace

Result<ElfTables> parse_tables(std::span<const std::byte> bytes) {
  ElfTables parsed;
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
  CWASM_TRY_ASSIGN(const ElfTables parsed, parse_tables(bytes));
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
  CWASM_TRY_ASSIGN(const ElfTables parsed, parse_tables(bytes));
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
  if (!sections.content_in_file(*found, bytes.size())) {
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
