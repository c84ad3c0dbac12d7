// Every setting that is listed is taken, with its own default, for every release and target.

#include "releases/interfaces.hpp"
#include "releases/settings.hpp"

#include <cwasm/engine.hpp>
#include <cwasm/engine_settings.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"

#include <algorithm>
#include <set>

namespace {

using cwasm::Config;
using cwasm::Engine;
using cwasm::SettingGroup;
using cwasm::SettingInfo;

cwasm::Host host_of(std::string_view triple) {
  cwasm::Host host;
  host.triple = *cwasm::parse_triple(triple);
  return host;
}

// One of every family that the release compiles for. Pulley came with 25, big-endian Pulley
// with 29.
std::vector<std::string> targets_of(int major) {
  std::vector<std::string> targets = {"x86_64-unknown-linux-gnu",    "x86_64-pc-windows-msvc",
                                      "aarch64-apple-darwin",        "aarch64-unknown-linux-gnu",
                                      "riscv64gc-unknown-linux-gnu", "s390x-unknown-linux-gnu"};
  if (major >= 25) {
    targets.insert(targets.end(), {"pulley32", "pulley64"});
  }
  if (major >= 29) {
    targets.insert(targets.end(), {"pulley32be", "pulley64be"});
  }
  return targets;
}

Config with(Config config, const SettingInfo& setting) {
  switch (setting.group) {
  case SettingGroup::engine:
  case SettingGroup::feature:
    return setting.default_value ? config.set(setting.name, *setting.default_value) : config;
  case SettingGroup::cranelift:
  case SettingGroup::isa:
    return config.cranelift_flag_set(setting.name, *setting.default_value);
  case SettingGroup::preset:
    break;
  }
  return config.cranelift_flag_enable(setting.name);
}

const SettingInfo* find(const std::vector<SettingInfo>& settings, std::string_view name) {
  const auto found = std::ranges::find(settings, name, &SettingInfo::name);
  return found == settings.end() ? nullptr : &*found;
}

std::vector<SettingInfo> settings_of(std::string_view release, std::string_view target) {
  auto settings = cwasm::describe_settings(release, *cwasm::parse_triple(target));
  REQUIRE(cwasm::test::error_of(settings) == "");
  return *settings;
}

} // namespace

TEST_CASE("what is listed is taken with its defaults, which change nothing") {
  for (int major = 3; major <= 49; ++major) {
    for (const auto& target : targets_of(major)) {
      const auto release = std::to_string(major);
      const auto host = host_of(target);
      auto config = Config().release(release).target(target);
      const auto engine = Engine::create(config, host);
      INFO(release << " " << target);
      REQUIRE(cwasm::test::error_of(engine) == "");
      for (const auto& setting : settings_of(release, target)) {
        if (setting.group != SettingGroup::preset) {
          config = with(config, setting);
        }
      }
      const auto other = Engine::create(config, host);
      REQUIRE(cwasm::test::error_of(other) == "");
      CHECK(other->metadata() == engine->metadata());
    }
  }
}

TEST_CASE("so is each of them alone, and each preset") {
  for (const auto* const release : {"3", "10", "21", "27", "36", "48", "49"}) {
    const std::string target = "x86_64-unknown-linux-gnu";
    const auto host = host_of(target);
    const auto plain = Config().release(release).target(target);
    const auto metadata = Engine::create(plain, host)->metadata();
    for (const auto& setting : settings_of(release, target)) {
      INFO(release << " " << setting.name);
      const auto other = Engine::create(with(plain, setting), host);
      REQUIRE(cwasm::test::error_of(other) == "");
      if (setting.group != SettingGroup::preset) {
        CHECK(other->metadata() == metadata);
      }
    }
  }
}

TEST_CASE("every listed setting is explained, once") {
  for (const auto* const release : {"3", "12", "24", "32", "36", "44", "48", "49"}) {
    for (const auto* const target : {"x86_64-unknown-linux-gnu", "riscv64gc-unknown-linux-gnu",
                                     "aarch64-apple-darwin", "s390x-unknown-linux-gnu"}) {
      std::set<std::pair<SettingGroup, std::string>> names;
      for (const auto& setting : settings_of(release, target)) {
        INFO(release << " " << setting.name);
        CHECK(names.emplace(setting.group, setting.name).second);
        CHECK_FALSE(setting.meaning.empty());
        CHECK(setting.since >= 3);
        CHECK((setting.type == "choice") == !setting.choices.empty());
        CHECK((setting.type.empty()) == (setting.group == SettingGroup::preset));
      }
    }
  }
}

