#include "precompile/fake_compiler.hpp"

#include <cwasm/precompile.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"
#include "support/shared.hpp"

#include <algorithm>
#include <fstream>

namespace {

using cwasm::CacheOptions;
using cwasm::Config;
using cwasm::Counter;
using cwasm::Engine;
using cwasm::ErrorCode;
using cwasm::ModuleCache;
using cwasm::Outcome;
using cwasm::Precompiler;
using cwasm::test::error_of;
using cwasm::test::FakeCompiler;

const auto k_module = cwasm::test::bytes_of({0, 'a', 's', 'm', 1, 0, 0, 0});

Engine engine_of(const Config& config = {}) {
  auto engine = Engine::create(config);
  REQUIRE(error_of(engine) == "");
  return *engine;
}

ModuleCache new_cache() {
  CacheOptions options;
  options.directory = cwasm::test::scratch_directory() / "cache";
  auto cache = ModuleCache::open(options);
  REQUIRE(error_of(cache) == "");
  return *std::move(cache);
}

struct Setup {
  explicit Setup(const Config& config = {}) : engine(engine_of(config)), compiler(engine) {}

  cwasm::Result<cwasm::Precompiled> run(std::span<const std::byte> wasm) {
    return make().precompile(wasm);
  }
  Precompiler make() {
    return Precompiler({engine, &cache, &compiler, cwasm::DigestAlgorithm::sha256,
                        [this](std::string_view text) { warnings.emplace_back(text); }});
  }

  Engine engine;
  ModuleCache cache = new_cache();
  FakeCompiler compiler;
  std::vector<std::string> warnings;
};

std::filesystem::path file_with(std::string_view content, const char* name) {
  const auto file = cwasm::test::scratch_directory() / name;
  std::ofstream(file, std::ios::binary) << content;
  return file;
}

} // namespace

TEST_CASE("a miss compiles once, and the hit after it gives the same bytes") {
  Setup setup;
  const auto miss = setup.run(k_module);
  REQUIRE(error_of(miss) == "");
  CHECK(miss->outcome == Outcome::miss);
  CHECK(miss->compile_seconds == 0.25);
  const auto hit = setup.run(k_module);
  REQUIRE(error_of(hit) == "");
  CHECK(hit->outcome == Outcome::hit);
  CHECK(hit->path == miss->path);
  CHECK(std::ranges::equal(hit->artifact.view, miss->artifact.view));
  CHECK(setup.compiler.compiles == 1);
  const auto counters = setup.cache.counters();
  CHECK(counters[Counter::hits] == 1);
  CHECK(counters[Counter::misses] == 1);
  CHECK(counters[Counter::compiles] == 1);
  CHECK(counters[Counter::stores] == 1);
  CHECK(counters[Counter::compile_failures] == 0);
}

TEST_CASE("a module and a component with the same digest are two entries") {
  Setup setup;
  const auto component = cwasm::test::bytes_of({0, 'a', 's', 'm', 13, 0, 1, 0});
  REQUIRE(error_of(setup.run(k_module)) == "");
  const auto second = setup.run(component);
  REQUIRE(error_of(second) == "");
  CHECK(second->kind == cwasm::Kind::component);
  CHECK(setup.cache.stats()->entries == 2);
}

TEST_CASE("a compiler that fails leaves the cache as it was") {
  Setup setup;
  setup.compiler.failure = cwasm::Error(ErrorCode::compile_failed, "no such instruction");
  const auto result = setup.run(k_module);
  REQUIRE_FALSE(result);
  CHECK(result.error() == *setup.compiler.failure);
  CHECK(setup.cache.counters()[Counter::compile_failures] == 1);
  CHECK(setup.cache.counters()[Counter::compiles] == 0);
  CHECK(setup.cache.stats()->entries == 0);
}

