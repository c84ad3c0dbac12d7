#include "document.hpp"
#include "releases/features.hpp"
#include "releases/flags.hpp"
#include "releases/release.hpp"
#include "releases/tunables.hpp"

#include <fmt/format.h>

#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace cwasm::test {
namespace {

using releases::IsaFamily;
using releases::Major;
using releases::Majors;
using releases::SharedRule;

std::string must_be(const releases::SharedRuleRow& row) {
  switch (row.rule) {
  case SharedRule::ignored:
    break;
  case SharedRule::equals:
    return fmt::format("`{}`", row.value);
  case SharedRule::true_on_x86_64_aarch64_riscv64:
    return "`true` for x86_64, aarch64 and riscv64, `false` for others";
  case SharedRule::true_with_reference_types:
    return "`true` if the host has reference_types";
  case SharedRule::true_on_windows:
    return "`true` if the host is Windows";
  case SharedRule::stack_switch_model:
    return "what the host's operating system needs, if the host has stack_switching";
  }
  return "";
}

std::string_view family_name(IsaFamily family) {
  switch (family) {
  case IsaFamily::x86_64:
    return "x86_64";
  case IsaFamily::aarch64:
    return "aarch64";
  case IsaFamily::riscv64:
    return "riscv64";
  case IsaFamily::s390x:
    return "s390x";
  case IsaFamily::pulley:
    return "pulley";
  case IsaFamily::none:
    break;
  }
  return "";
}

std::string written_by(std::string_view flag) {
  return ranges_text(
      [&](Major major) { return releases::find_shared_setting(major, flag) != nullptr; });
}

std::string required(const releases::IsaRuleRow& row) {
  switch (row.rule) {
  case releases::IsaRule::ok:
    return "nothing";
  case releases::IsaRule::host_is_big_endian:
    return "big-endian byte order";
  case releases::IsaRule::host_feature:
    break;
  }
  return fmt::format("`{}`", row.host_feature);
}

std::string_view compared_as(releases::TunableCheck check) {
  switch (check) {
  case releases::TunableCheck::integer:
    return "number";
  case releases::TunableCheck::boolean:
    return "bool";
  case releases::TunableCheck::collector:
    return "collector";
  case releases::TunableCheck::inlining:
    return "inlining";
  case releases::TunableCheck::operator_cost:
    return "costs, if the artifact counts fuel";
  }
  return "";
}

bool is_compared(Major major, TunableId id) {
  for (const auto& row : releases::tunable_checks()) {
    if (row.id == id && row.majors.contains(major)) {
      return true;
    }
  }
  return false;
}

std::string uncompared_tunables() {
  std::string text;
  std::set<TunableId> shown;
  for (const auto& row : releases::tunables()) {
    const auto majors = ranges_text([&](Major major) {
      return releases::find_tunable(major, row.id) != nullptr && !is_compared(major, row.id);
    });
    if (!majors.empty() && shown.insert(row.id).second) {
      text += fmt::format("| `{}` | {} |\n", releases::tunable_name(row.id), majors);
    }
  }
  return text;
}

std::string variants_table(std::string_view name, releases::TunableType type) {
  std::string text;
  for (const auto& row : releases::variants()) {
    if (row.type == type) {
      text += fmt::format("| {} | {} | `{}` | {} | {} |\n", name, row.index, row.name,
                          range_text(row.majors), row.phrase);
    }
  }
  return text;
}

std::string bit_numbers(std::uint64_t mask) {
  std::string text;
  for (unsigned bit = 0; bit < 64; ++bit) {
    if ((mask >> bit & 1U) != 0) {
      text += fmt::format("{}{}", text.empty() ? "" : " and ", bit);
    }
  }
  return text;
}

std::string wire(Major major) {
  std::string text =
      releases::encoding(major) == releases::Encoding::bincode ? "bincode" : "postcard";
  text += releases::sorts_flags(major) ? ", flags sorted by name" : ", flags in Cranelift's order";
  switch (releases::feature_encoding(major)) {
  case releases::FeatureEncoding::bools:
    return text + ", features as bools";
  case releases::FeatureEncoding::u32_bits:
    return text + ", features as 32 bits";
  case releases::FeatureEncoding::u64_bits:
    break;
  }
  return text + ", features as 64 bits";
}

} // namespace

std::string range_text(Majors majors) {
  if (majors.last == releases::k_newest) {
    return fmt::format("{}+", majors.first);
  }
  return majors.first == majors.last ? fmt::format("{}", majors.first)
                                     : fmt::format("{}-{}", majors.first, majors.last);
}

std::string ranges_text(const std::function<bool(Major)>& holds) {
  std::string text;
  Major first = 0; // of the run that goes on; 0: none
  for (Major major = releases::k_oldest; major <= releases::k_newest + 1; ++major) {
    const bool on = major <= releases::k_newest && holds(major);
    if (on && first == 0) {
      first = major;
    } else if (!on && first != 0) {
      const Majors run{first, static_cast<Major>(major - 1)};
      text += (text.empty() ? "" : ", ") + range_text(run);
      first = 0;
    }
  }
  return text;
}

