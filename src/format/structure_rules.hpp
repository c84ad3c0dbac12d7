#pragma once

/// What the walk over the sections knows and refuses, by release and host.

#include "format/elf_reader.hpp"
#include "releases/majors.hpp"

#include <cwasm/triple.hpp>

#include <cstdint>
#include <string_view>

namespace cwasm::format {

inline constexpr std::string_view k_text = ".text";
inline constexpr std::string_view k_bti = ".wasmtime.bti";

/// The sh_flags of code that is interpreted and need not become executable.
inline constexpr std::uint64_t k_sh_not_executed = 1;

struct StructureRules {
  releases::Majors majors;
  bool strict = false; ///< refuses names it does not know, and relocations but of debug info
  bool takes_libcalls = false;     ///< relocations of `.text` may name library calls
  bool reads_not_executed = false; ///< looks for k_sh_not_executed
};

/// The row of a release; the newest one's for a release that there is not.
const StructureRules& structure_rules(releases::Major release) noexcept;

/// The section with a host's unwind information.
std::string_view unwind_section(const Triple& host) noexcept;

/// Whether a strict walk on that host knows the section.
bool is_known_section(const SectionNames& names, std::uint32_t name, const Triple& host) noexcept;

/// The smallest page that the host's system has, in bytes.
std::uint64_t smallest_page(const Triple& host) noexcept;

} // namespace cwasm::format
