#include "precompile/fake_compiler.hpp"

#include <cwasm/precompile.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"
#include "support/shared.hpp"
#include "util/file.hpp"

#include <fstream>
#include <thread>

using namespace cwasm;
using cwasm::test::bytes_of;
using cwasm::test::error_of;
using cwasm::test::FakeCompiler;

namespace {

constexpr unsigned k_crowd = 16;
const auto k_module = bytes_of({0, 'a', 's', 'm', 1, 0, 0, 0});

Engine default_engine() {
  auto engine = Engine::create(Config());
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

/// Compiles when so many others wait for it.
class PatientCompiler : public FakeCompiler {
public:
  using FakeCompiler::FakeCompiler;
  Result<CompiledArtifact> compile(const CompileRequest& request) override {
    while (waiting < waited_for) {
      std::this_thread::yield();
    }
    return FakeCompiler::compile(request);
  }
  std::atomic<unsigned> waiting = 0;
  unsigned waited_for = 0;
};

struct Setup {
  PrecompileParts parts() {
    PrecompileParts out{engine, &cache, &compiler};
    out.on_wait = [this, first = true](auto) mutable {
      compiler.waiting += std::exchange(first, false) ? 1U : 0U;
      return true;
    };
    return out;
  }
  /// What so many get who want the module at once.
  std::vector<Result<Precompiled>> crowd(unsigned count) {
    compiler.waited_for = count - 1;
    std::vector<Result<Precompiled>> out(count, Error(ErrorCode::internal, ""));
    std::vector<std::jthread> threads;
    for (auto& result : out) {
      threads.emplace_back([this, &result] { result = Precompiler(parts()).precompile(k_module); });
    }
    threads.clear(); // joins them
    return out;
  }

  Engine engine = default_engine();
  ModuleCache cache = new_cache();
  PatientCompiler compiler{engine};
};

} // namespace

TEST_CASE("of those who want one module at once one compiles it and notes a miss") {
  Setup setup;
  unsigned misses = 0;
  unsigned hits = 0;
  for (const auto& result : setup.crowd(k_crowd)) {
    REQUIRE(error_of(result) == "");
    misses += result->outcome == Outcome::miss && !result->waited ? 1U : 0U;
    hits += result->outcome == Outcome::hit && result->waited ? 1U : 0U;
  }
  CHECK(misses == 1);
  CHECK(hits == k_crowd - 1);
  CHECK(setup.compiler.compiles == 1);
  const auto counters = setup.cache.counters();
  CHECK(counters[Counter::misses] == 1);
  CHECK(counters[Counter::hits] == k_crowd - 1);
  CHECK(counters[Counter::waits] == k_crowd - 1);
  CHECK(counters[Counter::compiles] == 1);
  CHECK(counters[Counter::stores] == 1);
  CHECK(setup.cache.misses()->size() == 1);
}

TEST_CASE("a module that cannot be compiled is tried once for all who wait") {
  Setup setup;
  setup.compiler.failure = Error(ErrorCode::compile_failed, "no such instruction");
  for (const auto& result : setup.crowd(k_crowd)) {
    REQUIRE_FALSE(result);
    CHECK(result.error() == *setup.compiler.failure);
  }
  CHECK(setup.compiler.compiles == 1);
  const auto counters = setup.cache.counters();
  CHECK(counters[Counter::misses] == k_crowd);
  CHECK(counters[Counter::waits] == k_crowd - 1);
  CHECK(counters[Counter::compile_failures] == 1);
  CHECK(setup.cache.misses()->size() == 1);
  // Who comes later tries again.
  setup.compiler.failure.reset();
  setup.compiler.waited_for = 0;
  CHECK(error_of(Precompiler(setup.parts()).precompile(k_module)) == "");
}

TEST_CASE("a compile that could not be tried is tried by who waits") {
  Setup setup;
  setup.compiler.failure = Error(ErrorCode::io, "no memory to start it");
  for (const auto& result : setup.crowd(2)) {
    CHECK(error_of(result) == "no memory to start it");
  }
  CHECK(setup.compiler.compiles == 2);
  CHECK(setup.cache.counters()[Counter::compile_failures] == 2);
}

TEST_CASE("with a wait limit of zero everybody compiles") {
  Setup setup;
  auto wasm = bytes_of({0, 'a', 's', 'm', 1, 0, 0, 0});
  // Nobody will ever wait: a second one compiles while the first one does.
  class Nested : public FakeCompiler {
  public:
    using FakeCompiler::FakeCompiler;
    Result<CompiledArtifact> compile(const CompileRequest& request) override {
      if (auto other = std::exchange(meanwhile, nullptr)) {
        other();
      }
      return FakeCompiler::compile(request);
    }
    std::function<void()> meanwhile;
  };
  Nested compiler(setup.engine);
  PrecompileParts parts{setup.engine, &setup.cache, &compiler};
  parts.wait_limit = std::chrono::milliseconds(0);
  Precompiler precompiler(parts);
  Outcome inner = Outcome::hit;
  compiler.meanwhile = [&] {
    const auto result = precompiler.precompile(wasm);
    inner = result && !result->waited ? result->outcome : Outcome::hit;
  };
  const auto outer = precompiler.precompile(wasm);
  REQUIRE(error_of(outer) == "");
  CHECK(outer->outcome == Outcome::miss);
  CHECK(inner == Outcome::miss);
  CHECK(compiler.compiles == 2);
  CHECK(setup.cache.counters()[Counter::waits] == 0);
}

TEST_CASE("the flight is that of the file as it is, not as it is remembered") {
  Setup setup;
  const auto file = cwasm::test::scratch_directory() / "m.wasm";
  std::ofstream(file, std::ios::binary).write("\0asm\1\0\0\0", 8);
  const auto identity = util::identify(file);
  REQUIRE(identity);
  ModuleDigest as_it_was;
  as_it_was.bytes[0] = std::byte{1};
  setup.cache.remember_digest(*identity, as_it_was);
  const bool remembered =
      setup.cache.remembered_digest(*identity, DigestAlgorithm::sha256)->has_value();
  const auto result = Precompiler(setup.parts()).precompile_file(file);
  REQUIRE(error_of(result) == "");
  CHECK(result->outcome == Outcome::miss);
  CHECK(result->digest != as_it_was);
  // The remembered one was looked up, too.
  CHECK(setup.cache.counters()[Counter::misses] == (remembered ? 2 : 1));
  CHECK(setup.cache.list()->at(0).key.module == result->digest);
  CHECK(std::filesystem::is_empty(setup.cache.directory() / "flights"));
}

TEST_CASE("who has no compiler keeps nobody waiting") {
  Setup setup;
  const auto result = Precompiler({setup.engine, &setup.cache}).precompile(k_module);
  CHECK(error_of(result) == "it is not in the cache, and there is no compiler");
  CHECK_FALSE(std::filesystem::exists(setup.cache.directory() / "flights"));
  CHECK(setup.cache.counters()[Counter::misses] == 1);
}
