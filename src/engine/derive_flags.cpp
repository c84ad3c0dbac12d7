#include "engine/derive_flags.hpp"

#include "releases/limits.hpp"
#include "releases/release.hpp"
#include "releases/settings.hpp"
#include "util/nearest.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cwasm::engine {
namespace {

using releases::Effect;
using releases::IsaFamily;
using releases::SettingRow;
using releases::SharedRule;

Error refusal(std::string message) { return {ErrorCode::invalid_argument, std::move(message)}; }

/// Cranelift's settings while they are being decided, in wire order.
class FlagTable {
public:
  FlagTable(const Choices& choices, IsaFamily family)
      : m_release(choices.release), m_family(family) {
    const auto fill = [&](std::span<const SettingRow> rows, IsaFamily wanted,
                          std::vector<Flag>& flags) {
      for (const auto& row : rows) {
        if (row.family == wanted && row.majors.contains(m_release)) {
          flags.push_back({std::string(row.name), *row.parse(row.default_text)});
        }
      }
    };
    fill(releases::shared_settings(), IsaFamily::none, m_flags.shared);
    fill(releases::isa_settings(), family, m_flags.isa);
  }

  /// Sets a flag of the release; one that it does not have is passed over.
  void set(std::string_view name, std::string_view text) {
    if (auto* const flag = find(name); flag != nullptr) {
      flag->value = *row_of(name)->parse(text);
    }
  }

  /// A flag set by the user. Errors: no such flag, or not a value of it.
  Status set_checked(std::string_view name, std::string_view text) {
    const auto* const row = row_of(name);
    if (row == nullptr) {
      return refusal(
          fmt::format("No existing setting named '{}'{}", name, util::did_you_mean(name, names())));
    }
    auto value = row->parse(text);
    if (!value) {
      return refusal(
          fmt::format("Unexpected value for a setting '{}', expected {}", name, expected(*row)));
    }
    find(name)->value = *std::move(value);
    return ok();
  }

  Status enable(std::string_view name) {
    const auto* const preset = releases::find_preset(m_release, m_family, name);
    if (preset == nullptr) {
      return set_checked(name, "true");
    }
    auto flags = preset->flags;
    while (!flags.empty()) {
      const auto space = flags.find(' ');
      set(flags.substr(0, space), "true");
      flags = space == std::string_view::npos ? std::string_view() : flags.substr(space + 1);
    }
    return ok();
  }

  bool is(std::string_view name, std::string_view text) const {
    const auto* const row = row_of(name);
    const auto* const flag = find(name);
    return flag != nullptr && row->parse(text) == flag->value;
  }

  DerivedFlags take() && {
    if (releases::sorts_flags(m_release)) {
      std::ranges::sort(m_flags.shared, {}, &Flag::name);
      std::ranges::sort(m_flags.isa, {}, &Flag::name);
    }
    return std::move(m_flags);
  }

private:
  const SettingRow* row_of(std::string_view name) const {
    const auto* const shared = releases::find_shared_setting(m_release, name);
    return shared != nullptr ? shared : releases::find_isa_setting(m_release, m_family, name);
  }

  const Flag* find(std::string_view name) const {
    for (const auto* const list : {&m_flags.shared, &m_flags.isa}) {
      for (const auto& flag : *list) {
        if (flag.name == name) {
          return &flag;
        }
      }
    }
    return nullptr;
  }
  Flag* find(std::string_view name) {
    for (auto* const list : {&m_flags.shared, &m_flags.isa}) {
      for (auto& flag : *list) {
        if (flag.name == name) {
          return &flag;
        }
      }
    }
    return nullptr;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto* const list : {&m_flags.shared, &m_flags.isa}) {
      for (const auto& flag : *list) {
        out.push_back(flag.name);
      }
    }
    for (const auto& preset : releases::presets()) {
      if (preset.family == m_family && preset.majors.contains(m_release)) {
        out.emplace_back(preset.name);
      }
    }
    return out;
  }

  static std::string expected(const SettingRow& row) {
    switch (row.kind) {
    case releases::FlagKind::boolean:
      return "true or false";
    case releases::FlagKind::number:
      return "a number from 0 to 255";
    case releases::FlagKind::enumerator:
      break;
    }
    return "any among " + util::join_choices(row.choices);
  }

  releases::Major m_release;
  IsaFamily m_family;
  DerivedFlags m_flags;
};

// Compiling for this host without naming a target turns on what its CPU has.
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
}

void apply_pulley(const Triple& target, FlagTable& table) {
  if (target.is_pulley()) {
    table.set("pointer_width", target.pointer_bits() == 32 ? "pointer32" : "pointer64");
    table.set("big_endian", target.is_big_endian() ? "true" : "false");
  }
}

// What is set before the user says anything.
void apply_config_defaults(const Choices& choices, FlagTable& table) {
  if (!choices.winch || releases::config_sets_cranelift_defaults(choices.release)) {
    table.set("opt_level", "speed");
    table.set("enable_verifier", "false");
  }
}

