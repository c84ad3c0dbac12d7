// The walk that Wasmtime's CodeMemory makes over an artifact's sections before it maps them, and
// what publishing the code then takes for granted.

#include "format/elf_reader.hpp"
#include "format/libcall_relocations.hpp"
#include "format/structure_rules.hpp"
#include "util/printable.hpp"
#include "util/rust_text.hpp"
#include "util/utf8.hpp"

#include <cwasm/artifact.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace cwasm {
namespace {

using namespace format; // NOLINT(google-build-using-namespace): this room's own names
using releases::Major;

/// So many complaints are told, the rest is counted.
constexpr std::size_t k_most_told = 32;

/// One walk, gathering complaints. Its work does not depend on how long names are, but for those
/// that are told.
class Walk {
public:
  Walk(std::span<const std::byte> bytes, const ElfTables& tables, Major release, const Triple& host)
      : m_bytes(bytes), m_sections(tables.sections), m_names(tables.names),
        m_rules(structure_rules(release)), m_host(host), m_libcalls(bytes, m_sections) {}

  std::vector<std::string> complaints() && {
    for (std::size_t i = 0; i < m_sections.size(); ++i) {
      check_section(i);
    }
    if (!m_has_bti) {
      add([] { return std::string("missing `.wasmtime.bti` section"); });
    }
    check_publishing();
    check_overlaps();
    if (m_count > m_out.size()) {
      m_out.push_back(fmt::format("… and {} more", m_count - m_out.size()));
    }
    return std::move(m_out);
  }

private:
  template <typename Text> void add(Text text) {
    ++m_count;
    if (m_out.size() < k_most_told) {
      m_out.push_back(text());
    }
  }

  std::uint32_t name_of(std::size_t index) const noexcept {
    return m_sections.word(index, section_field::name);
  }
  std::uint64_t offset_of(std::size_t index) const noexcept {
    return m_sections.xword(index, section_field::offset);
  }
  std::uint64_t size_of(std::size_t index) const noexcept {
    return m_sections.type(index) == section_type::nobits
               ? 0
               : m_sections.xword(index, section_field::size);
  }
  bool named(std::size_t index, std::string_view text) const noexcept {
    return m_names.equals(name_of(index), text);
  }

  /// A name as the release's messages quote it: in backticks first, later as Rust prints a string.
  std::string quoted(std::string_view name) const {
    const auto text = util::is_utf8(name) ? std::string(name) : util::printable(name);
    return m_rules.strict ? util::rust_debug(text) : fmt::format("`{}`", text);
  }
  std::string quoted(std::size_t index) const {
    const auto name = name_of(index);
    return quoted(m_names.readable(name) ? m_names.get(name) : "ERROR");
  }

  void check_section(std::size_t index) {
    if (!m_sections.content_in_file(index, m_bytes.size())) {
      add([&] {
        return fmt::format("Invalid ELF section size or offset (section {}: {:#x} bytes at offset "
                           "{:#x} of {:#x})",
                           index, size_of(index), offset_of(index), m_bytes.size());
      });
    }
    if (!m_names.readable(name_of(index))) {
      add([&] { return fmt::format("Invalid ELF section name offset (section {})", index); });
      return;
    }
    const bool known = m_rules.strict && is_known_section(m_names, name_of(index), m_host);
    const bool told = !known && check_utf8(index);
    check_alignment(index);
    check_relocations(index);
    if (named(index, k_bti)) {
      m_has_bti = true;
      if (size_of(index) != 1) {
        add([&] { return fmt::format("invalid {} section", quoted(k_bti)); });
      }
    } else if (named(index, k_text)) {
      m_text = index;
    } else if (named(index, unwind_section(m_host))) {
      m_unwind = index;
    }
    if (m_rules.strict && !known && !told) {
      add([&] {
        return fmt::format("unexpected section {} in Wasm compilation artifact", quoted(index));
      });
    }
  }

  /// Whether the name is no UTF-8, which is then told. Only its begin is looked at.
  bool check_utf8(std::size_t index) {
    constexpr std::size_t k_most = 256;
    const auto whole = m_names.get(name_of(index), k_most);
    const auto error = util::find_utf8_error(whole);
    if (!error || (error->length == 0 && whole.size() == k_most)) {
      return false;
    }
    add([&] {
      return std::string(m_rules.strict ? "invalid section name in Wasm compilation artifact"
                                        : "Non UTF-8 ELF section name");
    });
    return true;
  }

  void check_alignment(std::size_t index) {
    const auto alignment = m_sections.xword(index, section_field::alignment);
    if (size_of(index) != 0 && alignment != 0 && offset_of(index) % alignment != 0) {
      add([&] {
        return fmt::format("section {} isn't aligned to {:#x}", quoted(index), alignment);
      });
    }
  }

