// The walk that Wasmtime's CodeMemory makes over an artifact's sections before it maps them. From
// 43 on it refuses every section that it does not know, before that it passed them over.

#include "releases/majors.hpp"
#include "util/rust_text.hpp"
#include "util/utf8.hpp"

#include <cwasm/artifact.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cwasm {
namespace {

using releases::Major;
using releases::Majors;

constexpr std::string_view k_bti = ".wasmtime.bti";

constexpr std::uint32_t k_sht_rela = 4;
constexpr std::uint32_t k_sht_nobits = 8;
constexpr std::uint32_t k_sht_rel = 9;
constexpr std::uint32_t k_sht_crel = 0x40000014;

struct SectionRow {
  Majors majors;
  std::string_view name; ///< a final '*' stands for any text
};

// The names that the walk knows or passes over, from the release on that refuses others.
constexpr std::array k_known = {
    SectionRow{{43, 49}, ""},
    SectionRow{{43, 49}, ".symtab"},
    SectionRow{{43, 49}, ".strtab"},
    SectionRow{{43, 49}, ".shstrtab"},
    SectionRow{{43, 49}, ".xdata"},
    SectionRow{{43, 49}, ".debug_*"},
    SectionRow{{43, 49}, ".rela.debug_*"},
    SectionRow{{43, 49}, ".text"},
    SectionRow{{43, 49}, ".rodata.wasm"},
    SectionRow{{43, 49}, ".name.wasm"},
    SectionRow{{43, 49}, ".wasmtime.engine"},
    SectionRow{{43, 49}, k_bti},
    SectionRow{{43, 49}, ".wasmtime.info"},
    SectionRow{{43, 49}, ".wasmtime.addrmap"},
    SectionRow{{43, 49}, ".wasmtime.traps"},
    SectionRow{{43, 49}, ".wasmtime.stackmap"},
    SectionRow{{43, 49}, ".wasmtime.exceptions"},
    SectionRow{{43, 49}, ".wasmtime.frames"},
    SectionRow{{43, 49}, ".wasmtime.dwarf"},
    SectionRow{{43, 49}, ".wasmtime.wasm_bytecode"},
    SectionRow{{43, 49}, ".wasmtime.wasm_bytecode_ends"},
};
constexpr Major k_strict_since = 43;

bool matches(std::string_view pattern, std::string_view name) {
  return pattern.ends_with('*') ? name.starts_with(pattern.substr(0, pattern.size() - 1))
                                : name == pattern;
}

/// One walk, gathering complaints.
class Walk {
public:
  Walk(const ElfFile& file, Major release, const Triple& host)
      : m_file(file), m_release(release), m_unwind(host.is_os("windows") ? ".pdata" : ".eh_frame") {
  }

  std::vector<std::string> complaints() && {
    bool has_bti = false;
    for (const auto& section : m_file.sections) {
      check_alignment(section);
      if (section.name == k_bti) {
        has_bti = true;
        check_bti(section);
      }
      if (m_release >= k_strict_since) {
        check_relocations(section);
        check_name(section);
      }
    }
    if (!has_bti) {
      m_out.emplace_back("missing `.wasmtime.bti` section");
    }
    return std::move(m_out);
  }

private:
  // Section names were in backticks first, later as Rust prints a string.
  std::string quoted(std::string_view name) const {
    return m_release >= k_strict_since ? util::rust_debug(name) : fmt::format("`{}`", name);
  }

  void check_alignment(const ElfSection& section) {
    const bool empty = section.size == 0 || section.type == k_sht_nobits;
    if (!empty && section.alignment != 0 && section.offset % section.alignment != 0) {
      m_out.push_back(fmt::format("section {} isn't aligned to {:#x}", quoted(section.name),
                                  section.alignment));
    }
  }

  void check_bti(const ElfSection& section) {
    if (section.size != 1) {
      m_out.push_back(fmt::format("invalid {} section", quoted(k_bti)));
    }
  }

  void check_relocations(const ElfSection& section) {
    const bool relocates =
        section.type == k_sht_rel || section.type == k_sht_rela || section.type == k_sht_crel;
    if (!relocates || section.info == 0) {
      return;
    }
    if (section.info >= m_file.sections.size()) {
      m_out.emplace_back("invalid ELF `sh_info` for relocation section");
      return;
    }
    const auto target = m_file.sections[section.info].name;
    if (!target.starts_with(".debug_")) {
      m_out.push_back(fmt::format("section {} has unexpected relocations (defined in section {})",
                                  quoted(target), quoted(section.name)));
    }
  }

  void check_name(const ElfSection& section) {
    if (!util::is_utf8(section.name)) {
      m_out.emplace_back("invalid section name in Wasm compilation artifact");
      return;
    }
    const bool known = section.name == m_unwind ||
                       std::any_of(k_known.begin(), k_known.end(), [&](const SectionRow& row) {
                         return row.majors.contains(m_release) && matches(row.name, section.name);
                       });
    if (!known) {
      m_out.push_back(
          fmt::format("unexpected section {} in Wasm compilation artifact", quoted(section.name)));
    }
  }

  const ElfFile& m_file;
  Major m_release;
  std::string_view m_unwind;
  std::vector<std::string> m_out;
};

} // namespace

std::vector<std::string> structure_complaints(std::span<const std::byte> artifact,
                                              std::uint16_t release, const Triple& host) {
  const auto file = read_elf(artifact);
  if (!file) {
    return {file.error().message()};
  }
  return Walk(*file, release, host).complaints();
}

} // namespace cwasm
