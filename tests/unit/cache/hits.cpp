#include "cache_fixture.hpp"

#include "util/file.hpp"
#include "util/hex.hpp"
#include "util/sha256.hpp"

#include <chrono>
#include <map>

using namespace cwasm;
using namespace cwasm::test;

namespace {

/// Every file of the cache with its times and content, but SQLite's shared memory, in which readers
/// leave their marks.
std::map<std::string, std::pair<FileIdentity, std::string>> snapshot(const CacheRoom& room) {
  std::map<std::string, std::pair<FileIdentity, std::string>> out;
  for (const auto& file : std::filesystem::recursive_directory_iterator(room.directory)) {
    const auto path = file.path().native();
    if (path.ends_with("-shm")) {
      continue;
    }
    std::string content;
    if (file.is_regular_file()) {
      const auto bytes = util::read_file(file.path(), 1 << 24).value_or({});
      content.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    out[path] = {*util::identify(file.path()), content};
  }
  return out;
}

} // namespace

TEST_CASE("what was inserted is found, by this handle and by the next") {
  const CacheRoom room;
  {
    auto cache = room.open();
    CHECK_FALSE(lookup(cache, 1));
    insert(cache, 1, "artifact");
    CHECK(lookup(cache, 1) == "artifact");
    const auto expected = counted({{Counter::misses, 1}, {Counter::stores, 1}, {Counter::hits, 1}});
    CHECK(cache.counters() == expected);
    CHECK(stats(cache).counters == expected);
  }
  auto cache = room.open();
  CHECK(lookup(cache, 1) == "artifact");
  CHECK_FALSE(lookup(cache, 2));
  CHECK(cache.counters() == counted({{Counter::misses, 1}, {Counter::hits, 1}}));
  const auto all = stats(cache);
  CHECK(all.counters == counted({{Counter::misses, 2}, {Counter::stores, 1}, {Counter::hits, 2}}));
  CHECK(all.entries == 1);
  CHECK(all.bytes == 8);
  CHECK(room.warnings->empty());
}

TEST_CASE("every part of the key tells entries apart") {
  const CacheRoom room;
  auto cache = room.open();
  const CacheKey base = key_of(1);
  CacheKey engine = base;
  engine.engine.bytes[15] = std::byte{1};
  CacheKey module = base;
  module.module.bytes[31] = std::byte{1};
  CacheKey kind = base;
  kind.kind = Kind::component;
  CacheKey algorithm = base;
  algorithm.module.algorithm = DigestAlgorithm::xxh3;
  REQUIRE(cache.insert(base, bytes_of("artifact"), {}));
  for (const CacheKey& other : {engine, module, kind, algorithm}) {
    const auto found = cache.lookup(other, {});
    REQUIRE(found);
    CHECK_FALSE(found->has_value());
  }
  CHECK(cache.counters() == counted({{Counter::stores, 1}, {Counter::misses, 4}}));
}

TEST_CASE("an artifact is a read-only file named by its content") {
  const CacheRoom room;
  auto cache = room.open();
  const auto stored = cache.insert(key_of(1), bytes_of("artifact"), {});
  REQUIRE(stored);
  const auto digest = util::sha256(bytes_of("artifact"));
  REQUIRE(digest);
  const auto hex = util::to_hex(*digest);
  CHECK(stored->path == room.directory / "blobs" / hex.substr(0, 2) / hex);
  CHECK(room.only_blob() == stored->path);
  using std::filesystem::perms;
  CHECK((std::filesystem::status(stored->path).permissions() & perms(0222)) == perms::none);
  CHECK(std::filesystem::status(room.directory).permissions() == perms::owner_all);
  CHECK(room.files("tmp").empty());
}

TEST_CASE("equal artifacts share one file") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "the same");
  const auto before = util::identify(room.only_blob());
  insert(cache, 2, "the same");
  CHECK(util::identify(room.only_blob()).value_or({}) == before.value_or({}));
  CHECK(stats(cache).entries == 2);
  CHECK(stats(cache).bytes == 8);
  CHECK(lookup(cache, 1) == "the same");
  CHECK(lookup(cache, 2) == "the same");
}

TEST_CASE("a replaced artifact goes when nobody else has it") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "old");
  insert(cache, 2, "old");
  insert(cache, 1, "new");
  CHECK(room.blobs().size() == 2);
  insert(cache, 2, "new");
  CHECK(room.blobs().size() == 1);
  CHECK(lookup(cache, 1) == "new");
  CHECK(lookup(cache, 2) == "new");
  CHECK(stats(cache).entries == 2);
  CHECK(cache.counters() == counted({{Counter::stores, 4}, {Counter::hits, 2}}));
}

