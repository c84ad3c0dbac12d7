#include <cwasm/engine.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"

namespace {

using cwasm::Config;
using cwasm::Engine;

std::string refusal(const Config& config) {
  cwasm::Host host;
  host.triple = *cwasm::parse_triple("x86_64-unknown-linux-gnu");
  const auto engine = Engine::create(config, host);
  return engine ? "" : engine.error().message();
}

std::string refusal(std::initializer_list<const char*> settings) {
  Config config;
  for (const std::string text : settings) {
    const auto equals = text.find('=');
    config.set(text.substr(0, equals), text.substr(equals + 1), "--set");
  }
  return refusal(config);
}

} // namespace

TEST_CASE("a wrong name or value says where, what, and what would be right") {
  CHECK(
      refusal({"epoch_interuption=true"}) ==
      "--set: Wasmtime 48 has no setting 'epoch_interuption': did you mean 'epoch_interruption'?");
  CHECK(refusal({"wasm_thread=true"}) ==
        "--set: Wasmtime 48 has no setting 'wasm_thread': did you mean 'wasm_threads'?");
  CHECK(refusal({"consume_fuel=yes"}) == "--set: 'consume_fuel' takes true or false, not 'yes'");
  CHECK(refusal({"memory_guard_size=64K"}) ==
        "--set: 'memory_guard_size' takes a number of bytes (decimal, or hexadecimal with 0x), not "
        "'64K'");
  CHECK(refusal({"strategy=fast"}) ==
        "--set: 'strategy' takes one of auto, cranelift, winch, not 'fast'");
  CHECK(refusal({"release=99"}) ==
        "--set: 'release' takes a Wasmtime release from 3 to 49 (\"48\" or "
        "\"36.0.2\"), not '99'");
  CHECK(refusal({"release=48.x"}).find("not '48.x'") != std::string::npos);
  CHECK(refusal({"host_features=sse3,avx9"}).find("'avx9': did you mean 'avx'?") !=
        std::string::npos);
  CHECK(refusal({"module_version=custom"}) ==
        "--set: 'module_version' takes wasmtime, none or custom:TEXT, not 'custom'");
  CHECK(refusal({"cranelift_flag_set=opt_leve=none"}) ==
        "--set: No existing setting named 'opt_leve': did you mean 'opt_level'?");
  CHECK(refusal({"cranelift_flag_set=opt_level=fast"}) ==
        "--set: Unexpected value for a setting 'opt_level', expected any among none, speed, "
        "speed_and_size");
  CHECK(refusal({"operator_cost=I32Add:300"}).find("not 'I32Add:300'") != std::string::npos);
}

TEST_CASE("values have a nearest name as well") {
  CHECK(
      refusal({"cranelift_opt_level=spead"}) ==
      "--set: 'cranelift_opt_level' takes one of none, speed, speed_and_size, not 'spead': did you "
      "mean 'speed'?");
  CHECK(refusal({"operator_cost=I32Ad:1"}).find("not 'I32Ad:1': did you mean 'I32Add'?") !=
        std::string::npos);
  CHECK_FALSE(refusal({"release=048"}).empty());
  CHECK_FALSE(refusal({"module_version=custom:\xff"}).empty());
}

TEST_CASE("a setting that another release has says since when") {
  CHECK(refusal({"release=36", "concurrency_support=false"}) ==
        "--set: Wasmtime 36 has no setting 'concurrency_support': it exists since 42");
  CHECK(refusal({"release=48", "cranelift_pcc=true"}) ==
        "--set: Wasmtime 48 has no setting 'cranelift_pcc': it exists from 15 to 43");
}

TEST_CASE("what Wasmtime refuses is refused in its words") {
  CHECK(refusal({"wasm_simd=false"}) ==
        "cannot disable the simd proposal but enable the relaxed simd proposal");
  CHECK(refusal({"strategy=winch", "wasm_gc=true"}) ==
        "the wasm_gc feature is not supported on this compiler configuration");
  CHECK(refusal({"target=pulley64", "wasm_threads=true"}) ==
        "the wasm_threads feature is not supported on this compiler configuration");
  const std::string long_text(256, 'v');
  CHECK(refusal(Config().module_version("custom:" + long_text)) ==
        "custom module version cannot be more than 255 bytes: " + long_text);
  CHECK(refusal({"target=x86_64-pc-windows-msvc", "native_unwind_info=false"}) ==
        "`native_unwind_info` cannot be disabled on Windows");
  CHECK(refusal({"signals_based_traps=false",
                 "cranelift_flag_set=enable_heap_access_spectre_mitigation=true"}) ==
        "when signals-based traps are disabled then spectre mitigations must also be disabled");
  CHECK(refusal({"guest_debug=true", "signals_based_traps=true"}) ==
        "cannot use signals-based traps with guest debugging enabled");
  CHECK(refusal({"target=amd64-linux"}) ==
        "--set: target 'amd64-linux': Unrecognized architecture: amd64");
}

