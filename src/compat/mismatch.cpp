// What a mismatch says. The checker only notes what it saw; here it becomes text.

#include "compat/hints.hpp"
#include "releases/release.hpp"
#include "releases/tunables.hpp"
#include "util/rust_text.hpp"

#include <cwasm/triple.hpp>
#include <cwasm/verdict.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cwasm {
namespace {

using Parts = Mismatch::Parts;
using Reason = Mismatch::Reason;

struct ReasonRow {
  Reason reason;
  std::string_view aspect;
  std::string_view prefix; ///< of the code; a code without one is the aspect alone
  std::string_view name;   ///< empty: that of the flag, tunable or feature
};

constexpr std::array k_reasons = {
    ReasonRow{Reason::kind, "kind", "", "e_flags"},
    ReasonRow{Reason::version, "version", "", "version"},
    ReasonRow{Reason::custom_version, "version", "", "version"},
    ReasonRow{Reason::target_unreadable, "triple", "", "target"},
    ReasonRow{Reason::architecture, "triple", "triple", "architecture"},
    ReasonRow{Reason::operating_system, "triple", "triple", "operating_system"},
    ReasonRow{Reason::shared_flag, "shared_flags", "shared", ""},
    ReasonRow{Reason::shared_flag_unknown, "shared_flags", "shared", ""},
    ReasonRow{Reason::stack_switching, "shared_flags", "shared", ""},
    ReasonRow{Reason::isa_flag_missing, "isa_flags", "isa", ""},
    ReasonRow{Reason::isa_flag_undetectable, "isa_flags", "isa", ""},
    ReasonRow{Reason::isa_flag_unknown, "isa_flags", "isa", ""},
    ReasonRow{Reason::isa_flag_no_bool, "isa_flags", "isa", ""},
    ReasonRow{Reason::host_endianness, "isa_flags", "isa", ""},
    ReasonRow{Reason::host_pointer_width, "isa_flags", "isa", ""},
    ReasonRow{Reason::integer, "tunables", "tunable", ""},
    ReasonRow{Reason::boolean, "tunables", "tunable", ""},
    ReasonRow{Reason::collector, "tunables", "tunable", ""},
    ReasonRow{Reason::inlining, "tunables", "tunable", ""},
    ReasonRow{Reason::operator_cost, "tunables", "tunable", ""},
    ReasonRow{Reason::feature, "features", "feature", ""},
};

const ReasonRow& row_of(Reason reason) noexcept {
  const auto* const row = std::ranges::find(k_reasons, reason, &ReasonRow::reason);
  return row == k_reasons.end() ? k_reasons.front() : *row;
}

constexpr std::string_view k_flags_context =
    "compilation settings of module incompatible with native host";

std::string_view true_or_false(std::uint64_t value) { return value != 0 ? "true" : "false"; }

/// A target's part, or the whole text of one that cannot be parsed.
std::string target_part(Reason reason, const std::string& target) {
  const auto triple = parse_triple(target);
  if (!triple || reason == Reason::target_unreadable) {
    return target;
  }
  return reason == Reason::architecture ? triple->architecture : triple->operating_system;
}

const releases::VariantRow* variant(std::uint16_t release, TunableId id, std::uint64_t value) {
  const auto* const row = releases::find_tunable(release, id);
  return row == nullptr ? nullptr : releases::find_variant(release, row->type, value);
}

/// A variant of an enum as settings have it.
std::string variant_setting(std::uint16_t release, TunableId id, std::uint64_t value) {
  const auto* const row = variant(release, id, value);
  return std::string(row == nullptr ? "none" : row->setting);
}

std::string undetectable_message(const Parts& parts, const std::string& flag) {
  return releases::names_undetectable_host_feature(parts.release)
             ? fmt::format("failed to detect if target-specific flag {} is available at runtime "
                           "(compile setting {})",
                           util::rust_debug(parts.want), flag)
             : fmt::format("failed to detect if target-specific flag {} is available at runtime",
                           flag);
}

std::string in_flags_context(std::string_view text) {
  return fmt::format("{}: {}", k_flags_context, text);
}

std::string collector_message(const Parts& parts) {
  const auto* const module = variant(parts.artifact_release, parts.tunable, parts.found);
  const auto* const host = variant(parts.release, parts.tunable, parts.expected);
  if (module == nullptr) {
    return "module was compiled without GC but GC is enabled in the host";
  }
  if (host == nullptr) {
    return "module was compiled with GC however GC is disabled in the host";
  }
  return fmt::format("module was compiled for the {} collector but the host is configured to use "
                     "the {} collector",
                     module->phrase, host->phrase);
}

std::string inlining_message(const Parts& parts) {
  const auto* const module = variant(parts.artifact_release, parts.tunable, parts.found);
  const auto* const host = variant(parts.release, parts.tunable, parts.expected);
  return fmt::format("module was compiled {} however the host is configured {}",
                     module == nullptr ? "" : module->phrase, host == nullptr ? "" : host->phrase);
}

std::string on_or_off_message(const Parts& parts, std::string_view label) {
  return fmt::format("Module was compiled {} {} but it {} enabled for the host",
                     parts.found != 0 ? "with" : "without", label,
                     parts.expected != 0 ? "is" : "is not");
}

std::string feature_message(const Parts& parts) {
  return on_or_off_message(
      parts, parts.want.empty() ? fmt::format("support for WebAssembly feature `{}`", parts.name)
                                : std::string(parts.want));
}

/// "Wasmtime version" for the default strategy in older releases.
std::string version_message(const Parts& parts) {
  const bool says_wasmtime =
      parts.reason == Reason::version && releases::version_text_says_wasmtime(parts.release);
  return fmt::format("Module was compiled with incompatible {}version '{}'",
                     says_wasmtime ? "Wasmtime " : "", parts.found_text);
}

std::string target_message(const Parts& parts) {
  const auto triple = parse_triple(parts.found_text);
  return triple ? std::string() : triple.error().message();
}

} // namespace

