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

/// How a number becomes a tunable's value.
enum class Unit : std::uint8_t {
  plain,
  wasm_pages, ///< whole pages of 64 KiB, what is left over is dropped
  host_pages, ///< bytes, rounded up to the pages of the machine that compiles
};

struct ConfigRow {
  Majors majors; ///< the releases whose Config has the method
  std::string_view method;
  SettingType type;
  std::string_view choices; ///< of a choice, separated by '|'
  Effect effect;
  std::optional<TunableId> tunable; ///< that it sets, or has a part in
  std::string_view flag;
  std::string_view meaning;
  /// What a Config has when nothing is said, where neither a tunable nor a flag tells; empty:
  /// nothing.
  std::string_view default_text;
  Unit unit = Unit::plain;
};

std::span<const ConfigRow> config_rows() noexcept;

/// A method that got another name. Up to `old_last` it had the old one, after it the new one.
struct RenameRow {
  Major old_last;
  std::string_view old_name;
  std::string_view new_name;
  bool inverted = false; ///< true has become false
};

std::span<const RenameRow> renames() noexcept;

/// The row of a method in a release; null when the release's Config has none of that name.
const ConfigRow* find_config_row(Major major, std::string_view method) noexcept;

/// The row that changes a tunable or a shared flag in a release, or null.
const ConfigRow* config_row_of_tunable(Major major, TunableId id) noexcept;
const ConfigRow* config_row_of_flag(Major major, std::string_view flag) noexcept;

/// The feature of a release that a setting `wasm_…` switches: "threads" for wasm_threads,
/// "cm_async_stackful" for wasm_component_model_async_stackful. Nothing when there is none.
std::optional<Feature> feature_of_setting(Major major, std::string_view method);

/// The setting that switches a feature: the Config method where there is one.
std::string setting_of_feature(std::string_view feature);

/// The releases that have a setting of that name, as a method or a feature; nothing when none has.
std::optional<Majors> releases_of_setting(std::string_view method);

/// All names that mean something in a release, for messages and completion.
std::vector<std::string> setting_names(Major major);

} // namespace cwasm::releases
