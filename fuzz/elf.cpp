// Sections lie in the file, the two ways to find the engine section agree, and one that was
// appended or written is found again.

#include "support.hpp"

#include <cwasm/detect.hpp>
#include <cwasm/elf.hpp>

#include <algorithm>

namespace {

using cwasm::ElfRules;
using cwasm::fuzz::require;

bool is_within(std::span<const std::byte> part, std::span<const std::byte> whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.size() <= whole.size() &&
          part.data() - whole.data() <= static_cast<std::ptrdiff_t>(whole.size() - part.size()));
}

// What the loader would take, by way of the list of all sections.
void check_engine_section(std::span<const std::byte> bytes, const cwasm::ElfFile& file) {
  for (const auto rules : {ElfRules::until_42, ElfRules::since_43}) {
    const auto is_engine = [](const auto& s) { return s.name == cwasm::k_engine_section_name; };
    const auto first = std::find_if(file.sections.begin(), file.sections.end(), is_engine);
    const auto last = std::find_if(file.sections.rbegin(), file.sections.rend(), is_engine);
    const auto found = cwasm::find_engine_section(bytes, rules);
    if (first == file.sections.end()) {
      require(!found);
      continue;
    }
    const auto& section = rules == ElfRules::until_42 ? *first : *last;
    const auto content = cwasm::section_content(bytes, section);
    require(content.has_value() == found.has_value());
    require(!found || (found->content.size() == content->size() &&
                       (content->empty() || found->content.data() == content->data())));
  }
}

void check_appended(std::span<const std::byte> object, std::span<const std::byte> section) {
  const auto appended = cwasm::append_engine_section(object, section);
  if (appended) {
    const auto found = cwasm::find_engine_section(*appended, ElfRules::since_43);
    require(found && std::ranges::equal(found->content, section));
    require(!cwasm::append_engine_section(*appended, section));
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = cwasm::fuzz::bytes_of(data, size);
  const auto file = cwasm::read_elf(bytes);
  if (file) {
    for (const auto& section : file->sections) {
      const auto content = cwasm::section_content(bytes, section);
      require(!content || is_within(*content, bytes));
    }
    check_engine_section(bytes, *file);
    require(cwasm::read_elf_header(bytes)->flags == file->header.flags);
  }
  require(!cwasm::detect_precompiled(bytes) ||
          cwasm::read_elf_header(bytes, ElfRules::until_42).has_value());
  const auto section = bytes.last(std::min<std::size_t>(size, 9));
  check_appended(bytes, section);
  check_appended(bytes, {});
  const auto written = cwasm::write_engine_object(file ? file->header : cwasm::ElfHeader{}, bytes);
  const auto found = cwasm::find_engine_section(written, ElfRules::until_42);
  require(found && std::ranges::equal(found->content, bytes));
  return 0;
}