std::string_view Mismatch::aspect() const noexcept { return row_of(m_parts.reason).aspect; }

std::string Mismatch::name() const {
  const auto& row = row_of(m_parts.reason);
  if (!row.name.empty()) {
    return std::string(row.name);
  }
  if (row.prefix == "tunable") {
    return std::string(releases::tunable_name(m_parts.tunable));
  }
  return m_parts.name.empty() ? m_parts.unlisted_name : std::string(m_parts.name);
}

std::string Mismatch::code() const {
  const auto& row = row_of(m_parts.reason);
  return row.prefix.empty() ? std::string(row.aspect) : fmt::format("{}.{}", row.prefix, name());
}

std::string Mismatch::found() const {
  switch (m_parts.reason) {
  case Reason::kind:
    return fmt::format("e_flags {:#x}, EI_OSABI {}, EI_ABIVERSION {}", m_parts.found & 0xffffffffU,
                       m_parts.found >> 32U & 0xffU, m_parts.found >> 40U);
  case Reason::target_unreadable:
  case Reason::architecture:
  case Reason::operating_system:
    return target_part(m_parts.reason, m_parts.found_text);
  case Reason::integer:
    return std::to_string(m_parts.found);
  case Reason::boolean:
  case Reason::feature:
    return std::string(true_or_false(m_parts.found));
  case Reason::collector:
  case Reason::inlining:
  case Reason::operator_cost:
    return variant_setting(m_parts.artifact_release, m_parts.tunable, m_parts.found);
  case Reason::version:
  case Reason::custom_version:
  case Reason::shared_flag:
  case Reason::shared_flag_unknown:
  case Reason::stack_switching:
  case Reason::isa_flag_missing:
  case Reason::isa_flag_undetectable:
  case Reason::isa_flag_unknown:
  case Reason::isa_flag_no_bool:
  case Reason::host_endianness:
  case Reason::host_pointer_width:
    break;
  }
  return m_parts.found_text;
}

std::string Mismatch::expected() const {
  switch (m_parts.reason) {
  case Reason::kind:
    return std::string(kind_name(static_cast<Kind>(m_parts.expected)));
  case Reason::version:
  case Reason::custom_version:
    return m_parts.expected_text;
  case Reason::target_unreadable:
  case Reason::architecture:
  case Reason::operating_system:
    return target_part(m_parts.reason, m_parts.expected_text);
  case Reason::shared_flag:
  case Reason::shared_flag_unknown:
  case Reason::stack_switching:
    return std::string(m_parts.want);
  case Reason::isa_flag_missing:
  case Reason::isa_flag_undetectable:
  case Reason::isa_flag_unknown:
  case Reason::host_endianness:
    return "Bool(false)";
  case Reason::isa_flag_no_bool:
    return "a Bool";
  case Reason::host_pointer_width:
    return fmt::format("Enum(\"pointer{}\")", m_parts.expected);
  case Reason::boolean:
  case Reason::feature:
    return std::string(true_or_false(m_parts.expected));
  case Reason::collector:
  case Reason::inlining:
  case Reason::operator_cost:
    return variant_setting(m_parts.release, m_parts.tunable, m_parts.expected);
  case Reason::integer:
    break;
  }
  return std::to_string(m_parts.expected);
}

