#include "format/elf_reader.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

namespace cwasm::format {
namespace {

constexpr std::uint64_t k_shf_alloc = 2;
constexpr std::uint64_t k_table_alignment = 8;
/// Headers, names and padding of what is added: a reservation, no limit.
constexpr std::size_t k_most_added = 512;
constexpr std::string_view k_shstrtab_name = ".shstrtab";

/// What goes into a section header; the rest is zero.
struct NewSection {
  std::uint32_t name = 0;
  std::uint32_t type = 0;
  std::uint64_t flags = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

std::span<const std::byte> as_bytes(std::string_view text) noexcept {
  return std::as_bytes(std::span(text));
}

/// A file that grows at its end.
class Output {
public:
  Output(std::span<const std::byte> begin, std::size_t growth, Endianness endianness)
      : m_endianness(endianness) {
    m_bytes.reserve(begin.size() + growth);
    add(begin);
  }

  std::size_t size() const noexcept { return m_bytes.size(); }
  void add(std::span<const std::byte> bytes) {
    m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
  }
  void add_zeros(std::size_t count) { m_bytes.resize(m_bytes.size() + count); }
  void align(std::size_t alignment) {
    add_zeros((alignment - m_bytes.size() % alignment) % alignment);
  }
  template <typename T> void put(std::size_t at, T value) noexcept {
    store(m_bytes.data() + at, value, m_endianness);
  }
  void add_section(const NewSection& section) {
    const std::size_t at = size();
    add_zeros(k_section_header_size);
    put(at + section_field::name, section.name);
    put(at + section_field::type, section.type);
    put(at + section_field::flags, section.flags);
    put(at + section_field::offset, section.offset);
    put(at + section_field::size, section.size);
    put(at + section_field::alignment, std::uint64_t{1});
  }
  std::vector<std::byte> take() && noexcept { return std::move(m_bytes); }

private:
  std::vector<std::byte> m_bytes;
  Endianness m_endianness;
};

/// The fields that a caller chooses.
void put_fields(Output& out, const ElfHeader& header) {
  out.put(file_field::ident_os_abi, std::byte{header.os_abi});
  out.put(file_field::ident_abi_version, std::byte{header.abi_version});
  out.put(file_field::type, header.type);
  out.put(file_field::machine, header.machine);
  out.put(file_field::flags, header.flags);
}

/// Says in the header where the section headers are. Numbers from 0xff00 on go into section 0.
void put_section_table(Output& out, std::size_t offset, std::uint64_t count, std::uint32_t names) {
  const bool many = count >= k_shn_loreserve;
  const bool far = names >= k_shn_loreserve;
  out.put(file_field::shoff, std::uint64_t{offset});
  out.put(file_field::shentsize, std::uint16_t{k_section_header_size});
  out.put(file_field::shnum, static_cast<std::uint16_t>(many ? 0 : count));
  out.put(file_field::shstrndx, far ? k_shn_xindex : static_cast<std::uint16_t>(names));
  out.put(offset + section_field::size, many ? count : std::uint64_t{0});
  out.put(offset + section_field::link, far ? names : std::uint32_t{0});
}

/// Where the kept part of an object ends: section headers at the very end of the file are dropped,
/// since they are written anew, unless something else reaches into them.
std::size_t kept_size(const FileHeader& header, const SectionTable& sections, const ElfFile& file,
                      std::size_t file_size) {
  if (header.phoff() != 0 || sections.offset() + sections.bytes().size() != file_size ||
      sections.offset() < k_elf_header_size) {
    return file_size;
  }
  const bool overlapped =
      std::any_of(file.sections.begin(), file.sections.end(), [&](const ElfSection& section) {
        return section.type != section_type::nobits && section.size != 0 &&
               section.offset + section.size > sections.offset();
      });
  return overlapped ? file_size : sections.offset();
}

/// What an object must be for an engine section to be added to it.
Status check_appendable(const ElfFile& file, std::span<const std::byte> object,
                        const std::optional<ElfHeader>& header) {
  if (file.sections.empty()) {
    return Error(ErrorCode::invalid_argument, "the object has no section headers to add to");
  }
  if (header && header->endianness != file.header.endianness) {
    return Error(ErrorCode::invalid_argument, "the header is of the other byte order");
  }
  for (const auto& section : file.sections) {
    if (section.name == k_engine_section_name) {
      return Error(
          ErrorCode::invalid_argument,
          fmt::format("the object already has an engine section at offset {:#x}", section.offset));
    }
    CWASM_TRY(section_content(object, section));
  }
  return ok();
}

} // namespace
} // namespace cwasm::format

namespace cwasm {

std::vector<std::byte> write_engine_object(const ElfHeader& header,
                                           std::span<const std::byte> engine_section) {
  using namespace format; // NOLINT(google-build-using-namespace): this room's own names
  constexpr std::array k_ident{std::byte{0x7f}, std::byte{'E'}, std::byte{'L'}, std::byte{'F'},
                               std::byte{2}}; // magic, ELFCLASS64
  constexpr std::uint64_t k_sections = 3;
  std::string names(1, '\0');
  const auto add_name = [&names](std::string_view name) {
    const auto at = static_cast<std::uint32_t>(names.size());
    names.append(name).push_back('\0');
    return at;
  };
  const auto engine_name = add_name(k_engine_section_name);
  const auto names_name = add_name(k_shstrtab_name);

  Output out(k_ident, engine_section.size() + k_most_added, header.endianness);
  out.add_zeros(k_elf_header_size - k_ident.size());
  out.put(file_field::ident_data, static_cast<std::byte>(header.endianness));
  out.put(file_field::ident_version, std::byte{1});
  out.put(file_field::version, std::uint32_t{1});
  out.put(file_field::ehsize, std::uint16_t{k_elf_header_size});
  put_fields(out, header);

  const std::size_t engine_at = out.size();
  out.add(engine_section);
  const std::size_t names_at = out.size();
  out.add(as_bytes(names));
  out.align(k_table_alignment);
  const std::size_t table_at = out.size();
  out.add_zeros(k_section_header_size);
  out.add_section(
      {engine_name, section_type::progbits, k_shf_alloc, engine_at, engine_section.size()});
  out.add_section({names_name, section_type::strtab, 0, names_at, names.size()});
  put_section_table(out, table_at, k_sections, k_sections - 1);
  return std::move(out).take();
}

Result<std::vector<std::byte>> append_engine_section(std::span<const std::byte> object,
                                                     std::span<const std::byte> engine_section,
                                                     const std::optional<ElfHeader>& header) {
  using namespace format; // NOLINT(google-build-using-namespace): this room's own names
  CWASM_TRY_ASSIGN(const ElfFile file, read_elf(object));
  CWASM_TRY(check_appendable(file, object, header));
  CWASM_TRY_ASSIGN(const FileHeader found, parse_file_header(object));
  CWASM_TRY_ASSIGN(const SectionTable sections, parse_section_table(found, object));
  CWASM_TRY_ASSIGN(const std::size_t names_index, section_names_index(found, sections));
  CWASM_TRY_ASSIGN(const auto names, section_content(object, file.sections[names_index]));

  std::string added_name(names.empty() || names.back() != std::byte{0} ? 1 : 0, '\0');
  const std::size_t engine_name = names.size() + added_name.size();
  added_name.append(k_engine_section_name).push_back('\0');
  if (engine_name > std::numeric_limits<std::uint32_t>::max()) {
    return Error(ErrorCode::invalid_argument, "the object has no room for another section name");
  }

  const auto kept = object.first(kept_size(found, sections, file, object.size()));
  Output out(kept, engine_section.size() + names.size() + sections.bytes().size() + k_most_added,
             file.header.endianness);
  put_fields(out, header.value_or(file.header));
  const std::size_t engine_at = out.size();
  out.add(engine_section);
  const std::size_t names_at = out.size();
  out.add(names);
  out.add(as_bytes(added_name));
  const std::size_t names_size = out.size() - names_at;
  out.align(k_table_alignment);
  const std::size_t table_at = out.size();
  out.add(sections.bytes());
  const std::size_t names_entry = table_at + names_index * k_section_header_size;
  out.put(names_entry + section_field::offset, std::uint64_t{names_at});
  out.put(names_entry + section_field::size, std::uint64_t{names_size});
  out.add_section({static_cast<std::uint32_t>(engine_name), section_type::progbits, k_shf_alloc,
                   engine_at, engine_section.size()});
  put_section_table(out, table_at, sections.size() + 1, static_cast<std::uint32_t>(names_index));
  return std::move(out).take();
}

} // namespace cwasm