  void check_relocations(std::size_t index) {
    const auto type = m_sections.type(index);
    const std::size_t target = m_sections.word(index, section_field::info);
    const bool strict_only = type == section_type::crel;
    if ((type != section_type::rel && type != section_type::rela && !strict_only) || target == 0) {
      return;
    }
    if (m_rules.strict) {
      check_target(index, target);
    } else if (!strict_only && target < m_sections.size() && named(target, k_text) &&
               m_sections.word(index, section_field::link) == m_libcalls.symbol_table()) {
      check_text_relocations(index);
    }
  }

  void check_target(std::size_t index, std::size_t target) {
    if (target >= m_sections.size()) {
      add([] { return std::string("invalid ELF `sh_info` for relocation section"); });
    } else if (!m_names.starts_with(name_of(target), ".debug_")) {
      add([&] {
        return fmt::format("section {} has unexpected relocations (defined in section {})",
                           quoted(target), quoted(index));
      });
    }
  }

  /// What the loader passes over (it has no whole entries in the file), it does not stumble over.
  void check_text_relocations(std::size_t index) {
    const bool has_addend = m_sections.type(index) == section_type::rela;
    const std::uint64_t entry = has_addend ? k_rela_size : k_rel_size;
    const auto size = size_of(index);
    if (size == 0 || size % entry != 0 || !m_sections.content_in_file(index, m_bytes.size())) {
      return;
    }
    if (m_rules.takes_libcalls && m_libcalls.are_all(offset_of(index), size, has_addend)) {
      return;
    }
    add([&] {
      return fmt::format("the loader would panic: section `.text` has relocations{} (defined in "
                         "section {})",
                         m_rules.takes_libcalls ? " that are not of libcalls" : "", quoted(index));
    });
  }

  bool is_content(std::optional<std::size_t> index) const {
    // The size of the null section may be the number of sections.
    return index && size_of(*index) != 0 && m_sections.type(*index) != section_type::null &&
           m_sections.content_in_file(*index, m_bytes.size());
  }

  void check_publishing() {
    if (!is_content(m_text)) {
      return;
    }
    const bool executed =
        !m_rules.reads_not_executed ||
        (m_sections.xword(*m_text, section_field::flags) & k_sh_not_executed) == 0;
    const auto page = smallest_page(m_host);
    if (executed && offset_of(*m_text) % page != 0) {
      add([&] {
        return fmt::format("the loader would panic: changing of protections isn't page-aligned "
                           "(section `.text` at offset {:#x}, pages of {:#x} bytes)",
                           offset_of(*m_text), page);
      });
    }
    if (is_content(m_unwind) && offset_of(*m_unwind) < offset_of(*m_text)) {
      add([&] {
        return fmt::format("section {} lies before section {}, which it describes from behind",
                           quoted(*m_unwind), quoted(k_text));
      });
    }
  }

  /// The loader does not look at this; no compiler writes it.
  void check_overlaps() {
    std::vector<std::uint32_t> order;
    for (std::size_t i = 0; i < m_sections.size(); ++i) {
      if (is_content(i)) {
        order.push_back(static_cast<std::uint32_t>(i));
      }
    }
    const auto lies_before = [&](std::size_t a, std::size_t b) {
      return std::pair(offset_of(a), a) < std::pair(offset_of(b), b);
    };
    if (!std::is_sorted(order.begin(), order.end(), lies_before)) {
      std::sort(order.begin(), order.end(), lies_before);
    }
    for (std::size_t i = 1, widest = 0; i < order.size(); ++i) {
      const std::size_t before = order[widest];
      if (offset_of(order[i]) < offset_of(before) + size_of(before)) {
        add([&] {
          return fmt::format("sections {} and {} overlap", quoted(before), quoted(order[i]));
        });
      }
      if (offset_of(order[i]) + size_of(order[i]) > offset_of(before) + size_of(before)) {
        widest = i;
      }
    }
  }

  std::span<const std::byte> m_bytes;
  const SectionTable& m_sections;
  const SectionNames& m_names;
  StructureRules m_rules;
  const Triple& m_host;
  LibcallRelocations m_libcalls;
  bool m_has_bti = false;
  std::optional<std::size_t> m_text;
  std::optional<std::size_t> m_unwind;
  std::size_t m_count = 0;
  std::vector<std::string> m_out;
};

} // namespace

std::vector<std::string> structure_complaints(std::span<const std::byte> artifact,
                                              std::uint16_t release, const Triple& host) {
  const auto tables = parse_tables(artifact);
  if (!tables) {
    return {tables.error().message()};
  }
  return Walk(artifact, *tables, release, host).complaints();
}

} // namespace cwasm
