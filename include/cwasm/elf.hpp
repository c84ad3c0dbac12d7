#pragma once

/// The ELF64 container of an artifact, in both byte orders: a bounded reader for hostile bytes and
/// a writer for engine sections. Every error of the reader is ErrorCode::malformed; its message
/// begins with the text Wasmtime has for it and goes on with what was read where.
///
/// All functions may be called from any thread. Views belong to the bytes they were read from.

#include <cwasm/error.hpp>
#include <cwasm/export.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace cwasm {

enum class Endianness : std::uint8_t { little = 1, big = 2 }; ///< EI_DATA

/// What Wasmtime's object files carry in EI_OSABI.
inline constexpr std::uint8_t k_elfosabi_wasmtime = 200;
inline constexpr std::uint32_t k_ef_wasmtime_module = 1;
inline constexpr std::uint32_t k_ef_wasmtime_component = 2;
inline constexpr std::uint32_t k_ef_wasmtime_pulley32 = 4;
inline constexpr std::uint32_t k_ef_wasmtime_pulley64 = 8;

inline constexpr std::uint16_t k_elf_relocatable = 1; ///< ET_REL, the type of every artifact
inline constexpr std::string_view k_engine_section_name = ".wasmtime.engine";

/// How much of a file a release's loader reads before it looks at the engine section.
enum class ElfRules : std::uint8_t {
  /// Up to Wasmtime 42: program headers and the section, symbol and relocation tables must be
  /// sound; the first engine section counts, sections whose names cannot be read are passed over.
  until_42 = 1,
  /// From Wasmtime 43: the section headers must be sound and every section's name readable; the
  /// last engine section counts.
  since_43 = 2,
};

/// The fields of the ELF header that mean something to a loader.
struct ElfHeader {
  Endianness endianness = Endianness::little;
  std::uint8_t os_abi = 0;
  std::uint8_t abi_version = 0;
  std::uint16_t type = k_elf_relocatable;
  std::uint16_t machine = 0;
  std::uint32_t flags = 0;
  friend bool operator==(const ElfHeader&, const ElfHeader&) = default;
};

/// One section header. A name of more than 4096 bytes is cut there.
struct ElfSection {
  std::string_view name;
  std::uint32_t type = 0;
  std::uint64_t flags = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint32_t link = 0;
  std::uint32_t info = 0;
  std::uint64_t alignment = 0;
};

struct ElfFile {
  ElfHeader header;
  std::vector<ElfSection> sections; ///< the null section included
};

/// The content of the engine section and where in the file it begins.
struct EngineSectionBytes {
  std::span<const std::byte> content;
  std::uint64_t offset = 0;
};

/// What a loader reads before it compares e_flags: under `since_43` the header alone, under
/// `until_42` all that it demands of a file.
CWASM_EXPORT Result<ElfHeader> read_elf_header(std::span<const std::byte> bytes,
                                               ElfRules rules = ElfRules::since_43);

/// The header and every section header, as strict as `since_43`. Content is not looked at.
CWASM_EXPORT Result<ElfFile> read_elf(std::span<const std::byte> bytes);

/// The bytes of a section (none for SHT_NOBITS), if all of them are in the file.
CWASM_EXPORT Result<std::span<const std::byte>> section_content(std::span<const std::byte> bytes,
                                                                const ElfSection& section);

/// The engine section that the loader would take. Allocates nothing unless it fails.
CWASM_EXPORT Result<EngineSectionBytes> find_engine_section(std::span<const std::byte> bytes,
                                                            ElfRules rules);

/// A new object file that holds an engine section and no code.
CWASM_EXPORT std::vector<std::byte> write_engine_object(const ElfHeader& header,
                                                        std::span<const std::byte> engine_section);

/// A copy of an ELF64 object file with an engine section added. What its sections hold stays where
/// it is; the section headers and their names are written anew at the end. `header` replaces
/// os_abi, abi_version, type, machine and flags. Errors: malformed; invalid_argument when the
/// object has an engine section or no section headers, or `header` has the other byte order.
CWASM_EXPORT Result<std::vector<std::byte>>
append_engine_section(std::span<const std::byte> object, std::span<const std::byte> engine_section,
                      const std::optional<ElfHeader>& header = std::nullopt);

} // namespace cwasm
