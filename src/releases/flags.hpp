#pragma once

/// The Cranelift flags of every release: which ones are written, with what values, and how the
/// loader judges them.

#include "releases/majors.hpp"

#include <cwasm/metadata.hpp>
#include <cwasm/triple.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace cwasm::releases {

enum class FlagKind : std::uint8_t { boolean, number, enumerator };

/// The instruction sets that Cranelift has a backend for; `none` is for shared flags.
enum class IsaFamily : std::uint8_t { none, x86_64, aarch64, riscv64, s390x, pulley };

/// The family of an architecture.
IsaFamily isa_family(const Triple& target) noexcept;

/// A Cranelift setting. For one release and family, the rows that contain it are in the order
/// Wasmtime writes them (Cranelift's declaration order; up to 14 sorted by name instead).
struct SettingRow {
  Majors majors;
  IsaFamily family;
  std::string_view name;
  FlagKind kind;
  std::string_view default_text; ///< Cranelift's own default, before Wasmtime sets anything
  std::string_view choices;      ///< of an enumerator, separated by '|'

  /// The value that a text stands for, or nothing when it is none of this setting's.
  std::optional<FlagValue> parse(std::string_view text) const;
};

std::span<const SettingRow> shared_settings() noexcept;
std::span<const SettingRow> isa_settings() noexcept;

/// The row of a setting in a release, or null.
const SettingRow* find_shared_setting(Major major, std::string_view name) noexcept;
const SettingRow* find_isa_setting(Major major, IsaFamily family, std::string_view name) noexcept;

/// How the loader judges a shared flag. A flag without a row is unknown, which is an error.
enum class SharedRule : std::uint8_t {
  ignored,
  equals,                         ///< must have the row's value
  true_on_x86_64_aarch64_riscv64, ///< must be true for these hosts, false for others
  true_with_reference_types,      ///< must be true when the host has reference_types
  true_on_windows,                ///< must be true when the host is Windows
  stack_switch_model,             ///< must be the host OS's model when the host has stack_switching
};

struct SharedRuleRow {
  Majors majors;
  std::string_view name;
  SharedRule rule;
  std::string_view value; ///< of `equals`
};

std::span<const SharedRuleRow> shared_rules() noexcept;
const SharedRuleRow* find_shared_rule(Major major, std::string_view name) noexcept;

/// How the loader judges an isa flag that is Bool(true).
enum class IsaRule : std::uint8_t { ok, host_feature, host_is_big_endian };

struct IsaRuleRow {
  Majors majors;
  IsaFamily family;
  std::string_view name;
  IsaRule rule;
  std::string_view host_feature; ///< as Rust's feature detection spells it: "sse4.1"
};

std::span<const IsaRuleRow> isa_rules() noexcept;
/// The row by which a host of that family judges a flag, or null.
const IsaRuleRow* find_isa_rule(Major major, IsaFamily host, std::string_view name) noexcept;

/// A flag that compiling for the host turns on because of its operating system.
/// Wasmtime: cranelift-native.
struct SystemFlagRow {
  Majors majors;
  IsaFamily family;
  std::string_view system;
  std::string_view name;
};

std::span<const SystemFlagRow> system_flags() noexcept;

/// A Cranelift preset: a name that enables several isa flags.
struct PresetRow {
  Majors majors;
  IsaFamily family;
  std::string_view name;
  std::string_view flags; ///< separated by spaces
};

std::span<const PresetRow> presets() noexcept;
const PresetRow* find_preset(Major major, IsaFamily family, std::string_view name) noexcept;

} // namespace cwasm::releases
