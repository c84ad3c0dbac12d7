#include "cache_fixture.hpp"
#include "util/disk_space.hpp"
#include "util/file_lock.hpp"

#include <fmt/format.h>

#include <fstream>
#include <limits>

// What goes when there is too much, and what stays.

using namespace cwasm;
using namespace cwasm::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::system_clock;

/// A cache with limits, and a clock of its own.
struct LimitedRoom {
  CacheRoom room;
  std::shared_ptr<Clock::time_point> clock = std::make_shared<Clock::time_point>(24h * 20000);

  ModuleCache open(const CacheLimits& limits, const char* name_space = "") const {
    auto options = room.options();
    options.limits = limits;
    options.name_space = name_space;
    options.now = [now = clock] { return *now; };
    return or_throw(ModuleCache::open(options));
  }
};

void store(ModuleCache& cache, std::uint32_t number, std::size_t size, double seconds = 1) {
  EntryDescription about;
  about.compile_seconds = seconds;
  std::string artifact = fmt::format("{:08}", number);
  artifact.resize(size, '.');
  REQUIRE(cache.insert(key_of(number), bytes_of(artifact), about));
}

/// Whether it is there, without a use.
bool has(ModuleCache& cache, std::uint32_t number) {
  return or_throw(cache.peek(key_of(number))).has_value();
}

std::string left(ModuleCache& cache, std::uint32_t count) {
  std::string out;
  for (std::uint32_t number = 0; number < count; ++number) {
    out += has(cache, number) ? 'x' : '-';
  }
  return out;
}

CacheLimits bytes_limit(std::uint64_t bytes) {
  CacheLimits limits;
  limits.bytes = bytes;
  return limits;
}

} // namespace

TEST_CASE("above the limit of bytes, what is worth least goes until seven tenths are left") {
  const LimitedRoom setup;
  auto cache = setup.open(bytes_limit(1000));
  for (std::uint32_t number = 0; number < 10; ++number) {
    store(cache, number, 100, 1.0 + number % 5);
  }
  CHECK(left(cache, 10) == "xxxxxxxxxx");
  store(cache, 10, 100);
  // 1100 bytes: four of the cheapest go; what was stored just now is not among them.
  CHECK(left(cache, 11) == "--xxx--xxxx");
  CHECK(stats(cache).bytes == 700);
  CHECK(cache.counters() == counted({{Counter::stores, 11}, {Counter::evictions, 4}}));
  CHECK(setup.room.blobs().size() == 7);
  CHECK(or_throw(cache.verify()).orphans == 0);
}

TEST_CASE("uses count for as much as compile seconds") {
  const LimitedRoom setup;
  auto cache = setup.open(bytes_limit(300));
  store(cache, 0, 100, 1);
  store(cache, 1, 100, 5);
  store(cache, 2, 100, 10);
  for (int use = 0; use < 20; ++use) {
    CHECK(lookup(cache, 0));
  }
  store(cache, 3, 100, 1);
  CHECK(left(cache, 4) == "x--x");
}

TEST_CASE("half of an entry's worth is lost with each week without a use") {
  const LimitedRoom setup;
  auto cache = setup.open(bytes_limit(200));
  store(cache, 0, 100, 3);
  *setup.clock += 24h * 14;
  store(cache, 1, 100, 1);
  store(cache, 2, 100, 1);
  CHECK(left(cache, 3) == "--x");
  *setup.clock += 24h * 14;
  store(cache, 3, 100, 3);
  *setup.clock += 24h * 7;
  auto limits = bytes_limit(250);
  limits.bytes_percent = 80;
  auto other = setup.open(limits);
  store(other, 4, 100, 1);
  CHECK(left(cache, 5) == "---xx");
}

