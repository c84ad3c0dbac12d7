#pragma once

/// The configuration of a Wasmtime engine, under the names of Wasmtime's `Config` methods.

#include <cwasm/error.hpp>
#include <cwasm/export.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cwasm {

/// A value: copyable and comparable; nothing is derived or refused before Engine::create, because
/// what is possible depends on the release, the target and on other settings.
class CWASM_EXPORT Config {
public:
  /// A setting as text, and where it was said ("cwasm.toml:4:3", "--set"), for messages.
  struct Setting {
    std::string name;
    std::string value;
    std::string origin;
    friend bool operator==(const Setting&, const Setting&) = default;
  };

  /// Records a setting by the name of its `Config` method, or `release`, `host_features`, or
  /// `wasm_<feature>`. Of a name given twice the last one counts; `cranelift_flag_enable` and
  /// `cranelift_flag_set` add up.
  Config& set(std::string name, std::string value, std::string origin = {});

  /// The last value given for a name, or nothing.
  std::optional<std::string_view> find(std::string_view name) const;
  /// An error about a setting, with where it was last said in front of its message.
  Error blame(std::string_view name, const Error& error) const;
  const std::vector<Setting>& settings() const noexcept { return m_settings; }

  /// Errors: invalid_argument for the first name that the config's release does not have (with the
  /// nearest name that it has) or value that the setting does not take. Engine::create calls it.
  Status validate() const;

  /// The release whose rules hold: "48" or "36.0.2".
  Config& release(std::string version) { return set("release", std::move(version)); }
  Config& target(std::string triple) { return set("target", std::move(triple)); }
  /// "wasmtime", "none" or "custom:TEXT".
  Config& module_version(std::string strategy) {
    return set("module_version", std::move(strategy));
  }
  Config& strategy(std::string compiler) { return set("strategy", std::move(compiler)); }
  /// "none", "speed" or "speed_and_size".
  Config& cranelift_opt_level(std::string level) {
    return set("cranelift_opt_level", std::move(level));
  }
  Config& cranelift_flag_enable(std::string flag) {
    return set("cranelift_flag_enable", std::move(flag));
  }
  Config& cranelift_flag_set(std::string_view flag, std::string_view value) {
    return set("cranelift_flag_set", std::string(flag).append("=").append(value));
  }
  Config& debug_info(bool on) { return set_bool("debug_info", on); }
  Config& consume_fuel(bool on) { return set_bool("consume_fuel", on); }
  Config& epoch_interruption(bool on) { return set_bool("epoch_interruption", on); }
  Config& memory_reservation(std::uint64_t bytes) {
    return set_number("memory_reservation", bytes);
  }
  Config& memory_guard_size(std::uint64_t bytes) { return set_number("memory_guard_size", bytes); }
  Config& memory_init_cow(bool on) { return set_bool("memory_init_cow", on); }
  Config& signals_based_traps(bool on) { return set_bool("signals_based_traps", on); }
  /// Switches a feature by its name: "threads", "cm_async".
  Config& wasm_feature(std::string_view feature, bool on) {
    return set_bool(std::string("wasm_").append(feature), on);
  }

  friend bool operator==(const Config&, const Config&) = default;

private:
  Config& set_bool(std::string name, bool on) {
    return set(std::move(name), std::string(on ? "true" : "false"));
  }
  Config& set_number(std::string name, std::uint64_t number) {
    return set(std::move(name), std::to_string(number));
  }
  std::vector<Setting> m_settings;
};

} // namespace cwasm
