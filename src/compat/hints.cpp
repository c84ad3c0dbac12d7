#include "compat/hints.hpp"

#include "releases/settings.hpp"

#include <fmt/format.h>

namespace cwasm::compat {
namespace {

// "Config::consume_fuel(true), wasmtime -W fuel=true, [engine] consume_fuel = true"
std::string ways_to_set(const releases::ConfigRow& row, std::string_view value) {
  const bool quoted =
      row.type == releases::SettingType::choice || row.type == releases::SettingType::text;
  std::string cli = row.cli.empty() ? "" : fmt::format("wasmtime {}={}, ", row.cli, value);
  return fmt::format("Config::{}({}), {}[engine] {} = {}{}{}", row.method, value, cli, row.method,
                     quoted ? "\"" : "", value, quoted ? "\"" : "");
}

} // namespace

std::string tunable_hint(releases::Major release, TunableId id, std::string_view found,
                         std::string_view expected) {
  const auto* row = releases::config_row_of_tunable(release, id);
  if (row == nullptr && id == TunableId::collector) {
    row = releases::find_config_row(release, "collector");
  }
  if (row == nullptr && (id == TunableId::inlining || id == TunableId::inlining_intra_module)) {
    row = releases::find_config_row(release, "compiler_inlining");
  }
  if (row == nullptr && id == TunableId::operator_cost) {
    row = releases::find_config_row(release, "operator_cost");
  }
  if (row == nullptr && id == TunableId::winch_callable) {
    row = releases::find_config_row(release, "strategy");
    const auto strategy = [](std::string_view on) { return on == "true" ? "winch" : "cranelift"; };
    return fmt::format("recompile the artifact with {}, or configure this engine with {}",
                       ways_to_set(*row, strategy(expected)), ways_to_set(*row, strategy(found)));
  }
  if (row == nullptr && id == TunableId::parse_wasm_debuginfo) {
    row = releases::find_config_row(release, "wasm_backtrace_details");
    const auto details = [](std::string_view on) { return on == "true" ? "enable" : "disable"; };
    return fmt::format("recompile the artifact with {}, or configure this engine with {}",
                       ways_to_set(*row, details(expected)), ways_to_set(*row, details(found)));
  }
  if (row == nullptr) {
    return "recompile the artifact for this engine";
  }
  return fmt::format("recompile the artifact with {}, or configure this engine with {}",
                     ways_to_set(*row, expected), ways_to_set(*row, found));
}

std::string feature_hint(std::string_view feature, bool artifact_has_it) {
  const auto setting = releases::setting_of_feature(feature);
  const auto set = [&](bool on) {
    return fmt::format(
        "Config::{}({}), wasmtime -W {}={}, [engine] {} = {}", setting, on,
        [&] {
          std::string option = setting.substr(5);
          for (char& c : option) {
            c = c == '_' ? '-' : c;
          }
          return option;
        }(),
        on ? "y" : "n", setting, on);
  };
  return fmt::format("configure this engine with {}, or recompile the artifact with {}",
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
  return fmt::format("recompile the artifact with Wasmtime {0}, or load it with the engine that "
                     "wrote '{1}' ([engine] release = \"{1}\"); Config::module_version(none), "
                     "[engine] module_version = \"none\" turns this check off, \"custom:{1}\" "
                     "expects this text",
                     expected.empty() ? std::to_string(release) : std::string(expected), found);
}

std::string triple_hint(std::string_view target) {
  return fmt::format("recompile the artifact with Config::target(\"{0}\"), wasmtime --target {0}, "
                     "[engine] target = \"{0}\", or load it on a host of its own target",
                     target);
}

} // namespace cwasm::compat
