#include "compat/flags.hpp"

#include "releases/features.hpp"
#include "releases/release.hpp"
#include "util/rust_text.hpp"

#include <fmt/format.h>

namespace cwasm::compat {
namespace {

using releases::IsaFamily;
using releases::IsaRule;
using releases::SharedRule;
using Reason = Mismatch::Reason;

// The stack switching model that a host's operating system needs; empty: there is none.
std::string_view stack_switch_model(const Triple& target) {
  if (target.is_os("windows")) {
    return "update_windows_tib";
  }
  const bool unix_like = target.is_os("linux") || target.is_os("macosx") || target.is_os("darwin");
  return unix_like ? "basic" : "";
}

// What a rule wants of the flag on this host, as the text of a setting; nothing: any value.
std::optional<std::string_view> wanted(const HostModel& model, const releases::SharedRuleRow& row) {
  const auto has_feature = [&](std::string_view name) {
    const auto mask = releases::feature_mask(model.release, name);
    return mask != 0 && (model.metadata.features.bits & mask) == mask;
  };
  switch (row.rule) {
  case SharedRule::ignored:
    return std::nullopt;
  case SharedRule::equals:
    return row.value;
  case SharedRule::true_on_x86_64_aarch64_riscv64: {
    const auto& arch = model.target.architecture;
    return arch == "x86_64" || arch == "aarch64" || arch.starts_with("riscv64") ? "true" : "false";
  }
  case SharedRule::true_with_reference_types:
    return has_feature("reference_types") ? std::optional<std::string_view>("true") : std::nullopt;
  case SharedRule::true_on_windows:
    return model.target.is_os("windows") ? std::optional<std::string_view>("true") : std::nullopt;
  case SharedRule::stack_switch_model:
    return has_feature("stack_switching")
               ? std::optional<std::string_view>(stack_switch_model(model.target))
               : std::nullopt;
  }
  return std::nullopt;
}

bool is_bool(const FlagView& flag, bool on) {
  const bool* const held = std::get_if<bool>(&flag.value);
  return held != nullptr && *held == on;
}

bool has_text(const FlagView& flag, std::string_view text) {
  if (const auto* name = std::get_if<std::string_view>(&flag.value)) {
    return *name == text;
  }
  return (text == "true" && is_bool(flag, true)) || (text == "false" && is_bool(flag, false));
}

Mismatch::Parts noted(const HostModel& model, Reason reason, std::string_view listed_name,
                      const FlagView& flag) {
  Mismatch::Parts parts;
  parts.reason = reason;
  parts.release = model.release;
  parts.name = listed_name;
  if (listed_name.empty()) {
    parts.unlisted_name = flag.name;
  }
  parts.found_text = debug_text(flag);
  return parts;
}

} // namespace

std::string debug_text(const FlagView& flag) {
  if (const auto* name = std::get_if<std::string_view>(&flag.value)) {
    return fmt::format("Enum({})", util::rust_debug(*name));
  }
  if (const auto* number = std::get_if<std::uint8_t>(&flag.value)) {
    return fmt::format("Num({})", *number);
  }
  return is_bool(flag, true) ? "Bool(true)" : "Bool(false)";
}

SharedExpectation expect_shared_flag(const HostModel& model, std::string_view name) {
  const auto* const row = releases::find_shared_rule(model.release, name);
  return {row, row == nullptr ? std::nullopt : wanted(model, *row)};
}

std::optional<Mismatch> judge_shared_flag(const HostModel& model, releases::Major release,
                                          const SharedExpectation& expectation,
                                          const FlagView& flag) {
  if (expectation.row == nullptr) {
    // Of another release's artifact this would only repeat that the version is another.
    return release == model.release
               ? std::optional(Mismatch(noted(model, Reason::shared_flag_unknown, {}, flag)))
               : std::nullopt;
  }
  if (!expectation.value || has_text(flag, *expectation.value)) {
    return std::nullopt;
  }
  auto parts =
      noted(model, expectation.value->empty() ? Reason::stack_switching : Reason::shared_flag,
            expectation.row->name, flag);
  parts.want = *expectation.value;
  return Mismatch(std::move(parts));
}

IsaExpectation expect_isa_flag(const HostModel& model, std::string_view name) {
  const auto family = releases::isa_family(model.host.triple);
  const auto* const row = releases::find_isa_rule(model.release, family, name);
  if (row == nullptr) {
    // A riscv64 host takes every name on trust.
    const bool trusts = family == IsaFamily::riscv64 && name != "not_a_flag";
    return {{}, trusts ? std::nullopt : std::optional(Reason::isa_flag_unknown), "it"};
  }
  IsaExpectation expectation{row->name, std::nullopt, row->host_feature};
  switch (row->rule) {
  case IsaRule::ok:
    break;
  case IsaRule::host_is_big_endian:
    if (!model.host.triple.is_big_endian()) {
      expectation.complaint = Reason::host_endianness;
    }
    break;
  case IsaRule::host_feature: {
    const auto present = model.host.has_feature(row->host_feature);
    if (present != true) {
      expectation.complaint =
          present == false ? Reason::isa_flag_missing : Reason::isa_flag_undetectable;
    }
    break;
  }
  }
  return expectation;
}

std::optional<Mismatch> judge_isa_flag(const HostModel& model, const IsaExpectation& expectation,
                                       const FlagView& flag) {
  const auto complain = [&](Reason reason) {
    auto parts = noted(model, reason, expectation.name, flag);
    parts.want = expectation.host_feature;
    if (reason == Reason::host_endianness) {
      parts.expected_text = model.target.to_string();
    }
    return Mismatch(std::move(parts));
  };
  if (const bool* const on = std::get_if<bool>(&flag.value)) {
    return *on && expectation.complaint ? std::optional(complain(*expectation.complaint))
                                        : std::nullopt;
  }
  const auto* const choice = std::get_if<std::string_view>(&flag.value);
  const bool is_width = choice != nullptr && (*choice == "pointer32" || *choice == "pointer64");
  if (releases::checks_pointer_width(model.release) && is_width) {
    const auto bits = model.host.triple.pointer_bits();
    if ((*choice == "pointer32") == (bits == 32)) {
      return std::nullopt;
    }
    auto parts = noted(model, Reason::host_pointer_width, expectation.name, flag);
    parts.expected = bits;
    parts.expected_text = model.target.to_string();
    return Mismatch(std::move(parts));
  }
  return complain(Reason::isa_flag_no_bool);
}

} // namespace cwasm::compat
