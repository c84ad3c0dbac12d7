#include <cwasm/detect.hpp>

#include "format/elf_reader.hpp"
#include "util/file.hpp"
#include "util/try.hpp"

#include <cwasm/bytes.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace cwasm::format {
namespace {

/// Files with more sections are mapped instead; artifacts have about a dozen.
constexpr std::size_t k_most_sections_read = 64;

bool claims_to_be_artifact(FileHeader header) noexcept {
  return header && header.os_abi() == k_elfosabi_wasmtime && header.abi_version() == 0 &&
         (header.flags() & (k_ef_wasmtime_module | k_ef_wasmtime_component)) != 0;
}

/// Of a file that claims to be an artifact. One with both flags is a module.
Kind kind_of(FileHeader header) noexcept {
  return (header.flags() & k_ef_wasmtime_module) != 0 ? Kind::module : Kind::component;
}

/// Whether the header is of the shape every artifact has: section headers counted in the header
/// itself, no program headers. The others take the long way.
bool is_usual(FileHeader header) noexcept {
  return (header.phoff() == 0 || header.phnum() == 0) && header.shoff() != 0 &&
         header.shentsize() == k_section_header_size && header.shnum() != 0 &&
         header.shstrndx() != k_shn_xindex;
}

/// Whether section `index` is there, of that type and inside the file.
bool is_sound(const SectionTable& sections, std::size_t index, std::uint32_t type,
              std::uint64_t file_size) noexcept {
  return index < sections.size() && sections.type(index) == type &&
         in_bounds(sections.xword(index, section_field::offset),
                   sections.xword(index, section_field::size), file_size);
}

template <Endianness endianness> std::uint32_t type_at(const std::byte* entry) noexcept {
  return load<std::uint32_t>(entry + section_field::type, endianness);
}

/// Every bit that is set in the type of a section in [entry, end). Four at a time and without a
/// branch on what it reads: this is most of what detection costs.
template <Endianness endianness>
std::uint32_t types_between(const std::byte* entry, const std::byte* end) noexcept {
  constexpr std::ptrdiff_t k_size = k_section_header_size;
  std::uint32_t types = 0;
  for (; end - entry >= 4 * k_size; entry += 4 * k_size) {
    types |= type_at<endianness>(entry) | type_at<endianness>(entry + k_size) |
             type_at<endianness>(entry + 2 * k_size) | type_at<endianness>(entry + 3 * k_size);
  }
  for (; entry != end; entry += k_size) {
    types |= type_at<endianness>(entry);
  }
  return types;
}

/// The index of the symbol table, or the number of sections when there is none; nothing unless the
/// sections are content followed by symbols and strings, as artifacts have them.
template <Endianness endianness>
std::optional<std::size_t> find_symbols(std::span<const std::byte> entries) noexcept {
  static_assert(section_type::null == 0 && section_type::progbits == 1 &&
                section_type::symtab == 2 && section_type::strtab == 3);
  const std::byte* const begin = entries.data();
  for (std::size_t at = entries.size(); at > 0;) {
    at -= k_section_header_size;
    const auto type = type_at<endianness>(begin + at);
    if (type == section_type::symtab) {
      return types_between<endianness>(begin, begin + at) <= section_type::progbits
                 ? std::optional(at / k_section_header_size)
                 : std::nullopt;
    }
    if (type > section_type::strtab) {
      return std::nullopt;
    }
  }
  return entries.size() / k_section_header_size;
}

/// True: all that Wasmtime demands of a usual file holds, for one of `file_size` bytes or more.
/// False decides nothing.
template <Endianness endianness> bool plainly_sound_in(FileHeader header,
                                                       std::span<const std::byte> entries,
                                                       std::uint64_t file_size) noexcept {
  const SectionTable sections(entries, 0, endianness);
  const auto symbols = find_symbols<endianness>(entries);
  const std::size_t names = header.shstrndx();
  if (!symbols || names == 0 || !is_sound(sections, names, section_type::strtab, file_size)) {
    return false;
  }
  if (*symbols == sections.size()) {
    return true;
  }
  const std::size_t strings = sections.word(*symbols, section_field::link);
  return is_sound(sections, *symbols, section_type::symtab, file_size) &&
         sections.xword(*symbols, section_field::size) % k_symbol_size == 0 &&
         is_sound(sections, strings, section_type::strtab, file_size);
}

bool plainly_sound(FileHeader header, std::span<const std::byte> entries,
                   std::uint64_t file_size) noexcept {
  return header.endianness() == Endianness::little
             ? plainly_sound_in<Endianness::little>(header, entries, file_size)
             : plainly_sound_in<Endianness::big>(header, entries, file_size);
}

bool plainly_sound(FileHeader header, std::span<const std::byte> bytes) noexcept {
  const std::size_t size = std::size_t{header.shnum()} * k_section_header_size;
  return is_usual(header) && in_bounds(header.shoff(), size, bytes.size()) &&
         plainly_sound(header, bytes.subspan(header.shoff(), size), bytes.size());
}

/// Out of line, to keep what it needs off the way that every real artifact takes.
[[gnu::cold, gnu::noinline]] bool sound_after_all(FileHeader header,
                                                  std::span<const std::byte> bytes) {
  return check_whole_file(header, bytes).has_value();
}

/// As much of [offset, offset + out.size()) as the file has.
Result<std::size_t> read_at(const util::Fd& file, std::uint64_t offset, std::span<std::byte> out,
                            const std::filesystem::path& path) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t count = ::pread(file.get(), out.data() + done, out.size() - done,
                                  static_cast<off_t>(offset + done));
    if (count < 0 && errno != EINTR) {
      return util::file_error("read", path, errno);
    }
    if (count == 0) {
      break;
    }
    done += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  return done;
}

