#include "compat/hints.hpp"

#include "releases/interfaces.hpp"
#include "releases/release.hpp"
#include "releases/settings.hpp"

#include <fmt/format.h>

#include <charconv>

namespace cwasm::compat {
namespace {

// "Config::consume_fuel(true), wasmtime_config_consume_fuel_set(config, true), wasmtime -W fuel=1,
// [engine] consume_fuel = true". `in_method` and `in_toml` are the value as C++ and TOML take it.
std::string ways(releases::Major release, std::string_view method, std::string_view value,
                 std::string_view in_method, std::string_view in_toml) {
  const auto call = releases::c_api_call(release, method, value);
  const auto arguments = releases::command_line_arguments(release, method, value);
  return fmt::format(
      "Config::{}({}), {}{}{}[engine] {} = {}", method, in_method, call, call.empty() ? "" : ", ",
      arguments.empty() ? std::string() : fmt::format("wasmtime {}, ", fmt::join(arguments, " ")),
      method, in_toml);
}

std::string ways_to_set(releases::Major release, const releases::ConfigRow& row,
                        std::string_view value) {
  const bool quoted =
      row.type == releases::SettingType::choice || row.type == releases::SettingType::text;
  return ways(release, row.method, value, value,
              quoted ? fmt::format("\"{}\"", value) : std::string(value));
}

// The value of the setting that makes a tunable what it is: bytes where the tunable counts pages.
std::string in_bytes(const releases::ConfigRow& row, std::string_view value) {
  constexpr std::uint64_t k_wasm_page = 65536;
  std::uint64_t pages = 0;
  const auto* const end = value.data() + value.size();
  if (row.unit != releases::Unit::wasm_pages ||
      std::from_chars(value.data(), end, pages).ptr != end ||
      pages > ~std::uint64_t{0} / k_wasm_page) {
    return std::string(value);
  }
  return std::to_string(pages * k_wasm_page);
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
  if (id == TunableId::tail_callable) {
    return feature_hint("tail_call", found == "true", release);
  }
  const auto* const row = releases::config_row_of_tunable(release, id);
  if (row == nullptr) {
    return "recompile the artifact for this engine";
  }
  return fmt::format("recompile the artifact with {}; or configure this engine with {}",
                     ways_to_set(release, *row, in_bytes(*row, setting_value(id, expected))),
                     ways_to_set(release, *row, in_bytes(*row, setting_value(id, found))));
}

std::string feature_hint(std::string_view feature, bool artifact_has_it, releases::Major release) {
  // The switch of the collector's types has a name of its own.
  const auto setting = feature == "gc_types" && releases::find_config_row(release, "gc_support")
                           ? std::string("gc_support")
                           : releases::setting_of_feature(feature);
  const auto set = [&](bool on) {
    const std::string_view value = on ? "true" : "false";
    return ways(release, setting, value, value, value);
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
  const auto setting = fmt::format("{}={}", flag, expected);
  const auto how = row != nullptr ? ways_to_set(release, *row, expected)
                                  : ways(release, "cranelift_flag_set", setting,
                                         fmt::format(R"("{}", "{}")", flag, expected),
                                         fmt::format("[\"{}\"]", setting));
  return fmt::format(
      "recompile the artifact with {}; no engine of this release loads another value", how);
}

std::string isa_flag_hint(std::string_view flag, std::string_view host_feature,
                          releases::Major release) {
  const auto setting = fmt::format("{}=false", flag);
  return fmt::format("recompile the artifact with {} (or for a target that is named, for which no "
                     "CPU feature is taken from the compiling machine); or run it on a host that "
                     "has {}",
                     ways(release, "cranelift_flag_set", setting,
                          fmt::format(R"("{}", "false")", flag), fmt::format("[\"{}\"]", setting)),
                     host_feature);
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

std::string triple_hint(std::string_view target, releases::Major release) {
  const auto quoted = fmt::format("\"{}\"", target);
  return fmt::format("recompile the artifact with {}, or load it on a host of its own target",
                     ways(release, "target", target, quoted, quoted));
}

} // namespace cwasm::compat