TEST_CASE("a setting is listed with type, default, releases and meaning") {
  const auto settings = settings_of("48", "x86_64-unknown-linux-gnu");
  const auto* const guard = find(settings, "memory_guard_size");
  REQUIRE(guard != nullptr);
  CHECK(guard->group == SettingGroup::engine);
  CHECK(guard->type == "number");
  CHECK(guard->default_value == "33554432");
  CHECK(guard->since == 27);
  CHECK(guard->until == std::nullopt);
  CHECK(guard->effect == "artifact");
  CHECK(find(settings_of("48", "pulley64"), "memory_guard_size")->default_value == "0");
  CHECK(find(settings_of("27", "pulley64"), "memory_guard_size")->default_value == "2147483648");
  CHECK(find(settings, "dynamic_memory_guard_size") == nullptr);

  const auto old = settings_of("21", "x86_64-unknown-linux-gnu");
  const auto* const maximum = find(old, "static_memory_maximum_size");
  REQUIRE(maximum != nullptr);
  CHECK(maximum->default_value == "4294967296");
  CHECK(maximum->until == std::uint16_t{27});
  CHECK(find(old, "memory_guard_size") == nullptr);

  CHECK(find(settings, "strategy")->choices ==
        std::vector<std::string>{"auto", "cranelift", "winch"});
  CHECK(find(settings, "target")->default_value == std::nullopt);
  CHECK(find(settings, "max_wasm_stack")->effect == "runtime");
  CHECK(find(settings, "wasm_threads")->group == SettingGroup::feature);
  CHECK(find(settings, "wasm_wide_arithmetic")->default_value == "false");
  CHECK(find(settings, "opt_level")->default_value == "speed");
  CHECK(find(settings, "has_avx2")->group == SettingGroup::isa);
  CHECK(
      find(settings, "x86-64-v3")->meaning ==
      "turns on has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx2 has_fma has_popcnt "
      "has_bmi1 has_bmi2 has_lzcnt");
  CHECK(find(settings_of("48", "aarch64-apple-darwin"), "has_avx2") == nullptr);
}

TEST_CASE("what cannot be described is an error") {
  const auto target = *cwasm::parse_triple("x86_64-unknown-linux-gnu");
  CHECK(cwasm::describe_settings("2", target).error().message().find("not '2'") !=
        std::string::npos);
  CHECK(cwasm::describe_settings("48", *cwasm::parse_triple("i686-unknown-linux-gnu"))
            .error()
            .message()
            .find("no compiler for the architecture") != std::string::npos);
}

TEST_CASE("the command line and the C API spell a setting as their release does") {
  namespace releases = cwasm::releases;
  using Words = std::vector<std::string>;
  CHECK(releases::command_line_arguments(48, "memory_guard_size", "0") ==
        Words{"-O", "memory-guard-size=0"});
  CHECK(releases::command_line_arguments(26, "memory_guard_size", "0").empty());
  CHECK(releases::command_line_arguments(26, "dynamic_memory_guard_size", "65536") ==
        Words{"-O", "dynamic-memory-guard-size=65536"});
  CHECK(releases::command_line_arguments(13, "dynamic_memory_guard_size", "65536") ==
        Words{"--dynamic-memory-guard-size", "65536"});
  CHECK(releases::command_line_arguments(13, "epoch_interruption", "true") ==
        Words{"--epoch-interruption"});
  CHECK(releases::command_line_arguments(13, "epoch_interruption", "false").empty());
  CHECK(releases::command_line_arguments(13, "generate_address_map", "false") ==
        Words{"--disable-address-map"});
  CHECK(releases::command_line_arguments(13, "wasm_threads", "false") ==
        Words{"--wasm-features=-threads"});
  CHECK(releases::command_line_arguments(48, "wasm_component_model_async", "true") ==
        Words{"-W", "component-model-async=y"});
  CHECK(releases::command_line_arguments(48, "consume_fuel", "true") == Words{"-W", "fuel=1"});
  CHECK(releases::command_line_arguments(48, "consume_fuel", "false").empty());
  CHECK(releases::command_line_arguments(48, "cranelift_opt_level", "speed_and_size") ==
        Words{"-O", "opt-level=s"});
  CHECK(releases::command_line_arguments(48, "cranelift_flag_enable", "has_avx") ==
        Words{"-C", "cranelift-has_avx"});
  CHECK(releases::c_api_call(48, "consume_fuel", "true") ==
        "wasmtime_config_consume_fuel_set(config, true)");
  CHECK(releases::c_api_call(48, "strategy", "winch") ==
        "wasmtime_config_strategy_set(config, WASMTIME_STRATEGY_WINCH)");
  CHECK(releases::c_api_call(44, "strategy", "winch") == "");
  CHECK(releases::c_api_call(48, "cranelift_flag_set", "is_pic=true") ==
        R"(wasmtime_config_cranelift_flag_set(config, "is_pic", "true"))");
  CHECK(releases::c_api_call(42, "gc_support", "false") == "");
  CHECK(releases::c_api_call(48, "generate_address_map", "false") == "");
  // An option belongs to a setting that its release has.
  for (const auto& row : releases::config_rows()) {
    const auto first = static_cast<releases::Major>(row.majors.first - 1);
    if (!releases::releases_of_setting(row.method)->contains(first)) {
      INFO(row.method);
      CHECK(releases::command_line_arguments(first, row.method, "true").empty());
      CHECK(releases::c_api_call(first, row.method, "true") == "");
    }
  }
}