Status apply_setting(const Choices& choices, const Config::Setting& setting, FlagTable& table) {
  const auto* const row = releases::find_config_row(choices.release, setting.name);
  if (row != nullptr && row->effect == Effect::shared_flag) {
    return table.set_checked(row->flag, setting.value);
  }
  if (setting.name == "cranelift_flag_enable") {
    return table.enable(setting.value);
  }
  if (setting.name == "cranelift_flag_set") {
    const std::string_view text = setting.value;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) {
      return refusal(fmt::format("'cranelift_flag_set' takes NAME=VALUE, not '{}'", text));
    }
    return table.set_checked(text.substr(0, equals), text.substr(equals + 1));
  }
  return ok();
}

Status apply_settings(const Choices& choices, FlagTable& table) {
  for (const auto& setting : choices.config.settings()) {
    const auto applied = apply_setting(choices, setting, table);
    if (!applied) {
      return setting.origin.empty() ? applied.error()
                                    : applied.error().with_context(setting.origin);
    }
  }
  return ok();
}

bool user_set(const Choices& choices, std::string_view flag, std::string_view value) {
  const auto wanted = std::string(flag).append("=").append(value);
  return std::any_of(choices.config.settings().begin(), choices.config.settings().end(),
                     [&](const Config::Setting& setting) {
                       return setting.name == "cranelift_flag_set" && setting.value == wanted;
                     });
}

// What Wasmtime sets whatever the user said, because its runtime depends on it.
void apply_requirements(const Choices& choices, FlagTable& table) {
  for (const std::string_view name :
       {"probestack_strategy", "enable_probestack", "preserve_frame_pointers",
        "enable_multi_ret_implicit_sret", "avoid_div_traps"}) {
    const auto* const rule = releases::find_shared_rule(choices.release, name);
    if (rule == nullptr) {
      continue;
    }
    const auto& arch = choices.target.architecture;
    const bool probes = arch == "x86_64" || arch == "aarch64" || arch.starts_with("riscv64");
    const auto value = rule->rule == SharedRule::equals ? rule->value : probes ? "true" : "false";
    table.set(name, value);
  }
}

// Flags that a feature needs: set, and refused when the user said something else.
Status apply_needed_flags(const Choices& choices, Features features, FlagTable& table) {
  struct Needed {
    std::string_view feature;
    std::string_view flag;
    releases::Refusal which;
  };
  for (const auto& needed :
       {Needed{"reference_types", "enable_safepoints", releases::Refusal::safepoints_flag},
        Needed{"simd", "enable_simd", releases::Refusal::simd_flag}}) {
    if (!has_feature(choices, features, needed.feature)) {
      continue;
    }
    if (user_set(choices, needed.flag, "false")) {
      return refusal(std::string(releases::refusal(choices.release, needed.which)));
    }
    table.set(needed.flag, "true");
  }
  const auto unwind = choices.flag("native_unwind_info");
  if (unwind && user_set(choices, "unwind_info", *unwind ? "false" : "true")) {
    return refusal(std::string(releases::refusal(choices.release, releases::Refusal::unwind_flag)));
  }
  return ok();
}

Status apply_traps(const Choices& choices, const Tunables& tunables, FlagTable& table) {
  if (tunables.find(TunableId::signals_based_traps).value_or(1) != 0) {
    return ok();
  }
  for (const std::string_view name :
       {"enable_table_access_spectre_mitigation", "enable_heap_access_spectre_mitigation"}) {
    if (user_set(choices, name, "true")) {
      return refusal("when signals-based traps are disabled then spectre mitigations must also be "
                     "disabled");
    }
    table.set(name, "false");
  }
  return ok();
}

Status apply_stack_switching(const Choices& choices, Features features, FlagTable& table) {
  // A release that does not judge the flag does not set it either.
  const auto* const rule = releases::find_shared_rule(choices.release, "stack_switch_model");
  if (rule == nullptr || rule->rule != SharedRule::stack_switch_model ||
      !has_feature(choices, features, "stack_switching")) {
    return ok();
  }
  const std::string_view model = choices.target.is_os("windows") ? "update_windows_tib" : "basic";
  if (!table.is("stack_switch_model", "none") && !table.is("stack_switch_model", model)) {
    return refusal(fmt::format(
        "compiler option 'stack_switch_model' must be set to '{}' on this platform", model));
  }
  table.set("stack_switch_model", model);
  return ok();
}

} // namespace

Result<DerivedFlags> derive_flags(const Choices& choices, Features features,
                                  const Tunables& tunables, const Host& host) {
  const auto family = releases::isa_family(choices.target);
  FlagTable table(choices, family);
  infer_from_host(choices, family, host, table);
  apply_pulley(choices.target, table);
  apply_config_defaults(choices, table);
  CWASM_TRY(apply_settings(choices, table));
  apply_requirements(choices, table);
  CWASM_TRY(apply_needed_flags(choices, features, table));
  CWASM_TRY(apply_traps(choices, tunables, table));
  CWASM_TRY(apply_stack_switching(choices, features, table));
  if (choices.target.is_os("windows") && table.is("unwind_info", "false")) {
    return refusal("`native_unwind_info` cannot be disabled on Windows");
  }
  return std::move(table).take();
}

} // namespace cwasm::engine