TEST_CASE("a compiler that ignores a setting is an error that names it") {
  const auto obeyed = engine_of();
  Setup setup(Config().epoch_interruption(true).memory_guard_size(0));
  FakeCompiler deaf(obeyed);
  deaf.diagnostics = "warning: unknown option";
  Precompiler precompiler({setup.engine, &setup.cache, &deaf, cwasm::DigestAlgorithm::sha256, {}});
  const auto result = precompiler.precompile(k_module);
  REQUIRE_FALSE(result);
  CHECK(result.error().code() == ErrorCode::compile_failed);
  const auto& message = result.error().message();
  CHECK(message.find("epoch_interruption: asked for true, the compiler wrote false") !=
        std::string::npos);
  CHECK(message.find("memory_guard_size: asked for 0, the compiler wrote 33554432") !=
        std::string::npos);
  CHECK(message.find("warning: unknown option") != std::string::npos);
  CHECK(setup.cache.counters()[Counter::compile_failures] == 1);
  CHECK(setup.cache.stats()->entries == 0);
}

TEST_CASE("a compiler that writes the other kind, or another release, is refused") {
  Setup setup;
  setup.compiler.kind = cwasm::Kind::component;
  const auto other_kind = setup.run(k_module);
  REQUIRE_FALSE(other_kind);
  CHECK(other_kind.error().message() ==
        "the compiler's output is no precompiled module (e_flags 0x2)");

  FakeCompiler older(engine_of(Config().release("36")));
  Precompiler precompiler({setup.engine, &setup.cache, &older, cwasm::DigestAlgorithm::sha256, {}});
  const auto other_release = precompiler.precompile(k_module);
  REQUIRE_FALSE(other_release);
  CHECK(other_release.error().message().find(
            "release: asked for '48', the compiler wrote '36.0.0'") != std::string::npos);
  CHECK(setup.cache.stats()->entries == 0);
}

TEST_CASE("what would not load is stale, and compiled again") {
  Setup setup;
  const auto first = setup.run(k_module);
  REQUIRE(error_of(first) == "");
  const auto foreign = engine_of(Config().epoch_interruption(true));
  const auto object = foreign.append_compiler_info(cwasm::Kind::module);
  REQUIRE(object);
  REQUIRE(setup.cache.insert({first->hash, first->digest, first->kind}, *object, {}));
  const auto again = setup.run(k_module);
  REQUIRE(error_of(again) == "");
  CHECK(again->outcome == Outcome::miss);
  CHECK(setup.cache.counters()[Counter::stale] == 1);
  CHECK(setup.cache.counters()[Counter::misses] == 1);
  CHECK(setup.compiler.compiles == 2);
  CHECK(setup.run(k_module)->outcome == Outcome::hit);
}

TEST_CASE("an artifact for another machine is a hit for the engine that made it") {
  Setup setup(Config().target("aarch64-unknown-linux-gnu").cranelift_flag_enable("has_lse"));
  REQUIRE(error_of(setup.run(k_module)) == "");
  const auto hit = setup.run(k_module);
  REQUIRE(error_of(hit) == "");
  CHECK(hit->outcome == Outcome::hit);
}

TEST_CASE("without a cache the work is done and nothing is kept") {
  const auto engine = engine_of();
  FakeCompiler compiler(engine);
  Precompiler precompiler({engine, nullptr, &compiler, cwasm::DigestAlgorithm::sha256, {}});
  const auto result = precompiler.precompile(k_module);
  REQUIRE(error_of(result) == "");
  CHECK(result->outcome == Outcome::miss);
  CHECK(result->path.empty());
  CHECK_FALSE(result->artifact.view.empty());
}

TEST_CASE("without a compiler only hits succeed") {
  Setup setup;
  Precompiler loader({setup.engine, &setup.cache, nullptr, cwasm::DigestAlgorithm::sha256, {}});
  const auto absent = loader.precompile(k_module);
  REQUIRE_FALSE(absent);
  CHECK(absent.error().code() == ErrorCode::not_found);
  REQUIRE(error_of(setup.run(k_module)) == "");
  CHECK(loader.precompile(k_module)->outcome == Outcome::hit);
}

