#pragma once

/// Every setting that a Config of a release and target takes.

#include <cwasm/error.hpp>
#include <cwasm/export.hpp>
#include <cwasm/triple.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cwasm {

/// What a setting is, and so how a Config is given it.
enum class SettingGroup : std::uint8_t {
  engine,    ///< a Config method: `set(name, value)`
  feature,   ///< a WebAssembly feature: `set(name, "true")`
  cranelift, ///< a flag of the code generator: `cranelift_flag_set(name, value)`
  isa,       ///< one of the target's instruction set, the same way
  preset,    ///< several isa flags at once: `cranelift_flag_enable(name)`
};

/// "engine", "feature", "cranelift", "isa", "preset".
CWASM_EXPORT std::string_view setting_group_name(SettingGroup group) noexcept;

struct SettingInfo {
  std::string name;
  SettingGroup group = SettingGroup::engine;
  /// "boolean", "number", "choice", "text", "list"; empty for a preset, which takes no value.
  std::string_view type;
  std::vector<std::string> choices; ///< of a choice
  /// What an engine of this release and target has when nothing is said; nothing when that is no
  /// value (no target named, no flags).
  std::optional<std::string> default_value;
  /// What it changes: "artifact" for what is compiled in and compared on load, "runtime" for what
  /// only a running engine sees.
  std::string_view effect;
  std::uint16_t since = 0;            ///< the first release that has it
  std::optional<std::uint16_t> until; ///< the last one, when the newest has it no more
  std::string meaning;
};

/// The settings of a release ("48", "36.0.2") for a target, in the order of their groups. Errors:
/// invalid_argument for a release that is not known or a target without a compiler.
CWASM_EXPORT Result<std::vector<SettingInfo>> describe_settings(std::string_view release,
                                                                const Triple& target);

} // namespace cwasm
