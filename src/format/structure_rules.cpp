#include "format/structure_rules.hpp"

#include <algorithm>
#include <array>

namespace cwasm::format {
namespace {

constexpr std::array k_rules{
    StructureRules{{3, 5}, false, false, false}, StructureRules{{6, 27}, false, true, false},
    StructureRules{{28, 32}, false, true, true}, StructureRules{{33, 42}, false, false, true},
    StructureRules{{43, 49}, true, false, true},
};

// The names that a strict walk knows or passes over; a final '*' stands for any text.
constexpr auto k_known = std::to_array<std::string_view>({"",
                                                          ".symtab",
                                                          ".strtab",
                                                          ".shstrtab",
                                                          ".xdata",
                                                          ".debug_*",
                                                          ".rela.debug_*",
                                                          k_text,
                                                          ".rodata.wasm",
                                                          ".name.wasm",
                                                          ".wasmtime.engine",
                                                          k_bti,
                                                          ".wasmtime.info",
                                                          ".wasmtime.addrmap",
                                                          ".wasmtime.traps",
                                                          ".wasmtime.stackmap",
                                                          ".wasmtime.exceptions",
                                                          ".wasmtime.frames",
                                                          ".wasmtime.dwarf",
                                                          ".wasmtime.wasm_bytecode",
                                                          ".wasmtime.wasm_bytecode_ends"});

} // namespace

const StructureRules& structure_rules(releases::Major release) noexcept {
  const auto* const row =
      std::find_if(k_rules.begin(), k_rules.end(), [release](const StructureRules& rules) {
        return rules.majors.contains(release);
      });
  return row != k_rules.end() ? *row : k_rules.back();
}

std::string_view unwind_section(const Triple& host) noexcept {
  return host.is_os("windows") ? ".pdata" : ".eh_frame";
}

bool is_known_section(const SectionNames& names, std::uint32_t name, const Triple& host) noexcept {
  const auto matches = [&](std::string_view pattern) {
    return pattern.ends_with('*') ? names.starts_with(name, pattern.substr(0, pattern.size() - 1))
                                  : names.equals(name, pattern);
  };
  return matches(unwind_section(host)) || std::any_of(k_known.begin(), k_known.end(), matches);
}

std::uint64_t smallest_page(const Triple& host) noexcept {
  constexpr std::uint64_t k_usual = 4096;
  constexpr std::uint64_t k_apple_silicon = 16384;
  return host.architecture == "aarch64" && host.vendor == "apple" ? k_apple_silicon : k_usual;
}

} // namespace cwasm::format
