#include "compat/hints.hpp"

#include <cwasm/engine.hpp>
#include <cwasm/engine_section.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"

#include <algorithm>

namespace {

using cwasm::Config;
using cwasm::Engine;
using cwasm::Flag;
using cwasm::FlagValue;
using cwasm::Kind;
using cwasm::Metadata;
using cwasm::TunableId;

cwasm::Host linux_host(const char* features) {
  cwasm::Host host;
  host.triple = *cwasm::parse_triple("x86_64-unknown-linux-gnu");
  host.features = *cwasm::HostFeatures::parse(features);
  return host;
}

Engine engine_of(const Config& config, const char* features = "sse3,ssse3") {
  auto engine = Engine::create(config, linux_host(features));
  REQUIRE(cwasm::test::error_of(engine) == "");
  return *engine;
}

std::vector<std::string> codes(const cwasm::Verdict& verdict) {
  std::vector<std::string> out;
  for (const auto& mismatch : verdict.mismatches) {
    out.push_back(mismatch.code());
  }
  return out;
}

} // namespace

TEST_CASE("every mismatch is there, in the order of the loader") {
  const auto writer = engine_of(Config().wasm_feature("wide_arithmetic", true), "sse3,ssse3,avx");
  Config config;
  config.module_version("custom:foo")
      .epoch_interruption(true)
      .consume_fuel(true)
      .memory_reservation(0);
  config.wasm_feature("threads", false);
  const auto loader = engine_of(config);
  const auto object = writer.append_compiler_info(Kind::module);
  REQUIRE(object);
  const auto verdict = loader.check(*object);
  REQUIRE(cwasm::test::error_of(verdict) == "");
  const std::vector<std::string> expected{"version",
                                          "isa.has_avx",
                                          "tunable.memory_reservation",
                                          "tunable.consume_fuel",
                                          "tunable.epoch_interruption",
                                          "tunable.gc_heap_reservation",
                                          "feature.threads",
                                          "feature.wide_arithmetic"};
  CHECK(codes(*verdict) == expected);
  for (const auto& mismatch : verdict->mismatches) {
    INFO(mismatch.code());
    CHECK_FALSE(mismatch.message().empty());
    CHECK_FALSE(mismatch.hint().empty());
    CHECK(mismatch.found() != mismatch.expected());
  }
}

TEST_CASE("a hint names the method, the option, the key and both sides") {
  const auto engine = engine_of({});
  Metadata metadata = engine.metadata();
  metadata.tunables.set(TunableId::memory_guard_size, 0);
  CHECK(
      engine.check_compatible(metadata).mismatches.front().hint() ==
      "recompile the artifact with Config::memory_guard_size(33554432), "
      "wasmtime_config_memory_guard_size_set(config, 33554432), wasmtime -O "
      "memory-guard-size=33554432, [engine] memory_guard_size = 33554432; or configure this engine "
      "with Config::memory_guard_size(0), wasmtime_config_memory_guard_size_set(config, 0), "
      "wasmtime "
      "-O memory-guard-size=0, [engine] memory_guard_size = 0");
}

TEST_CASE("a hint names the interfaces that its release has for the setting") {
  namespace compat = cwasm::compat;
  CHECK(compat::tunable_hint(21, TunableId::static_memory_bound, "1", "65536") ==
        "recompile the artifact with Config::static_memory_maximum_size(4294967296), "
        "wasmtime_config_static_memory_maximum_size_set(config, 4294967296), wasmtime -O "
        "static-memory-maximum-size=4294967296, [engine] static_memory_maximum_size = 4294967296; "
        "or configure this engine with Config::static_memory_maximum_size(65536), "
        "wasmtime_config_static_memory_maximum_size_set(config, 65536), wasmtime -O "
        "static-memory-maximum-size=65536, [engine] static_memory_maximum_size = 65536");
  CHECK(
      compat::tunable_hint(13, TunableId::epoch_interruption, "true", "false") ==
      "recompile the artifact with Config::epoch_interruption(false), "
      "wasmtime_config_epoch_interruption_set(config, false), [engine] epoch_interruption = false; "
      "or configure this engine with Config::epoch_interruption(true), "
      "wasmtime_config_epoch_interruption_set(config, true), wasmtime --epoch-interruption, "
      "[engine] epoch_interruption = true");
  CHECK(compat::tunable_hint(48, TunableId::winch_callable, "true", "false") ==
        "recompile the artifact with Config::strategy(cranelift), "
        "wasmtime_config_strategy_set(config, WASMTIME_STRATEGY_CRANELIFT), wasmtime -C "
        "compiler=cranelift, [engine] strategy = \"cranelift\"; or configure this engine with "
        "Config::strategy(winch), wasmtime_config_strategy_set(config, WASMTIME_STRATEGY_WINCH), "
        "wasmtime -C compiler=winch, [engine] strategy = \"winch\"");
  CHECK(
      compat::feature_hint("threads", true, 13) ==
      "configure this engine with Config::wasm_threads(true), "
      "wasmtime_config_wasm_threads_set(config, true), wasmtime --wasm-features=threads, [engine] "
      "wasm_threads = true; or recompile the artifact with Config::wasm_threads(false), "
      "wasmtime_config_wasm_threads_set(config, false), wasmtime --wasm-features=-threads, "
      "[engine] wasm_threads = false");
  CHECK(
      compat::feature_hint("gc_types", false, 48) ==
      "configure this engine with Config::gc_support(false), "
      "wasmtime_config_gc_support_set(config, false), wasmtime -W gc-support=n, [engine] "
      "gc_support = false; or recompile the artifact with Config::gc_support(true), "
      "wasmtime_config_gc_support_set(config, true), wasmtime -W gc-support=y, [engine] gc_support "
      "= true");
  CHECK(compat::shared_flag_hint(48, "enable_pinned_reg", "false") ==
        "recompile the artifact with Config::cranelift_flag_set(\"enable_pinned_reg\", \"false\"), "
        "wasmtime_config_cranelift_flag_set(config, \"enable_pinned_reg\", \"false\"), wasmtime -C "
        "cranelift-enable_pinned_reg=false, [engine] cranelift_flag_set = "
        "[\"enable_pinned_reg=false\"]; no engine of this release loads another value");
  CHECK(compat::triple_hint("aarch64-apple-darwin", 48) ==
        "recompile the artifact with Config::target(\"aarch64-apple-darwin\"), "
        "wasmtime_config_target_set(config, \"aarch64-apple-darwin\"), wasmtime --target "
        "aarch64-apple-darwin, [engine] target = \"aarch64-apple-darwin\", or load it on a host of "
        "its own target");
}