TEST_CASE("by lru, what was not used for longest goes, whatever it cost") {
  const LimitedRoom setup;
  CacheLimits limits;
  limits.entries = 3;
  limits.order = EvictionOrder::lru;
  auto cache = setup.open(limits);
  for (std::uint32_t number = 0; number < 3; ++number) {
    store(cache, number, 100, 100 - number);
    *setup.clock += 1s;
  }
  CHECK(lookup(cache, 0));
  store(cache, 3, 100, 0);
  // Seven tenths of three are two.
  CHECK(left(cache, 4) == "x--x");
  CHECK(cache.counters()[Counter::evictions] == 2);
}

TEST_CASE("what was not used for longer than the age goes, and only that") {
  const LimitedRoom setup;
  CacheLimits limits;
  limits.age = 24h;
  auto cache = setup.open(limits);
  store(cache, 0, 100);
  *setup.clock += 23h;
  store(cache, 1, 100);
  CHECK(left(cache, 2) == "xx");
  *setup.clock += 2h;
  store(cache, 2, 100);
  CHECK(left(cache, 3) == "-xx");
  *setup.clock += 48h;
  const auto report = or_throw(cache.gc());
  CHECK(report == GcReport{2, 200, 0, 0});
  CHECK(left(cache, 3) == "---");
}

TEST_CASE("a clock that is set back a year evicts nothing by age") {
  const LimitedRoom setup;
  CacheLimits limits;
  limits.age = 24h;
  auto cache = setup.open(limits);
  store(cache, 0, 100);
  *setup.clock -= 24h * 365;
  store(cache, 1, 100);
  CHECK(left(cache, 2) == "xx");
  CHECK(lookup(cache, 0));
  REQUIRE(cache.flush());
  CHECK(or_throw(cache.gc()).evicted == 0);
  *setup.clock += 24h * 365 + 1h;
  // The one stored in the past is old now.
  CHECK(or_throw(cache.gc()).evicted == 1);
  CHECK(left(cache, 2) == "x-");
}

TEST_CASE("pinned entries stay, whatever the limits say") {
  const LimitedRoom setup;
  auto cache = setup.open(bytes_limit(300));
  store(cache, 0, 100, 0.001);
  CHECK(or_throw(cache.pin(key_of(0).module, true)) == 1);
  CHECK(or_throw(cache.pin(key_of(0).module, true)) == 0);
  CHECK(or_throw(cache.pin(key_of(7).module, true)) == 0);
  for (std::uint32_t number = 1; number < 5; ++number) {
    store(cache, number, 100, 1);
  }
  CHECK(has(cache, 0));
  for (const auto& entry : or_throw(cache.list())) {
    CHECK(entry.pinned == (entry.key == key_of(0)));
  }
  // Stored anew it is pinned still.
  store(cache, 0, 99, 0.001);
  store(cache, 5, 100, 1);
  store(cache, 6, 100, 1);
  CHECK(has(cache, 0));
  CHECK(or_throw(cache.pin(key_of(0).module, false)) == 1);
  store(cache, 7, 100, 1);
  store(cache, 8, 100, 1);
  CHECK_FALSE(has(cache, 0));
}

TEST_CASE("an artifact larger than the whole cache is not stored") {
  const LimitedRoom setup;
  auto cache = setup.open(bytes_limit(100));
  store(cache, 0, 100);
  const auto stored = cache.insert(key_of(1), bytes_of(std::string(101, 'x')), {});
  REQUIRE_FALSE(stored);
  CHECK(stored.error() == Error(ErrorCode::invalid_argument,
                                "store artifact: it has 101 bytes, and the whole cache is limited "
                                "to 100"));
  CHECK(cache.counters() == counted({{Counter::stores, 1}, {Counter::store_failures, 1}}));
  CHECK(has(cache, 0));
}

TEST_CASE("an artifact larger than the quota is not stored") {
  const LimitedRoom setup;
  CacheLimits limits;
  limits.quota = 100;
  auto cache = setup.open(limits, "red");
  store(cache, 0, 100);
  const auto stored = cache.insert(key_of(1), bytes_of(std::string(101, 'x')), {});
  REQUIRE_FALSE(stored);
  CHECK(stored.error().message() ==
        "store artifact: it has 101 bytes, and the namespace's quota is 100");
  CHECK(has(cache, 0));
}

