// The behaviours of Wasmtime's own tests of its cache, on ours.

#include "precompile/fake_compiler.hpp"

#include <cwasm/precompile.hpp>
#include <cwasm/settings.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"
#include "support/shared.hpp"

#include <fstream>

namespace {

using cwasm::Config;
using cwasm::Counter;
using cwasm::Engine;
using cwasm::Kind;
using cwasm::ModuleCache;

const auto k_module = cwasm::test::bytes_of({0, 'a', 's', 'm', 1, 0, 0, 0});
const auto k_component = cwasm::test::bytes_of({0, 'a', 's', 'm', 13, 0, 1, 0});

// A settings file that names a new cache directory.
std::filesystem::path settings_file() {
  const auto directory = cwasm::test::scratch_directory();
  const auto file = directory / "cwasm.toml";
  std::ofstream(file) << "[cache]\ndirectory = \"" << (directory / "cache").string() << "\"\n";
  return file;
}

ModuleCache open_cache(const std::filesystem::path& settings) {
  auto loaded = cwasm::load_settings(settings);
  REQUIRE(cwasm::test::error_of(loaded) == "");
  cwasm::CacheOptions options;
  options.directory = loaded->cache.directory;
  auto cache = ModuleCache::open(options);
  REQUIRE(cwasm::test::error_of(cache) == "");
  return *std::move(cache);
}

Engine engine_of(const Config& config) {
  auto engine = Engine::create(config);
  REQUIRE(cwasm::test::error_of(engine) == "");
  return *engine;
}

void precompile(const Engine& engine, ModuleCache& cache, std::span<const std::byte> wasm) {
  cwasm::test::FakeCompiler compiler(engine);
  cwasm::Precompiler precompiler({engine, &cache, &compiler, cwasm::DigestAlgorithm::sha256, {}});
  const auto result = precompiler.precompile(wasm);
  REQUIRE(cwasm::test::error_of(result) == "");
}

// A fresh handle sees a miss, then a hit.
void check_miss_then_hit(const Config& config, const std::filesystem::path& settings,
                         std::span<const std::byte> wasm) {
  const auto engine = engine_of(config);
  auto cache = open_cache(settings);
  CHECK(cache.counters()[Counter::hits] == 0);
  CHECK(cache.counters()[Counter::misses] == 0);
  precompile(engine, cache, wasm);
  CHECK(cache.counters()[Counter::hits] == 0);
  CHECK(cache.counters()[Counter::misses] == 1);
  precompile(engine, cache, wasm);
  CHECK(cache.counters()[Counter::hits] == 1);
  CHECK(cache.counters()[Counter::misses] == 1);
}

} // namespace

TEST_CASE("cache_accounts_for_opt_level") {
  const auto settings = settings_file();
  check_miss_then_hit(Config().cranelift_opt_level("none"), settings, k_module);
  check_miss_then_hit(Config().cranelift_opt_level("speed"), settings, k_module);
  check_miss_then_hit(Config().cranelift_opt_level("speed_and_size"), settings, k_module);
  check_miss_then_hit(Config().debug_info(true), settings, k_module);
}

TEST_CASE("components_are_cached") {
  const auto settings = settings_file();
  check_miss_then_hit(Config(), settings, k_component);
  auto cache = open_cache(settings);
  const auto entries = cache.list();
  REQUIRE(entries);
  REQUIRE(entries->size() == 1);
  CHECK(entries->front().key.kind == Kind::component);
}