TEST_CASE("the kind is the first thing that is looked at") {
  const auto engine = engine_of(Config().consume_fuel(true));
  const auto object = engine_of({}).append_compiler_info(Kind::component);
  REQUIRE(object);
  const auto verdict = engine.check(*object, Kind::module);
  REQUIRE(verdict);
  CHECK(codes(*verdict) == std::vector<std::string>{"kind", "tunable.consume_fuel"});
  CHECK(verdict->mismatches.front().message() == "incompatible object file format");
  CHECK(codes(*engine.check(*object)) == std::vector<std::string>{"tunable.consume_fuel"});
}

TEST_CASE("an artifact of another release is compared in what both have") {
  const auto older = engine_of(Config().release("36").consume_fuel(true));
  const auto object = older.append_compiler_info(Kind::module);
  REQUIRE(object);
  const auto verdict = engine_of({}).check(*object);
  REQUIRE(verdict);
  CHECK(codes(*verdict) ==
        std::vector<std::string>{"version", "tunable.collector", "tunable.consume_fuel"});
  CHECK(verdict->mismatches.front().message() ==
        "Module was compiled with incompatible version '36.0.0'");
  const auto back = older.check(*engine_of({}).append_compiler_info(Kind::module));
  REQUIRE(back);
  CHECK(back->mismatches.front().message() ==
        "Module was compiled with incompatible Wasmtime version '48'");
}

TEST_CASE("what the host's CPU has decides isa flags, and what it cannot tell is no") {
  Metadata metadata = engine_of({}).metadata();
  metadata.isa_flags = {
      Flag{"has_avx", FlagValue::boolean(true)}, Flag{"has_bmi1", FlagValue::boolean(false)},
      Flag{"has_lse", FlagValue::boolean(true)}, Flag{"has_sse3", FlagValue::number(1)}};
  const auto messages = [&](const char* features) {
    std::vector<std::string> out;
    for (const auto& mismatch : engine_of({}, features).check_compatible(metadata).mismatches) {
      out.push_back(mismatch.message().substr(mismatch.message().find(": ") + 2));
    }
    return out;
  };
  const std::string not_bool =
      "isa-specific feature \"has_sse3\" configured to unknown value Num(1)";
  const std::string no_lse =
      "failed to detect if target-specific flag \"lse\" is available at runtime "
      "(compile setting \"has_lse\")";
  CHECK(messages("avx") == std::vector<std::string>{no_lse, not_bool});
  CHECK(messages("sse3") ==
        std::vector<std::string>{
            "compilation setting \"has_avx\" is enabled, but not available on the host", no_lse,
            not_bool});
  CHECK(messages("unknown").front() ==
        "failed to detect if target-specific flag \"avx\" is available at runtime (compile setting "
        "\"has_avx\")");
  CHECK(messages("none").size() == 3);
}

TEST_CASE("36 wants equal features, 37 takes a host with more") {
  for (const auto& [release, accepts] : {std::pair{"36", false}, std::pair{"37", true}}) {
    const auto plain = engine_of(Config().release(release));
    const auto rich = engine_of(Config().release(release).wasm_feature("custom_page_sizes", true));
    CHECK(rich.check_compatible(plain.metadata()).compatible() == accepts);
    CHECK_FALSE(plain.check_compatible(rich.metadata()).compatible());
  }
}

TEST_CASE("half of a two-bit feature is no difference") {
  const auto engine = engine_of(Config().wasm_feature("reference_types", false));
  Metadata metadata = engine.metadata();
  metadata.features.bits |= 0x8; // without bit 34, which reference_types has as well
  CHECK(engine.check_compatible(metadata).compatible());
  metadata.features.bits |= 0x400000000;
  CHECK(codes(engine.check_compatible(metadata)) ==
        std::vector<std::string>{"feature.reference_types"});
}
