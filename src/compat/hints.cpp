#include "compat/hints.hpp"

#include "releases/release.hpp"
#include "releases/settings.hpp"

#include <fmt/format.h>

namespace cwasm::compat {
namespace {

// "Config::consume_fuel(true), wasmtime -W fuel=1, [engine] consume_fuel = true"
std::string ways_to_set(const releases::ConfigRow& row, std::string_view value) {
  const bool quoted =
      row.type == releases::SettingType::choice || row.type == releases::SettingType::text;
  const auto arguments = releases::command_line_arguments(row, value);
  const auto command =
      arguments.empty() ? std::string() : fmt::format("wasmtime {}, ", fmt::join(arguments, " "));
  const auto* const quote = quoted ? "\"" : "";
  return fmt::format("Config::{}({}), {}[engine] {} = {}{}{}", row.method, value, command,
                     row.method, quote, value, quote);
}

// What to set the setting to for a tunable to have a value.
std::string_view setting_value(TunableId id, std::string_view value) {
  if (id == TunableId::winch_callable) {
    return value == "true" ? "winch" : "cranelift";
  }
  if (id == TunableId::parse_wasm_debuginfo) {
    return value == "true" ? "enable" : "disable";
  }
  return value;
}

} // namespace

std::string tunable_hint(releases::Major release, TunableId id, std::string_view found,
                         std::string_view expected) {
  const auto* const row = releases::config_row_of_tunable(release, id);
  if (row == nullptr) {
    return "recompile the artifact for this engine";
  }
  return fmt::format("recompile the artifact with {}; or configure this engine with {}",
                     ways_to_set(*row, setting_value(id, expected)),
                     ways_to_set(*row, setting_value(id, found)));
}

std::string feature_hint(std::string_view feature, bool artifact_has_it) {
  const auto setting = releases::setting_of_feature(feature);
  const auto set = [&](bool on) {
    return fmt::format("Config::{0}({1}), wasmtime {2}, [engine] {0} = {1}", setting, on,
                       fmt::join(releases::command_line_arguments(feature, on), " "));
  };
  return fmt::format("configure this engine with {}; or recompile the artifact with {}",
                     set(artifact_has_it), set(!artifact_has_it));
}

std::string shared_flag_hint(releases::Major release, std::string_view flag,
                             std::string_view expected) {
  if (expected.empty()) {
    return fmt::format("this release does not know the Cranelift flag {}: recompile the artifact "
                       "with the Wasmtime release of this engine",
                       flag);
  }
  const auto* row = releases::config_row_of_flag(release, flag);
  const auto ways =
      row != nullptr ? ways_to_set(*row, expected)
                     : fmt::format("Config::cranelift_flag_set(\"{0}\", \"{1}\"), wasmtime -C "
                                   "cranelift-{0}={1}, [engine] cranelift_flag_set = [\"{0}={1}\"]",
                                   flag, expected);
  return fmt::format(
      "recompile the artifact with {}; no engine of this release loads another value", ways);
}

std::string isa_flag_hint(std::string_view flag, std::string_view host_feature) {
  return fmt::format(
      "recompile the artifact without {0} (with Config::target(…), wasmtime --target …, [engine] "
      "target = \"…\" no CPU feature is taken from the compiling machine; turn on what every host "
      "has with Config::cranelift_flag_enable, wasmtime -C cranelift-FLAG, [engine] "
      "cranelift_flag_enable = [\"…\"]), or run it on a host that has {1}",
      flag, host_feature);
}

std::string version_hint(releases::Major release, std::string_view found,
                         std::string_view expected) {
  const auto other = releases::named_by(found)
                         ? fmt::format(", or load it with an engine of its own release ([engine] "
                                       "release = \"{}\")",
                                       found)
                         : std::string();
  return fmt::format("recompile the artifact with Wasmtime {}{}; Config::module_version(none), "
                     "[engine] module_version = \"none\", turns this check off",
                     expected.empty() ? std::to_string(release) : std::string(expected), other);
}

std::string triple_hint(std::string_view target) {
  return fmt::format("recompile the artifact with Config::target(\"{0}\"), wasmtime --target {0}, "
                     "[engine] target = \"{0}\", or load it on a host of its own target",
                     target);
}

} // namespace cwasm::compat