/// Whether the section headers alone, read from the file, show a usual and sound artifact.
Result<bool> sound_by_headers(const util::Fd& file, FileHeader header,
                              const std::filesystem::path& path) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): clearing it would cost a tenth of all
  std::array<std::byte, k_most_sections_read * k_section_header_size> buffer;
  const std::size_t size = std::size_t{header.shnum()} * k_section_header_size;
  constexpr std::uint64_t k_farthest = std::uint64_t{1} << 62U;
  if (!is_usual(header) || size > buffer.size() || header.shoff() > k_farthest) {
    return false;
  }
  const std::span entries(buffer.data(), size);
  CWASM_TRY_ASSIGN(const std::size_t got, read_at(file, header.shoff(), entries, path));
  // What could be read shows that the file has at least that size: no need to ask for it.
  return got == size && plainly_sound(header, entries, header.shoff() + size);
}

} // namespace
} // namespace cwasm::format

namespace cwasm {

std::optional<Kind> detect_precompiled(std::span<const std::byte> bytes) {
  const format::FileHeader header(bytes);
  if (!format::claims_to_be_artifact(header) ||
      !(format::plainly_sound(header, bytes) || format::sound_after_all(header, bytes))) {
    return std::nullopt;
  }
  return format::kind_of(header);
}

Result<std::optional<Kind>> detect_precompiled_file(const std::filesystem::path& path) {
  // O_NONBLOCK: opening a FIFO must not wait for its writer. It then has no offsets: an error.
  const util::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) {
    return util::file_error("open", path, errno);
  }
  std::array<std::byte, format::k_elf_header_size> start{};
  CWASM_TRY_ASSIGN(const std::size_t got, format::read_at(file, 0, start, path));
  const format::FileHeader header(std::span<const std::byte>(start).first(got));
  if (!format::claims_to_be_artifact(header)) {
    return std::optional<Kind>();
  }
  CWASM_TRY_ASSIGN(const bool sound, format::sound_by_headers(file, header, path));
  if (sound) {
    return std::optional(format::kind_of(header));
  }
  CWASM_TRY_ASSIGN(const Bytes whole, util::map_file(path));
  return detect_precompiled(whole.view);
}

} // namespace cwasm