std::string Mismatch::message() const {
  const auto flag = util::rust_debug(name());
  switch (m_parts.reason) {
  case Reason::kind:
    return "incompatible object file format";
  case Reason::version:
  case Reason::custom_version:
    return version_message(m_parts);
  case Reason::target_unreadable:
    return target_message(m_parts);
  case Reason::architecture:
    return fmt::format("Module was compiled for architecture '{}'", found());
  case Reason::operating_system:
    return fmt::format("Module was compiled for operating system '{}'", found());
  case Reason::shared_flag:
    return in_flags_context(fmt::format("setting {} is configured to {} which is not supported",
                                        flag, m_parts.found_text));
  case Reason::shared_flag_unknown:
    return in_flags_context(
        fmt::format("unknown shared setting {} configured to {}", flag, m_parts.found_text));
  case Reason::stack_switching:
    return in_flags_context("stack-switching feature not supported on this platform");
  case Reason::isa_flag_missing:
    return in_flags_context(
        fmt::format("compilation setting {} is enabled, but not available on the host", flag));
  case Reason::isa_flag_undetectable:
    return in_flags_context(undetectable_message(m_parts, flag));
  case Reason::isa_flag_unknown:
    return in_flags_context(
        fmt::format(fmt::runtime(releases::unknown_isa_flag_text(m_parts.release)), flag));
  case Reason::isa_flag_no_bool:
    return in_flags_context(fmt::format("isa-specific feature {} configured to unknown value {}",
                                        flag, m_parts.found_text));
  case Reason::host_endianness:
    return in_flags_context("wrong host endianness");
  case Reason::host_pointer_width:
    return in_flags_context("wrong host pointer width");
  case Reason::integer:
    return fmt::format("Module was compiled with a {} of '{}' but '{}' is expected for the host",
                       m_parts.name, m_parts.found, m_parts.expected);
  case Reason::boolean:
    return on_or_off_message(m_parts, m_parts.name);
  case Reason::collector:
    return collector_message(m_parts);
  case Reason::inlining:
    return inlining_message(m_parts);
  case Reason::operator_cost:
    return "Module costs are incompatible";
  case Reason::feature:
    break;
  }
  return feature_message(m_parts);
}

std::string Mismatch::hint() const {
  const auto release = m_parts.release;
  switch (m_parts.reason) {
  case Reason::kind:
    return fmt::format("this is no precompiled {}: load it as what it is, or recompile it",
                       expected());
  case Reason::version:
    return compat::version_hint(release, m_parts.found_text, m_parts.expected_text);
  case Reason::custom_version:
    return compat::version_hint(release, m_parts.found_text, "");
  case Reason::target_unreadable:
  case Reason::architecture:
  case Reason::operating_system:
  case Reason::host_endianness:
  case Reason::host_pointer_width:
    return compat::triple_hint(m_parts.expected_text, release);
  case Reason::shared_flag:
  case Reason::shared_flag_unknown:
  case Reason::stack_switching:
    return compat::shared_flag_hint(release, name(), m_parts.want);
  case Reason::isa_flag_missing:
  case Reason::isa_flag_undetectable:
  case Reason::isa_flag_unknown:
    return compat::isa_flag_hint(name(), m_parts.want, release);
  case Reason::isa_flag_no_bool:
    return "recompile the artifact: no Wasmtime writes this flag like that";
  case Reason::integer:
  case Reason::boolean:
  case Reason::collector:
  case Reason::inlining:
  case Reason::operator_cost:
    return compat::tunable_hint(release, m_parts.tunable, found(), expected());
  case Reason::feature:
    break;
  }
  return compat::feature_hint(m_parts.name, m_parts.found != 0, release);
}

} // namespace cwasm
