#include "engine/derive_flags.hpp"

#include "engine/flag_table.hpp"
#include "releases/limits.hpp"
#include "releases/release.hpp"
#include "releases/settings.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

namespace cwasm::engine {
namespace {

using releases::Effect;
using releases::IsaFamily;
using releases::Refusal;
using releases::SharedRule;

Error refusal(std::string message) { return {ErrorCode::invalid_argument, std::move(message)}; }

Error refusal(const Choices& choices, Refusal which) {
  return refusal(std::string(releases::refusal(choices.release, which)));
}

// Compiling for this host without naming a target turns on what its CPU has, and what its system
// demands.
void infer_from_host(const Choices& choices, IsaFamily family, const Host& host, FlagTable& table) {
  if (choices.explicit_target) {
    return;
  }
  for (const auto& row : releases::isa_rules()) {
    const bool applies = row.family == family && row.majors.contains(choices.release) &&
                         row.rule == releases::IsaRule::host_feature;
    if (applies && host.has_feature(row.host_feature) == true) {
      table.set(row.name, "true");
    }
  }
  for (const auto& row : releases::system_flags()) {
    if (row.family == family && row.majors.contains(choices.release) &&
        host.triple.is_os(row.system)) {
      table.set(row.name, "true");
    }
  }
}

void apply_pulley(const Triple& target, FlagTable& table) {
  if (target.is_pulley()) {
    table.set("pointer_width", target.pointer_bits() == 32 ? "pointer32" : "pointer64");
    table.set("big_endian", target.is_big_endian() ? "true" : "false");
  }
}

// What a Config asks for before the user says anything.
void ask_for_defaults(const Choices& choices, FlagRequests& requests) {
  if (!choices.winch || releases::config_sets_cranelift_defaults(choices.release)) {
    requests.set("opt_level", "speed");
    requests.set("enable_verifier", "false");
  }
}

Status ask_for_settings(const Choices& choices, FlagRequests& requests) {
  for (const auto& setting : choices.config.settings()) {
    const auto* const row = releases::find_config_row(choices.release, setting.name);
    if (row != nullptr && row->effect == Effect::shared_flag) {
      requests.set(row->flag, setting.value, setting.origin);
    } else if (setting.name == "cranelift_flag_enable") {
      requests.enable(setting.value, setting.origin);
    } else if (setting.name == "cranelift_flag_set") {
      const std::string_view text = setting.value;
      const auto equals = text.find('=');
      if (equals == std::string_view::npos) {
        const auto error =
            refusal(fmt::format("'cranelift_flag_set' takes NAME=VALUE, not '{}'", text));
        return setting.origin.empty() ? error : error.with_context(setting.origin);
      }
      requests.set(text.substr(0, equals), text.substr(equals + 1), setting.origin);
    }
  }
  return ok();
}

// What Wasmtime sets whatever the user said, because its runtime depends on it.
void ask_for_requirements(const Choices& choices, FlagRequests& requests) {
  for (const std::string_view name :
       {"probestack_strategy", "enable_probestack", "preserve_frame_pointers",
        "enable_multi_ret_implicit_sret", "avoid_div_traps"}) {
    const auto* const rule = releases::find_shared_rule(choices.release, name);
    if (rule == nullptr) {
      continue;
    }
    const auto& arch = choices.target.architecture;
    const bool probes = arch == "x86_64" || arch == "aarch64" || arch.starts_with("riscv64");
    requests.set(name, rule->rule == SharedRule::equals ? rule->value : probes ? "true" : "false");
  }
}

// Flags that a feature needs: asked for, and refused when the user asked for something else.
Status ask_for_needed_flags(const Choices& choices, Features features, FlagRequests& requests) {
  struct Needed {
    std::string_view feature;
    std::string_view flag;
    Refusal which;
  };
  for (const auto& needed :
       {Needed{"reference_types", "enable_safepoints", Refusal::safepoints_flag},
        Needed{"simd", "enable_simd", Refusal::simd_flag}}) {
    const bool has_flag = releases::find_shared_setting(choices.release, needed.flag) != nullptr;
    if (has_flag && has_feature(choices, features, needed.feature) &&
        !requests.set_unless_other(needed.flag, "true")) {
      return refusal(choices, needed.which);
    }
  }
  return ok();
}

Status ask_for_unwind_info(const Choices& choices, FlagRequests& requests) {
  const auto wanted = choices.flag("native_unwind_info");
  const bool demands = !releases::refusal(choices.release, Refusal::unwind_demanded).empty();
  if (demands) {
    // There the setting only says whether the flag must be on.
    return wanted == false || requests.set_unless_other("unwind_info", "true")
               ? ok()
               : Status(refusal(choices, Refusal::unwind_demanded));
  }
  return !wanted || requests.set_unless_other("unwind_info", *wanted ? "true" : "false")
             ? ok()
             : Status(refusal(choices, Refusal::unwind_flag));
}

Status ask_without_signals(const Tunables& tunables, FlagRequests& requests) {
  if (tunables.find(TunableId::signals_based_traps).value_or(1) != 0) {
    return ok();
  }
  for (const std::string_view name :
       {"enable_table_access_spectre_mitigation", "enable_heap_access_spectre_mitigation"}) {
    if (!requests.set_unless_other(name, "false")) {
      return refusal("when signals-based traps are disabled then spectre mitigations must also be "
                     "disabled");
    }
  }
  return ok();
}

Status ask_for_stack_switching(const Choices& choices, Features features, FlagRequests& requests) {
  // A release that does not judge the flag does not set it either.
  const auto* const rule = releases::find_shared_rule(choices.release, "stack_switch_model");
  if (rule == nullptr || rule->rule != SharedRule::stack_switch_model ||
      !has_feature(choices, features, "stack_switching")) {
    return ok();
  }
  const std::string_view model = choices.target.is_os("windows") ? "update_windows_tib" : "basic";
  if (!requests.set_unless_other("stack_switch_model", model)) {
    return refusal(fmt::format(
        "compiler option 'stack_switch_model' must be set to '{}' on this platform", model));
  }
  return ok();
}

} // namespace

Result<DerivedFlags> derive_flags(const Choices& choices, Features features,
                                  const Tunables& tunables, const Host& host) {
  FlagRequests requests;
  ask_for_defaults(choices, requests);
  CWASM_TRY(ask_for_settings(choices, requests));
  ask_for_requirements(choices, requests);
  CWASM_TRY(ask_for_needed_flags(choices, features, requests));
  CWASM_TRY(ask_for_unwind_info(choices, requests));
  CWASM_TRY(ask_without_signals(tunables, requests));
  CWASM_TRY(ask_for_stack_switching(choices, features, requests));

  const auto family = releases::isa_family(choices.target);
  FlagTable table(choices.release, family);
  infer_from_host(choices, family, host, table);
  apply_pulley(choices.target, table);
  CWASM_TRY(table.apply(requests));
  if (choices.target.is_os("windows") && table.is("unwind_info", "false")) {
    return refusal("`native_unwind_info` cannot be disabled on Windows");
  }
  return std::move(table).take();
}

} // namespace cwasm::engine
