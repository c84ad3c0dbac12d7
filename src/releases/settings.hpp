#pragma once

/// The methods of Wasmtime's `Config`, by name: what `--set`, `[engine]` and hints know.

#include "releases/features.hpp"
#include "releases/majors.hpp"

#include <cwasm/metadata.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cwasm::releases {

/// How a setting's value is written in text.
enum class SettingType : std::uint8_t {
  boolean, ///< true | false
  number,  ///< decimal, or hexadecimal with 0x
  choice,  ///< one of the row's choices
  text,    ///< checked where it is used
  list,    ///< may be given more than once; each one is text
};

/// What a setting changes.
enum class Effect : std::uint8_t {
  tunable,      ///< the row's tunable
  shared_flag,  ///< the Cranelift flag named in `flag`
  special,      ///< handled by name in the engine room
  runtime_only, ///< accepted as a Config has it; changes nothing that is compiled in
};

struct ConfigRow {
  Majors majors; ///< the releases whose Config has the method
  std::string_view method;
  SettingType type;
  std::string_view choices; ///< of a choice, separated by '|'
  Effect effect;
  std::optional<TunableId> tunable; ///< that it sets, or has a part in
  std::string_view flag;
  std::string_view cli; ///< the `wasmtime compile` option, "-O memory-guard-size"; empty: none
  std::string_view meaning;
};

std::span<const ConfigRow> config_rows() noexcept;

/// The row of a method in a release; null when the release's Config has none of that name.
const ConfigRow* find_config_row(Major major, std::string_view method) noexcept;

/// The row that changes a tunable or a shared flag in a release, or null.
const ConfigRow* config_row_of_tunable(Major major, TunableId id) noexcept;
const ConfigRow* config_row_of_flag(Major major, std::string_view flag) noexcept;

/// A setting as arguments of `wasmtime compile`: {"-O", "memory-guard-size=0"}. Empty when the
/// command has no option for it, or none is needed.
std::vector<std::string> command_line_arguments(const ConfigRow& row, std::string_view value);

/// The same for a feature: {"-W", "threads=n"}.
std::vector<std::string> command_line_arguments(std::string_view feature, bool on);

/// The feature of a release that a setting `wasm_…` switches: "threads" for wasm_threads,
/// "cm_async_stackful" for wasm_component_model_async_stackful. Nothing when there is none.
std::optional<Feature> feature_of_setting(Major major, std::string_view method);

/// The setting that switches a feature: the Config method where there is one.
std::string setting_of_feature(std::string_view feature);

/// All names that mean something in a release, for messages and completion.
std::vector<std::string> setting_names(Major major);

} // namespace cwasm::releases