TEST_CASE("of a name given twice the last one counts, lists add up") {
  const auto engine = Engine::create(Config()
                                         .consume_fuel(true)
                                         .consume_fuel(false)
                                         .target("x86_64-unknown-linux-gnu")
                                         .cranelift_flag_enable("has_avx")
                                         .cranelift_flag_enable("has_bmi1"));
  REQUIRE(cwasm::test::error_of(engine) == "");
  CHECK(engine->metadata().tunables.get(cwasm::TunableId::consume_fuel) == 0);
  int enabled = 0;
  for (const auto& flag : engine->metadata().isa_flags) {
    enabled += flag.value.is_bool(true) ? 1 : 0;
  }
  CHECK(enabled == 2);
}

TEST_CASE("every release has a default engine, and its section decodes to what was encoded") {
  for (int major = 3; major <= 49; ++major) {
    INFO(major);
    const auto engine = Engine::create(Config().release(std::to_string(major)));
    REQUIRE(cwasm::test::error_of(engine) == "");
    const auto object = engine->append_compiler_info(cwasm::Kind::module);
    REQUIRE(cwasm::test::error_of(object) == "");
    const auto verdict = engine->check(*object);
    REQUIRE(cwasm::test::error_of(verdict) == "");
    CHECK(verdict->mismatches.empty());
  }
}

TEST_CASE(
    "up to 23 tail calls change the calling convention, up to 10 SIMD sets Cranelift's flag") {
  using cwasm::TunableId;
  const auto tail_callable = [](const char* release, bool on) {
    const auto engine = Engine::create(Config().release(release).wasm_feature("tail_call", on));
    REQUIRE(cwasm::test::error_of(engine) == "");
    return engine->metadata().tunables.find(TunableId::tail_callable);
  };
  CHECK(tail_callable("12", true) == 1U);
  CHECK(tail_callable("23", true) == 1U);
  CHECK(tail_callable("23", false) == 0U);
  CHECK(tail_callable("24", true) == std::nullopt);

  const auto enable_simd = [](const char* release, bool on) {
    const auto engine = Engine::create(Config().release(release).wasm_feature("simd", on));
    REQUIRE(cwasm::test::error_of(engine) == "");
    for (const auto& flag : engine->metadata().shared_flags) {
      if (flag.name == "enable_simd") {
        return flag.value.is_bool(true) ? "true" : "false";
      }
    }
    return "absent";
  };
  CHECK(enable_simd("3", true) == std::string("true"));
  CHECK(enable_simd("10", true) == std::string("true"));
  CHECK(enable_simd("10", false) == std::string("false"));
  CHECK(enable_simd("11", true) == std::string("absent"));
}

namespace {

cwasm::FlagValue flag_of(const Engine& engine, std::string_view name) {
  for (const auto* const list : {&engine.metadata().shared_flags, &engine.metadata().isa_flags}) {
    for (const auto& flag : *list) {
      if (flag.name == name) {
        return flag.value;
      }
    }
  }
  return cwasm::FlagValue::number(255);
}

Engine engine_with(std::initializer_list<std::pair<const char*, const char*>> settings,
                   const char* triple = "x86_64-unknown-linux-gnu", const char* features = "none") {
  Config config;
  for (const auto& [name, value] : settings) {
    config.set(name, value);
  }
  cwasm::Host host;
  host.triple = *cwasm::parse_triple(triple);
  host.features = *cwasm::HostFeatures::parse(features);
  const auto engine = Engine::create(config, host);
  REQUIRE(cwasm::test::error_of(engine) == "");
  return *engine;
}

} // namespace