TEST_CASE("an empty artifact is one too") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "");
  CHECK(lookup(cache, 1) == "");
  auto fresh = room.open();
  CHECK(lookup(fresh, 1) == "");
}

TEST_CASE("an artifact stays valid when its file is gone") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "artifact");
  const auto found = cache.lookup(key_of(1), {});
  REQUIRE(found);
  REQUIRE(found->has_value());
  REQUIRE(cache.clear());
  CHECK(room.blobs().empty());
  CHECK(text_of((*found)->bytes) == "artifact");
}

TEST_CASE("an artifact that would not load is stale and its row stays") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "artifact");
  std::string seen;
  const auto refuse = [&seen](std::span<const std::byte> bytes) {
    seen.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return false;
  };
  const auto found = cache.lookup(key_of(1), refuse);
  REQUIRE(found);
  CHECK_FALSE(found->has_value());
  CHECK(seen == "artifact");
  CHECK(cache.counters() == counted({{Counter::stores, 1}, {Counter::stale, 1}}));
  CHECK(lookup(cache, 1) == "artifact");
  CHECK(room.warnings->empty());
}

TEST_CASE("a hit writes nothing") {
  const CacheRoom room;
  {
    auto cache = room.open();
    insert(cache, 1, "artifact");
  }
  auto cache = room.open();
  const auto before = snapshot(room);
  CHECK(lookup(cache, 1) == "artifact");
  CHECK(lookup(cache, 1) == "artifact");
  CHECK((snapshot(room) == before));
  REQUIRE(cache.flush());
  CHECK_FALSE((snapshot(room) == before));
}

TEST_CASE("uses are gathered and written in batches, at most one a second") {
  const CacheRoom room;
  auto clock = std::make_shared<std::chrono::system_clock::time_point>(std::chrono::hours(1));
  auto options = room.options();
  options.now = [clock] { return *clock; };
  auto cache = ModuleCache::open(options);
  REQUIRE(cache);
  insert(*cache, 1, "artifact");
  auto observer = room.open();
  const auto hit = [&cache](int times) {
    for (int i = 0; i < times; ++i) {
      REQUIRE(lookup(*cache, 1));
    }
  };
  hit(255);
  CHECK(stats(observer).counters[Counter::hits] == 0);
  hit(1);
  CHECK(stats(observer).counters[Counter::hits] == 256);
  hit(300);
  CHECK(stats(observer).counters[Counter::hits] == 256);
  *clock += std::chrono::seconds(1);
  hit(1);
  CHECK(stats(observer).counters[Counter::hits] == 557);
  const auto entries = observer.list();
  REQUIRE(entries);
  CHECK(entries->at(0).uses == 557);
}

TEST_CASE("what the caller counts is kept with the rest") {
  const CacheRoom room;
  {
    auto cache = room.open();
    cache.count(Counter::compiles);
    cache.count(Counter::compile_failures, 3);
    CHECK(stats(cache).counters ==
          counted({{Counter::compiles, 1}, {Counter::compile_failures, 3}}));
  }
  auto cache = room.open();
  CHECK(cache.counters() == Counters{});
  CHECK(stats(cache).counters == counted({{Counter::compiles, 1}, {Counter::compile_failures, 3}}));
}

TEST_CASE("counters have the names of their numbers") {
  CHECK(counter_name(Counter::hits) == "hits");
  CHECK(counter_name(Counter::compatible_hits) == "compatible_hits");
  CHECK(counter_name(Counter::waits) == "waits");
}

TEST_CASE("handles of one process share what they have mapped") {
  const CacheRoom room;
  auto first = room.open();
  insert(first, 1, "artifact");
  auto second = room.open();
  const auto one = or_throw(first.lookup(key_of(1), {}));
  const auto two = or_throw(second.lookup(key_of(1), {}));
  REQUIRE(one);
  REQUIRE(two);
  CHECK(one->bytes.view.data() == two->bytes.view.data());
  // A file that has changed is another one, whoever has mapped it before.
  overwrite(room.only_blob(), "damaged!");
  auto third = room.open();
  CHECK_FALSE(or_throw(third.lookup(key_of(1), {})));
  CHECK(third.counters() == counted({{Counter::corrupt, 1}}));
}

TEST_CASE("handles of two directories share nothing") {
  const CacheRoom room;
  CacheRoom other;
  other.directory += "-other";
  auto first = room.open();
  auto second = other.open();
  insert(first, 1, "artifact");
  insert(second, 1, "artifact");
  const auto found = or_throw(second.lookup(key_of(1), {}));
  REQUIRE(found);
  CHECK(found->path == other.only_blob());
}
