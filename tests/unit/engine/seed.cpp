// The behaviours of Wasmtime's own tests of its serialization, on our engine.

#include <cwasm/engine.hpp>
#include <cwasm/engine_section.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"

#include <optional>

namespace {

using cwasm::Config;
using cwasm::Engine;
using cwasm::Flag;
using cwasm::FlagValue;
using cwasm::Metadata;
using cwasm::TunableId;

cwasm::Host linux_host() {
  cwasm::Host host;
  host.triple = *cwasm::parse_triple("x86_64-unknown-linux-gnu");
  host.features =
      cwasm::HostFeatures({"sse3", "ssse3", "sse4.1", "sse4.2", "popcnt", "cmpxchg16b"});
  return host;
}

Engine engine_of(const Config& config) {
  auto engine = Engine::create(config, linux_host());
  REQUIRE(cwasm::test::error_of(engine) == "");
  return *engine;
}

std::string first_message(const Engine& engine, const Metadata& metadata) {
  const auto verdict = engine.check_compatible(metadata);
  return verdict.compatible() ? "OK" : verdict.mismatches.front().message();
}

constexpr std::uint64_t k_threads = 0x100; // of Wasmtime 48

} // namespace

TEST_CASE("architecture_mismatch") {
  const auto engine = engine_of({});
  Metadata metadata = engine.metadata();
  metadata.target = "unknown-generic-linux";
  CHECK(first_message(engine, metadata) == "Module was compiled for architecture 'unknown'");
}

TEST_CASE("os_mismatch") {
  const auto engine = engine_of({});
  Metadata metadata = engine.metadata();
  metadata.target = "x86_64-generic-unknown";
  CHECK(first_message(engine, metadata) == "Module was compiled for operating system 'unknown'");
}

TEST_CASE("cranelift_flags_mismatch") {
  const auto engine = engine_of({});
  Metadata metadata = engine.metadata();
  for (auto& flag : metadata.shared_flags) {
    if (flag.name == "preserve_frame_pointers") {
      flag.value = FlagValue::boolean(false);
    }
  }
  CHECK(first_message(engine, metadata) ==
        "compilation settings of module incompatible with native host: setting "
        "\"preserve_frame_pointers\" is configured to Bool(false) which is not supported");
}

TEST_CASE("isa_flags_mismatch") {
  const auto engine = engine_of({});
  Metadata metadata = engine.metadata();
  metadata.isa_flags.push_back(Flag{"not_a_flag", FlagValue::boolean(true)});
  CHECK(first_message(engine, metadata) ==
        "compilation settings of module incompatible with native host: don't know how to test for "
        "target-specific flag \"not_a_flag\" at runtime");
}

TEST_CASE("tunables_int_mismatch") {
  const auto engine = engine_of({});
  Metadata metadata = engine.metadata();
  metadata.tunables.set(TunableId::memory_guard_size, 0);
  CHECK(first_message(engine, metadata) ==
        "Module was compiled with a memory guard size of '0' but '33554432' is expected for the "
        "host");
}

TEST_CASE("tunables_bool_mismatch") {
  const auto off = engine_of(Config().epoch_interruption(false));
  Metadata metadata = off.metadata();
  metadata.tunables.set(TunableId::epoch_interruption, 1);
  CHECK(first_message(off, metadata) ==
        "Module was compiled with epoch interruption but it is not enabled for the host");

  const auto on = engine_of(Config().epoch_interruption(true));
  metadata = on.metadata();
  metadata.tunables.set(TunableId::epoch_interruption, 0);
  CHECK(first_message(on, metadata) ==
        "Module was compiled without epoch interruption but it is enabled for the host");
}

TEST_CASE("feature_mismatch") {
  const auto with = engine_of(Config().wasm_feature("threads", true));
  Metadata metadata = with.metadata();
  metadata.features.bits &= ~k_threads;
  // Disabled in the module and enabled in the host is fine.
  CHECK(first_message(with, metadata) == "OK");

  const auto without = engine_of(Config().wasm_feature("threads", false));
  metadata = without.metadata();
  metadata.features.bits |= k_threads;
  CHECK(first_message(without, metadata) ==
        "Module was compiled with support for WebAssembly feature `threads` but it is not enabled "
        "for the host");
}

TEST_CASE("engine_weak_upgrades") {
  std::optional<Engine> engine = engine_of({});
  const auto weak = engine->weak();
  {
    const auto upgraded = weak.upgrade();
    REQUIRE(upgraded.has_value());
    CHECK(Engine::same(*engine, *upgraded));
    engine.reset();
    CHECK(weak.upgrade().has_value());
  }
  CHECK_FALSE(weak.upgrade().has_value());
  CHECK_FALSE(cwasm::EngineWeak().upgrade().has_value());
}

TEST_CASE("precompile_compatibility_key_accounts_for_opt_level") {
  const auto hash = [](std::string level) {
    return engine_of(Config().cranelift_opt_level(std::move(level)))
        .precompile_compatibility_hash();
  };
  CHECK(hash("none") == hash("none"));
  CHECK(hash("none") != hash("speed"));
  CHECK(hash("speed") != hash("speed_and_size"));
  CHECK(hash("none") != hash("speed_and_size"));
}

TEST_CASE("precompile_compatibility_key_accounts_for_module_version_strategy") {
  const auto hash = [](std::string strategy) {
    return engine_of(Config().module_version(std::move(strategy))).precompile_compatibility_hash();
  };
  const auto custom = hash("custom:1.0.1111");
  CHECK(custom == hash("custom:1.0.1111"));
  CHECK(custom != hash("custom:8.0.1111"));
  CHECK(custom != hash("wasmtime"));
  CHECK(custom != hash("none"));
  CHECK(hash("wasmtime") != hash("none"));
  CHECK(hash("none") != hash("custom:"));
  CHECK(hash("wasmtime") == engine_of({}).precompile_compatibility_hash());
}
