#include "cache_fixture.hpp"

#include <cmath>

// What the cache says of itself beside the counters.

using namespace cwasm;
using namespace cwasm::test;

namespace {

void store(ModuleCache& cache, const CacheKey& key, std::string_view artifact, double seconds,
           const char* release = "48") {
  const EntryDescription about{release, "x86_64-unknown-linux-gnu", "speed", "w", "m.wasm",
                               seconds};
  REQUIRE(cache.insert(key, bytes_of(artifact), about));
}

} // namespace

TEST_CASE("hits add up to bytes served and compile time saved, over handles") {
  const CacheRoom room;
  {
    auto cache = room.open();
    store(cache, key_of(1), "12345", 1.5);
    store(cache, key_of(2), "1234567", 0.25);
    CHECK(lookup(cache, 1));
    CHECK(lookup(cache, 1));
    CHECK_FALSE(lookup(cache, 3));
  }
  auto cache = room.open();
  CHECK(lookup(cache, 2));
  const auto now = stats(cache);
  CHECK(now.served_bytes == 17);
  CHECK(now.stored_bytes == 12);
  CHECK(now.saved_seconds == 3.25);
  CHECK(now.compile_seconds == 1.75);
  CHECK(now.hit_latency.count() == 3);
  CHECK(now.miss_latency.count() == 1);
  REQUIRE(cache.clear());
  const auto cleared = stats(cache);
  CHECK(cleared.served_bytes == 0);
  CHECK(cleared.saved_seconds == 0);
  CHECK(cleared.hit_latency.count() == 0);
  CHECK(cleared.hit_latency.seconds == 0);
}

TEST_CASE("a replaced artifact is counted as stored twice, a failed store not at all") {
  const CacheRoom room;
  auto options = room.options();
  options.limits.bytes = 100;
  auto cache = or_throw(ModuleCache::open(options));
  store(cache, key_of(1), "12345", 1);
  store(cache, key_of(1), "1234", 2);
  CHECK_FALSE(cache.insert(key_of(2), bytes_of(std::string(101, 'x')), {}));
  CHECK(stats(cache).stored_bytes == 9);
  CHECK(stats(cache).compile_seconds == 3);
}

TEST_CASE("compile times that nobody can have measured save nothing") {
  const CacheRoom room;
  auto cache = room.open();
  store(cache, key_of(1), "1", -5);
  store(cache, key_of(2), "2", std::numeric_limits<double>::infinity());
  CHECK(lookup(cache, 1));
  CHECK(lookup(cache, 2));
  CHECK(stats(cache).saved_seconds == 1e9);
}

TEST_CASE("per engine and per module: what is there, and what it saved") {
  const CacheRoom room;
  auto cache = room.open();
  auto first = key_of(1);
  auto second = first;
  second.engine.bytes.fill(std::byte{9});
  auto third = key_of(3);
  third.engine = first.engine;
  store(cache, first, "12345", 1);
  store(cache, second, "123", 10, "36.0.2");
  store(cache, third, "12", 2);
  CHECK(or_throw(cache.lookup(first, {})));
  CHECK(or_throw(cache.lookup(second, {})));
  CHECK(or_throw(cache.lookup(third, {})));
  const auto engines = or_throw(cache.stats_by(StatsGroup::engine, 10));
  REQUIRE(engines.size() == 2);
  CHECK(engines[0].engine == second.engine);
  CHECK(engines[0].about == "36.0.2, x86_64-unknown-linux-gnu, opt level speed");
  CHECK(engines[0].saved_seconds == 10);
  CHECK(engines[1].entries == 2);
  CHECK(engines[1].bytes == 7);
  CHECK(engines[1].hits == 2);
  const auto modules = or_throw(cache.stats_by(StatsGroup::module, 1));
  REQUIRE(modules.size() == 1);
  CHECK(modules[0].module == first.module);
  CHECK(modules[0].about == "m.wasm");
  CHECK(modules[0].entries == 2);
  CHECK(modules[0].saved_seconds == 11);
}

TEST_CASE("quantiles are bounds of buckets") {
  LatencyHistogram histogram;
  CHECK(histogram.quantile(0.5) == 0);
  histogram.buckets[3] = 98;
  histogram.buckets[10] = 2;
  CHECK(histogram.count() == 100);
  CHECK(histogram.quantile(0) == 8);
  CHECK(histogram.quantile(0.5) == 8);
  CHECK(histogram.quantile(0.98) == 8);
  CHECK(histogram.quantile(0.99) == 1024);
  CHECK(histogram.quantile(1) == 1024);
}
