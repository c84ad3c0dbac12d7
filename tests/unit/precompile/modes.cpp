#include "precompile/fake_compiler.hpp"

#include <cwasm/precompile.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"
#include "support/shared.hpp"

#include <sys/stat.h>

namespace {

using cwasm::CacheMode;
using cwasm::Counter;
using cwasm::ErrorCode;
using cwasm::ModuleCache;
using cwasm::Outcome;
using cwasm::test::error_of;
using cwasm::test::FakeCompiler;

const auto k_module = cwasm::test::bytes_of({0, 'a', 's', 'm', 1, 0, 0, 0});

struct Setup {
  Setup() : engine(*cwasm::Engine::create({})), compiler(engine) {
    cwasm::CacheOptions options;
    options.directory = directory;
    options.on_warning = [this](std::string_view text) { warnings.emplace_back(text); };
    auto opened = ModuleCache::open(options);
    REQUIRE(error_of(opened) == "");
    cache.emplace(*std::move(opened));
  }

  cwasm::Result<cwasm::Precompiled> run(CacheMode mode, bool cached = true) {
    cwasm::PrecompileParts parts{engine, cached ? &*cache : nullptr, &compiler};
    parts.on_warning = [this](std::string_view text) { warnings.emplace_back(text); };
    parts.mode = mode;
    return cwasm::Precompiler(std::move(parts)).precompile(k_module, "app.wasm");
  }
  std::uint64_t count(Counter counter) const { return cache->counters()[counter]; }

  std::filesystem::path directory = cwasm::test::scratch_directory() / "cache";
  cwasm::Engine engine;
  FakeCompiler compiler;
  std::vector<std::string> warnings;
  std::optional<ModuleCache> cache;
};

} // namespace

TEST_CASE("where a hit is required nothing is compiled, and a miss says why") {
  Setup setup;
  const auto missed = setup.run(CacheMode::require_hit);
  REQUIRE_FALSE(missed);
  CHECK(missed.error().code() == ErrorCode::not_found);
  CHECK(missed.error().message() == "app.wasm is not in the cache, and a hit is required: no "
                                    "artifact of this module is in the cache");
  CHECK(setup.compiler.compiles == 0);
  CHECK(setup.count(Counter::misses) == 1);
  CHECK(setup.count(Counter::compiles) == 0);
  CHECK(setup.count(Counter::compile_failures) == 0);
  REQUIRE(setup.cache->misses()->size() == 1);
  CHECK(setup.cache->misses()->front().input == "app.wasm");
  REQUIRE(error_of(setup.run(CacheMode::normal)) == "");
  const auto hit = setup.run(CacheMode::require_hit);
  REQUIRE(error_of(hit) == "");
  CHECK(hit->outcome == Outcome::hit);
  CHECK(setup.count(Counter::hits) == 1);
  CHECK(setup.compiler.compiles == 1);
}

TEST_CASE("a required hit without a cache is an error") {
  Setup setup;
  const auto missed = setup.run(CacheMode::require_hit, false);
  CHECK(error_of(missed) ==
        "app.wasm is not in the cache, and a hit is required: there is no cache");
}

TEST_CASE("recaching compiles whatever is there, replaces it, and counts no lookup") {
  Setup setup;
  for (const std::uint64_t runs : {1U, 2U}) {
    const auto result = setup.run(CacheMode::recache);
    REQUIRE(error_of(result) == "");
    CHECK(result->outcome == Outcome::miss);
    CHECK(setup.count(Counter::compiles) == runs);
    CHECK(setup.count(Counter::stores) == runs);
  }
  CHECK(setup.count(Counter::hits) == 0);
  CHECK(setup.count(Counter::misses) == 0);
  CHECK(setup.cache->misses()->empty());
  CHECK(setup.cache->stats()->entries == 1);
  CHECK(setup.run(CacheMode::normal)->outcome == Outcome::hit);
  CHECK(setup.compiler.compiles == 2);
}

TEST_CASE("artifacts that cannot be kept are counted each time and spoken of once") {
  Setup setup;
  std::filesystem::create_directory(setup.directory / "tmp");
  REQUIRE(::chmod((setup.directory / "tmp").c_str(), 0777) == 0);
  for (int runs = 0; runs < 3; ++runs) {
    REQUIRE(error_of(setup.run(CacheMode::normal)) == "");
  }
  CHECK(setup.count(Counter::store_failures) == 3);
  CHECK(setup.warnings.size() == 1);
}

TEST_CASE("a cache that is only read costs no words for each artifact that it does not keep") {
  Setup setup;
  cwasm::CacheOptions options;
  options.directory = setup.directory;
  options.read_only = true;
  auto reader = ModuleCache::open(options);
  REQUIRE(error_of(reader) == "");
  setup.cache.emplace(*std::move(reader));
  const auto result = setup.run(CacheMode::normal);
  REQUIRE(error_of(result) == "");
  CHECK(result->path.empty());
  CHECK(setup.count(Counter::store_failures) == 1);
  CHECK(setup.warnings.empty());
}