std::string by_release(const std::function<std::optional<std::string>(Major)>& text) {
  std::vector<std::pair<Majors, std::optional<std::string>>> runs;
  for (Major major = releases::k_oldest; major <= releases::k_newest; ++major) {
    auto said = text(major);
    if (!runs.empty() && runs.back().second == said) {
      runs.back().first.last = major;
    } else {
      runs.push_back({{major, major}, std::move(said)});
    }
  }
  std::string rows;
  for (const auto& [majors, said] : runs) {
    rows += said ? fmt::format("| {} | {} |\n", range_text(majors), *said) : "";
  }
  return rows;
}

std::string header_part() {
  return "| releases | e_flags |\n|---|---|\n" +
         by_release([](Major major) -> std::optional<std::string> {
           return releases::compares_whole_e_flags(major)
                      ? "equal to 1 (module) or 2 (component)"
                      : "have bit 0 (module) or bit 1 (component)";
         }) +
         "\n| releases | EI_OSABI and EI_ABIVERSION |\n|---|---|\n" +
         by_release([](Major major) -> std::optional<std::string> {
           return releases::checks_os_abi(major) ? "200 and 0" : "not looked at";
         }) +
         "\n| releases | of several sections `.wasmtime.engine` |\n|---|---|\n" +
         by_release([](Major major) -> std::optional<std::string> {
           return releases::reads_last_engine_section(major) ? "the last counts"
                                                             : "the first counts";
         });
}

std::string version_part() {
  return "| releases | version text |\n|---|---|\n" +
         by_release([](Major major) -> std::optional<std::string> {
           return releases::writes_major_only(major) ? "the major: `48`"
                                                     : "the full version: `36.0.2`";
         }) +
         "\n| releases | metadata behind it |\n|---|---|\n" +
         by_release([](Major major) -> std::optional<std::string> { return wire(major); });
}

std::string shared_flags_part() {
  std::string judged = "| flag | written by | rule of | must be |\n|---|---|---|---|\n";
  std::string ignored = "| flag | written by | known to |\n|---|---|---|\n";
  for (const auto& row : releases::shared_rules()) {
    const auto writers = written_by(row.name);
    const auto written = writers.empty() ? "none" : writers;
    if (row.rule == SharedRule::ignored) {
      ignored += fmt::format("| `{}` | {} | {} |\n", row.name, written, range_text(row.majors));
    } else {
      judged += fmt::format("| `{}` | {} | {} | {} |\n", row.name, written, range_text(row.majors),
                            must_be(row));
    }
  }
  return judged + "\nAny value of these is right:\n\n" + ignored;
}

std::string isa_flags_part() {
  std::string judged = "| architecture | flag | releases | the host needs |\n|---|---|---|---|\n";
  std::string unknown = "| architecture | flag | written by |\n|---|---|---|\n";
  for (const auto family : {IsaFamily::x86_64, IsaFamily::aarch64, IsaFamily::riscv64,
                            IsaFamily::s390x, IsaFamily::pulley}) {
    for (const auto& row : releases::isa_rules()) {
      if (row.family == family) {
        judged += fmt::format("| {} | `{}` | {} | {} |\n", family_name(family), row.name,
                              range_text(row.majors), required(row));
      }
    }
    for (const auto& row : releases::isa_settings()) {
      const auto majors = ranges_text([&](Major major) {
        return row.majors.contains(major) &&
               releases::find_isa_rule(major, family, row.name) == nullptr;
      });
      if (row.family == family && !majors.empty()) {
        unknown += fmt::format("| {} | `{}` | {} |\n", family_name(family), row.name, majors);
      }
    }
  }
  return judged + "\nFlags that are written, and for which there is no rule:\n\n" + unknown;
}

std::string tunables_part() {
  std::string text = "| tunable | releases | compared as | label |\n|---|---|---|---|\n";
  for (const auto& row : releases::tunable_checks()) {
    text += fmt::format("| `{}` | {} | {} | {} |\n", releases::tunable_name(row.id),
                        range_text(row.majors), compared_as(row.check), row.label);
  }
  text += "\n| tunable | number | choice | releases | phrase |\n|---|---|---|---|---|\n";
  text += variants_table("collector", releases::TunableType::optional_collector);
  text += variants_table("inlining_intra_module", releases::TunableType::intra_module_inlining);
  text += variants_table("inlining", releases::TunableType::inlining);
  return text + "\nNot compared:\n\n| tunable | releases |\n|---|---|\n" + uncompared_tunables();
}

std::string features_part() {
  std::string text = "| feature | releases | label | cargo feature |\n|---|---|---|---|\n";
  for (const auto& row : releases::feature_checks()) {
    text += fmt::format("| `{}` | {} | {} | {} |\n", row.name, range_text(row.majors), row.label,
                        row.by_cargo_feature ? "gc" : "");
  }
  text += "\n| feature | releases | bits |\n|---|---|---|\n";
  for (const auto& row : releases::feature_bits()) {
    text += fmt::format("| `{}` | {} | {} |\n", row.name, range_text(row.majors),
                        bit_numbers(row.mask));
  }
  return text;
}

} // namespace cwasm::test