// Wasmtime keeps a map of values and a set of names to enable; compilers get the values first.
TEST_CASE("Cranelift flags: of values the last one counts, and what is enabled counts more") {
  const auto on = cwasm::FlagValue::boolean(true);
  const auto off = cwasm::FlagValue::boolean(false);
  CHECK(flag_of(engine_with({{"cranelift_flag_enable", "has_avx"},
                             {"cranelift_flag_set", "has_avx=false"}}),
                "has_avx") == on);
  CHECK(flag_of(engine_with({{"cranelift_flag_enable", "haswell"},
                             {"cranelift_flag_set", "has_avx=false"}}),
                "has_avx") == on);
  CHECK(flag_of(engine_with({{"cranelift_flag_set", "has_avx=true"},
                             {"cranelift_flag_set", "has_avx=false"}}),
                "has_avx") == off);
  const char* const spectre = "enable_heap_access_spectre_mitigation";
  CHECK(
      flag_of(engine_with({{"signals_based_traps", "false"},
                           {"cranelift_flag_set", "enable_heap_access_spectre_mitigation=true"},
                           {"cranelift_flag_set", "enable_heap_access_spectre_mitigation=false"}}),
              spectre) == off);
  CHECK(flag_of(engine_with({{"signals_based_traps", "false"}, {"cranelift_flag_enable", spectre}}),
                spectre) == on);
  CHECK(refusal({"signals_based_traps=false",
                 "cranelift_flag_set=enable_heap_access_spectre_mitigation=true"}) ==
        "when signals-based traps are disabled then spectre mitigations must also be disabled");
}

// cranelift-codegen: settings.rs, parse_bool_value and Configurable::enable.
TEST_CASE(
    "Cranelift flags: a boolean has four spellings of each value, and only it can be enabled") {
  for (const char* const text : {"true", "on", "yes", "1"}) {
    const auto setting = std::string("is_pic=") + text;
    CHECK(flag_of(engine_with({{"cranelift_flag_set", setting.c_str()}}), "is_pic") ==
          cwasm::FlagValue::boolean(true));
  }
  for (const char* const text : {"false", "off", "no", "0"}) {
    const auto setting = std::string("enable_alias_analysis=") + text;
    CHECK(flag_of(engine_with({{"cranelift_flag_set", setting.c_str()}}),
                  "enable_alias_analysis") == cwasm::FlagValue::boolean(false));
  }
  CHECK(refusal({"cranelift_flag_set=is_pic=True"}) ==
        "--set: Unexpected value for a setting 'is_pic', expected true or false");
  CHECK(refusal({"cranelift_flag_enable=opt_level"}) ==
        "--set: Trying to set a setting with the wrong type ('opt_level' cannot be enabled)");
}

TEST_CASE("compiling for a Mac itself signs return addresses with the B key") {
  const auto on = cwasm::FlagValue::boolean(true);
  const auto off = cwasm::FlagValue::boolean(false);
  const auto native = engine_with({}, "aarch64-apple-darwin", "lse,paca");
  CHECK(flag_of(native, "sign_return_address") == on);
  CHECK(flag_of(native, "sign_return_address_with_bkey") == on);
  CHECK(flag_of(native, "sign_return_address_all") == off);
  CHECK(flag_of(native, "has_pauth") == on);
  const auto named = engine_with({{"target", "aarch64-apple-darwin"}}, "aarch64-apple-darwin");
  CHECK(flag_of(named, "sign_return_address") == off);
  CHECK(flag_of(engine_with({}, "aarch64-unknown-linux-gnu"), "sign_return_address") == off);
}

TEST_CASE("what a compiler or a release has no target for is refused") {
  CHECK(refusal({"strategy=winch", "target=riscv64gc-unknown-linux-gnu"}) ==
        "--set: This target is not supported yet");
  CHECK(refusal({"strategy=winch", "target=pulley64"}) ==
        "--set: This target is not supported yet");
  CHECK(refusal({"strategy=winch", "target=aarch64-unknown-linux-gnu"}) == "");
  CHECK(refusal({"release=24", "target=pulley64"}) ==
        "--set: Wasmtime 24 has no Pulley: it exists since 25");
}

TEST_CASE("up to 7 native_unwind_info only says whether the flag must be on") {
  const auto on = cwasm::FlagValue::boolean(true);
  CHECK(flag_of(engine_with({{"release", "7"}, {"native_unwind_info", "false"}},
                            "x86_64-unknown-linux-gnu", "sse3,ssse3,sse4.1,sse4.2"),
                "unwind_info") == on);
  CHECK(refusal({"release=7", "cranelift_flag_set=unwind_info=false"}) ==
        "compiler option 'unwind_info' must be enabled profiling");
  CHECK(refusal({"release=7", "native_unwind_info=false",
                 "cranelift_flag_set=unwind_info=false"}) == "");
}