TEST_CASE("the compiler's full version counts when the config gives only a major") {
  Setup setup;
  setup.compiler.told_version = "48.0.7";
  CHECK(setup.make().engine().release_text() == "48.0.7");
  CHECK(setup.make().engine().precompile_compatibility_hash() !=
        setup.engine.precompile_compatibility_hash());
  setup.compiler.told_version = "47.0.0";
  CHECK(setup.make().engine().release_text() == "48");
  Setup exact(Config().release("48.0.1"));
  exact.compiler.told_version = "48.0.7";
  CHECK(exact.make().engine().release_text() == "48.0.1");
}

TEST_CASE("a file is a hit as its bytes are, and text is compiled as text") {
  Setup setup;
  const auto file = file_with(std::string_view("\0asm\1\0\0\0", 8), "m.wasm");
  REQUIRE(error_of(setup.run(k_module)) == "");
  const auto hit = setup.make().precompile_file(file);
  REQUIRE(error_of(hit) == "");
  CHECK(hit->outcome == Outcome::hit);

  const auto text =
      file_with(";; a (component in a comment\n(; (; nested ;) ;) (component)", "c.wat");
  const auto component = setup.make().precompile_file(text);
  REQUIRE(error_of(component) == "");
  CHECK(component->kind == cwasm::Kind::component);
}

TEST_CASE("what is no WebAssembly is refused before anything is asked of the cache") {
  Setup setup;
  struct Row {
    std::string_view content;
    ErrorCode code;
    std::string_view message;
  };
  const Row rows[] = {
      {"", ErrorCode::malformed, "this is no WebAssembly: it is empty"},
      {std::string_view("\0asm\1\0", 6), ErrorCode::malformed,
       "the WebAssembly preamble is cut short: 8 bytes at offset 0x0, and there are 6"},
      {std::string_view("\0asm\1\0\2\0", 8), ErrorCode::malformed,
       "the WebAssembly preamble has version 0x1 at offset 0x4 and layer 0x2 at offset 0x6"},
      {std::string_view("\0asm\2\0\0\0", 8), ErrorCode::malformed,
       "the WebAssembly preamble has version 0x2 at offset 0x4 and layer 0x0 at offset 0x6"},
      {"\x7f"
       "ELF and more",
       ErrorCode::invalid_argument, "this is compiled already (an ELF file)"},
      {"hello", ErrorCode::malformed,
       "this is no WebAssembly: it begins with the bytes 68656c6c6f"},
      {"(; never closed", ErrorCode::malformed, "this is no WebAssembly"},
  };
  for (const auto& row : rows) {
    INFO(row.message);
    const auto bytes = std::as_bytes(std::span(row.content));
    const auto result = setup.run(bytes);
    REQUIRE_FALSE(result);
    CHECK(result.error().code() == row.code);
    CHECK(result.error().message().starts_with(row.message));
  }
  CHECK(setup.cache.counters() == cwasm::Counters{});
  CHECK(setup.compiler.compiles == 0);
}

TEST_CASE("settings reach the compiler as options of wasmtime") {
  Setup setup(Config()
                  .cranelift_opt_level("speed_and_size")
                  .memory_guard_size(0)
                  .wasm_feature("threads", false)
                  .set("wasm_component_model_map", "true")
                  .target("aarch64-unknown-linux-gnu")
                  .cranelift_flag_enable("has_lse")
                  .consume_fuel(true));
  REQUIRE(error_of(setup.run(k_module)) == "");
  const std::vector<std::string> expected{"-O",       "opt-level=s",
                                          "-O",       "memory-guard-size=0",
                                          "-W",       "threads=n",
                                          "-W",       "component-model-map=y",
                                          "--target", "aarch64-unknown-linux-gnu",
                                          "-C",       "cranelift-has_lse",
                                          "-W",       "fuel=1"};
  CHECK(setup.compiler.last_flags == expected);
}
