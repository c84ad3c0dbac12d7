#include "compat/flags.hpp"

#include "compat/hints.hpp"
#include "releases/features.hpp"
#include "releases/flags.hpp"
#include "util/rust_text.hpp"

#include <fmt/format.h>

namespace cwasm::compat {
namespace {

using releases::IsaRule;
using releases::SharedRule;
using releases::SharedRuleRow;

constexpr std::string_view k_context =
    "compilation settings of module incompatible with native host";

Mismatch shared_mismatch(const HostModel& model, const Flag& flag, std::string_view expected,
                         std::string_view message) {
  return {fmt::format("shared.{}", flag.name),
          "shared_flags",
          flag.name,
          debug_text(flag.value),
          std::string(expected),
          fmt::format("{}: {}", k_context, message),
          shared_flag_hint(model.release, flag.name, expected)};
}

// The stack switching model that a host's operating system needs; empty: there is none.
std::string_view stack_switch_model(const Triple& target) {
  if (target.is_os("windows")) {
    return "update_windows_tib";
  }
  const bool unix_like = target.is_os("linux") || target.is_os("macosx") || target.is_os("darwin");
  return unix_like ? "basic" : "";
}

// What a rule wants of the flag on this host, as the text of a setting; nothing: any value.
std::optional<std::string_view> wanted(const HostModel& model, const SharedRuleRow& row) {
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

bool has_text(const FlagValue& value, std::string_view text) {
  if (const auto* name = std::get_if<std::string>(&value.value)) {
    return *name == text;
  }
  return (text == "true" && value.is_bool(true)) || (text == "false" && value.is_bool(false));
}

struct IsaFailure {
  std::string message;
  std::string expected;
  std::string hint;
};

std::optional<IsaFailure> probe_host(const HostModel& model, const Flag& flag,
                                     std::string_view host_feature) {
  const auto present = model.host.has_feature(host_feature);
  if (present == true) {
    return std::nullopt;
  }
  const auto hint = isa_flag_hint(flag.name, host_feature);
  if (present == false) {
    return IsaFailure{
        fmt::format("compilation setting {} is enabled, but not available on the host",
                    util::rust_debug(flag.name)),
        "Bool(false)", hint};
  }
  const auto message =
      model.release <= 36
          ? fmt::format("failed to detect if target-specific flag {} is available at runtime",
                        util::rust_debug(flag.name))
          : fmt::format("failed to detect if target-specific flag {} is available at runtime "
                        "(compile setting {})",
                        util::rust_debug(host_feature), util::rust_debug(flag.name));
  return IsaFailure{message, "Bool(false)", hint};
}

std::optional<IsaFailure> judge_enabled_isa_flag(const HostModel& model, const Flag& flag) {
  const auto* row = releases::find_isa_rule(model.release, flag.name);
  if (row == nullptr) {
    // A riscv64 host takes every name on trust.
    if (model.host.triple.architecture.starts_with("riscv64") && flag.name != "not_a_flag") {
      return std::nullopt;
    }
    const auto* const format =
        model.release <= 20 ? "cannot test if target-specific flag {} is available at runtime"
                            : "don't know how to test for target-specific flag {} at runtime";
    return IsaFailure{fmt::format(fmt::runtime(format), util::rust_debug(flag.name)), "Bool(false)",
                      isa_flag_hint(flag.name, "it")};
  }
  switch (row->rule) {
  case IsaRule::ok:
    return std::nullopt;
  case IsaRule::host_is_big_endian:
    if (model.host.triple.is_big_endian()) {
      return std::nullopt;
    }
    return IsaFailure{"wrong host endianness", "Bool(false)",
                      triple_hint(model.target.to_string())};
  case IsaRule::host_feature:
    break;
  }
  return probe_host(model, flag, row->host_feature);
}

std::optional<IsaFailure> judge_isa_flag(const HostModel& model, const Flag& flag) {
  if (flag.value.is_bool(false)) {
    return std::nullopt;
  }
  if (flag.value.is_bool(true)) {
    return judge_enabled_isa_flag(model, flag);
  }
  const auto* const choice = std::get_if<std::string>(&flag.value.value);
  const bool is_width = choice != nullptr && (*choice == "pointer32" || *choice == "pointer64");
  if (model.release >= 28 && is_width) {
    const auto bits = model.host.triple.pointer_bits();
    if ((*choice == "pointer32") == (bits == 32)) {
      return std::nullopt;
    }
    return IsaFailure{"wrong host pointer width", fmt::format("Enum(\"pointer{}\")", bits),
                      triple_hint(model.target.to_string())};
  }
  return IsaFailure{fmt::format("isa-specific feature {} configured to unknown value {}",
                                util::rust_debug(flag.name), debug_text(flag.value)),
                    "a Bool", "recompile the artifact: no Wasmtime writes this flag like that"};
}

} // namespace

std::string debug_text(const FlagValue& value) {
  if (const auto* name = std::get_if<std::string>(&value.value)) {
    return fmt::format("Enum({})", util::rust_debug(*name));
  }
  if (const auto* number = std::get_if<std::uint8_t>(&value.value)) {
    return fmt::format("Num({})", *number);
  }
  return value.is_bool(true) ? "Bool(true)" : "Bool(false)";
}

void check_shared_flags(const HostModel& model, releases::Major release, const Metadata& artifact,
                        Verdict& verdict) {
  for (const auto& flag : artifact.shared_flags) {
    const auto* row = releases::find_shared_rule(model.release, flag.name);
    if (row == nullptr) {
      // Of another release's artifact this would only repeat that the version is another.
      if (release == model.release) {
        verdict.mismatches.push_back(
            shared_mismatch(model, flag, "",
                            fmt::format("unknown shared setting {} configured to {}",
                                        util::rust_debug(flag.name), debug_text(flag.value))));
      }
      continue;
    }
    const auto value = wanted(model, *row);
    if (!value || has_text(flag.value, *value)) {
      continue;
    }
    if (value->empty()) {
      verdict.mismatches.push_back(shared_mismatch(
          model, flag, "", "stack-switching feature not supported on this platform"));
      continue;
    }
    verdict.mismatches.push_back(
        shared_mismatch(model, flag, *value,
                        fmt::format("setting {} is configured to {} which is not supported",
                                    util::rust_debug(flag.name), debug_text(flag.value))));
  }
}

void check_isa_flags(const HostModel& model, const Metadata& artifact, Verdict& verdict) {
  for (const auto& flag : artifact.isa_flags) {
    if (auto failure = judge_isa_flag(model, flag)) {
      verdict.mismatches.push_back(
          {fmt::format("isa.{}", flag.name), "isa_flags", flag.name, debug_text(flag.value),
           failure->expected, fmt::format("{}: {}", k_context, failure->message), failure->hint});
    }
  }
}

} // namespace cwasm::compat