TEST_CASE("a quota is kept at the cost of its own namespace") {
  const LimitedRoom setup;
  CacheLimits limits;
  limits.quota = 300;
  const char* const name = GENERATE("red", "");
  auto other = setup.open({}, "other");
  for (std::uint32_t number = 0; number < 6; ++number) {
    store(other, number, 100, 0.001);
  }
  auto cache = setup.open(limits, name);
  for (std::uint32_t number = 0; number < 4; ++number) {
    store(cache, number, 100, 1 + number);
  }
  // Two of three hundred bytes are seven tenths, rounded down to whole entries.
  CHECK(left(cache, 4) == "--xx");
  CHECK(left(other, 6) == "xxxxxx");
}

TEST_CASE("the file system's free space is kept by as much as it lacks") {
  const LimitedRoom setup;
  auto cache = setup.open({});
  store(cache, 0, 100, 1);
  store(cache, 1, 100, 2);
  const auto free = or_throw(util::free_disk_space(setup.room.directory));
  CacheLimits limits;
  limits.free_disk = free / 2;
  auto content = setup.open(limits);
  store(content, 2, 100);
  CHECK(left(cache, 3) == "xxx");
  // More than there ever is: everything goes but what has just come.
  limits.free_disk = free * 2;
  auto greedy = setup.open(limits);
  store(greedy, 3, 100);
  CHECK(left(cache, 4) == "---x");
}

TEST_CASE("a mapped artifact outlives its eviction") {
  const LimitedRoom setup;
  auto cache = setup.open(bytes_limit(200));
  store(cache, 0, 100, 0.001);
  const auto mapped = or_throw(cache.lookup(key_of(0), {}));
  REQUIRE(mapped);
  store(cache, 1, 100, 100);
  store(cache, 2, 100, 100);
  CHECK_FALSE(has(cache, 0));
  CHECK(text_of(mapped->bytes).substr(0, 9) == "00000000.");
}

TEST_CASE("one store removes at most a thousand entries, gc as many as there are") {
  const LimitedRoom setup;
  {
    auto cache = setup.open({});
    for (std::uint32_t number = 0; number < 1200; ++number) {
      EntryDescription about;
      REQUIRE(cache.insert(key_of(number), bytes_of("the same"), about));
    }
  }
  CacheLimits limits;
  limits.entries = 10;
  auto cache = setup.open(limits);
  store(cache, 2000, 100);
  CHECK(cache.counters()[Counter::evictions] == 1024);
  CHECK(stats(cache).entries == 177);
  const auto report = or_throw(cache.gc());
  CHECK(report.evicted == 170);
  CHECK(stats(cache).entries == 7);
  CHECK(stats(cache).counters[Counter::evictions] == 1194);
}

TEST_CASE("nobody waits for who evicts: a store goes on, and gc says that it is busy") {
  const LimitedRoom setup;
  auto cache = setup.open(bytes_limit(200));
  const auto lock =
      util::FileLock::acquire(setup.room.directory / "evict.lock", util::LockMode::exclusive, 0ms);
  REQUIRE(lock);
  for (std::uint32_t number = 0; number < 4; ++number) {
    store(cache, number, 100);
  }
  CHECK(left(cache, 4) == "xxxx");
  const auto report = cache.gc();
  REQUIRE_FALSE(report);
  CHECK(report.error().code() == ErrorCode::busy);
  CHECK(setup.room.warnings->empty());
}

TEST_CASE("what no engine loads is found by gc and is the first to go") {
  const LimitedRoom setup;
  auto cache = setup.open(bytes_limit(1000));
  const auto engine_of = [](std::uint32_t number) {
    auto key = key_of(number);
    key.engine.bytes.fill(std::byte{static_cast<unsigned char>(number % 2)});
    return key;
  };
  for (std::uint32_t number = 0; number < 6; ++number) {
    EntryDescription about;
    about.compile_seconds = number % 2 == 0 ? 100 : 1;
    const auto text = fmt::format("engine {} number {}", number % 2, number);
    REQUIRE(cache.insert(engine_of(number), bytes_of(text), about));
  }
  int asked = 0;
  GcOptions options;
  options.would_load = [&asked](std::span<const std::byte> artifact, Kind kind) {
    ++asked;
    CHECK(kind == Kind::module);
    return static_cast<char>(artifact[7]) == '1';
  };
  CHECK(or_throw(cache.gc(options)) == GcReport{0, 0, 3, 0});
  CHECK(asked == 2);
  const auto shows = [&] {
    std::string out;
    for (std::uint32_t number = 0; number < 6; ++number) {
      out += or_throw(cache.peek(engine_of(number))) ? 'x' : '-';
    }
    return out;
  };
  CHECK(shows() == "xxxxxx");
  SECTION("with the dear ones of it before the cheap ones of the others") {
    CacheLimits limits;
    limits.entries = 5;
    limits.entries_percent = 80;
    auto other = setup.open(limits);
    REQUIRE(other.gc());
    CHECK(shows() == "-x-xxx");
  }
  SECTION("at once when that is asked for") {
    options.remove_unloadable = true;
    CHECK(or_throw(cache.gc(options)) == GcReport{3, 51, 0, 0});
    CHECK(shows() == "-x-x-x");
  }
  SECTION("but not what somebody used since then") {
    CHECK(or_throw(cache.lookup(engine_of(0), {})));
    REQUIRE(cache.flush());
    CHECK(or_throw(cache.gc()).unloadable == 2);
  }
  SECTION("or another gc found loadable") {
    options.would_load = [](auto&&...) { return true; };
    CHECK(or_throw(cache.gc(options)).unloadable == 0);
  }
}

TEST_CASE("gc removes what a crash has left, and what is in quarantine") {
  const LimitedRoom setup;
  auto cache = setup.open({});
  store(cache, 0, 100);
  overwrite(setup.room.only_blob(), "damaged");
  CHECK_FALSE(lookup(cache, 0));
  CHECK(setup.room.files("quarantine").size() == 1);
  store(cache, 1, 100);
  const auto orphan = setup.room.directory / "blobs/00" / std::string(64, '0');
  std::filesystem::create_directories(orphan.parent_path());
  std::filesystem::copy_file(setup.room.only_blob(), orphan);
  CHECK(or_throw(cache.gc()) == GcReport{0, 0, 0, 1});
  CHECK(setup.room.files("quarantine").empty());
  CHECK(has(cache, 1));
}

TEST_CASE("an age without end is one") {
  const LimitedRoom setup;
  CacheLimits limits;
  limits.age = std::chrono::seconds::max();
  auto cache = setup.open(limits);
  for (std::uint32_t number = 0; number < 3; ++number) {
    store(cache, number, 100);
    *setup.clock += 24h * 365;
  }
  CHECK(left(cache, 3) == "xxx");
  CHECK(or_throw(cache.gc()).evicted == 0);
}

TEST_CASE("a store that fails makes room on the disk that is to be kept free") {
  const LimitedRoom setup;
  auto cache = setup.open({});
  store(cache, 0, 100);
  CacheLimits limits;
  limits.free_disk = std::numeric_limits<std::uint64_t>::max();
  auto greedy = setup.open(limits);
  // No blob can be written.
  const auto temporary = setup.room.directory / "tmp";
  std::filesystem::remove_all(temporary);
  std::ofstream(temporary) << "in the way";
  const auto stored = greedy.insert(key_of(1), bytes_of("artifact"), {});
  REQUIRE_FALSE(stored);
  CHECK(stored.error().code() == ErrorCode::io);
  CHECK(greedy.counters() == counted({{Counter::store_failures, 1}, {Counter::evictions, 1}}));
  CHECK(left(cache, 1) == "-");
  CHECK(setup.room.warnings->empty());
}
