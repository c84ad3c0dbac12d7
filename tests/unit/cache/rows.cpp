#include "cache/rows.hpp"
#include "cache/index.hpp"
#include "cache/sqlite.hpp"
#include "cache_fixture.hpp"

// Rows of the index that lie, and rows of several namespaces.

using namespace cwasm;
using namespace cwasm::test;

namespace {

void change_index(const CacheRoom& room, const char* sql) {
  auto database =
      or_throw(cache::Database::open(room.directory / "index.db", std::chrono::seconds(5)));
  REQUIRE(database.execute(sql));
}

ModuleCache open_in(const CacheRoom& room, const char* name_space) {
  auto options = room.options();
  options.name_space = name_space;
  return or_throw(ModuleCache::open(options));
}

std::pair<std::uint64_t, std::uint64_t> size_of(ModuleCache& cache) {
  const auto now = stats(cache);
  return {now.entries, now.bytes};
}

using Size = std::pair<std::uint64_t, std::uint64_t>;

} // namespace

TEST_CASE("a row that names another artifact than it was sealed with is corrupt, not a hit") {
  const CacheRoom room;
  {
    auto cache = room.open();
    insert(cache, 1, "of the first");
    insert(cache, 2, "of the second");
  }
  SECTION("its blob is another's") {
    change_index(room, "UPDATE entries SET blob = 3 - blob WHERE id = 1");
  }
  SECTION("its module is another") {
    change_index(room, "UPDATE entries SET module = zeroblob(32) WHERE id = 2");
    change_index(room, "UPDATE entries SET module = (SELECT module FROM entries WHERE id = 1),"
                       " engine = 99 WHERE id = 2");
    change_index(room, "DELETE FROM entries WHERE id = 1");
    change_index(room, "UPDATE entries SET engine = (SELECT min(id) FROM engines)");
  }
  auto cache = room.open();
  CHECK_FALSE(lookup(cache, 1));
  CHECK(cache.counters() == counted({{Counter::corrupt, 1}}));
  REQUIRE(room.warnings->size() == 1);
  CHECK(room.warnings->at(0) == "a row of the cache index is damaged: its seal does not fit the "
                                "artifact it names; it is not used");
  // It is gone: a miss from now on.
  CHECK_FALSE(lookup(cache, 1));
  CHECK(cache.counters() == counted({{Counter::corrupt, 1}, {Counter::misses, 1}}));
  insert(cache, 1, "of the first");
  CHECK(lookup(cache, 1) == "of the first");
  CHECK(or_throw(cache.verify()).corrupt == 0);
}

TEST_CASE("peeking at a row that lies says so") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "of the first");
  insert(cache, 2, "of the second");
  change_index(room, "UPDATE entries SET blob = 3 - blob");
  const auto peeked = cache.peek(key_of(1));
  REQUIRE_FALSE(peeked);
  CHECK(peeked.error().code() == ErrorCode::corrupt);
}

TEST_CASE("verify removes rows that lie, or name what is not there, and the totals follow") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "of the first");
  insert(cache, 2, "of the second");
  insert(cache, 3, "of the third");
  change_index(room, GENERATE("UPDATE entries SET blob = 2 WHERE id = 1",
                              "PRAGMA foreign_keys = OFF; UPDATE entries SET blob = 9 WHERE id = 1",
                              "UPDATE entries SET engine = 9 WHERE id = 1",
                              "UPDATE entries SET description = 9 WHERE id = 1",
                              "UPDATE entries SET namespace = 9 WHERE id = 1"));
  const auto report = or_throw(cache.verify());
  CHECK(report.corrupt == 1);
  CHECK(report.checked == 2);
  REQUIRE(report.findings.size() == 2);
  CHECK(report.findings[0] == "damaged rows of the index were removed: 1");
  CHECK(size_of(cache) == Size{2, 25});
  CHECK(or_throw(cache.verify()).corrupt == 0);
  CHECK_FALSE(lookup(cache, 1));
  CHECK(lookup(cache, 2) == "of the second");
  CHECK(cache.counters() ==
        counted({{Counter::stores, 3}, {Counter::misses, 1}, {Counter::hits, 1}}));
}

TEST_CASE("what was counted outlives the clearing of a namespace") {
  const CacheRoom room;
  auto red = open_in(room, "red");
  insert(red, 1, "artifact");
  CHECK(lookup(red, 1));
  CHECK_FALSE(lookup(red, 2));
  REQUIRE(red.clear());
  const auto all = counted({{Counter::stores, 1}, {Counter::hits, 1}, {Counter::misses, 1}});
  CHECK(stats(red).counters == all);
  REQUIRE(red.flush());
  auto nobody = room.open();
  CHECK(stats(nobody).counters == all);
  CHECK(stats(nobody).served_bytes == 8);
}

TEST_CASE("tenants that share a directory do not see each other's entries, and share blobs") {
  const CacheRoom room;
  auto nobody = room.open();
  auto red = open_in(room, "red");
  auto blue = open_in(room, "blue");
  insert(red, 1, "artifact");
  CHECK(lookup(red, 1) == "artifact");
  CHECK_FALSE(lookup(blue, 1));
  CHECK_FALSE(lookup(nobody, 1));
  insert(blue, 1, "artifact");
  CHECK(room.blobs().size() == 1);
  CHECK(or_throw(red.list()).size() == 1);
  CHECK(or_throw(nobody.list()).empty());
  CHECK(size_of(red) == Size{2, 8});
  red.note_miss({key_of(3), "red.wasm", "reason", {}});
  REQUIRE(red.flush());
  CHECK(or_throw(blue.misses()).empty());
  CHECK(or_throw(red.misses()).size() == 1);

  const auto cleared = or_throw(red.clear());
  CHECK(cleared.entries == 1);
  CHECK(lookup(blue, 1) == "artifact");
  CHECK(or_throw(red.misses()).empty());
  CHECK(size_of(blue) == Size{1, 8});
  // The handle without a name clears the whole directory.
  CHECK(or_throw(nobody.clear()).entries == 1);
  CHECK(size_of(blue) == Size{0, 0});
  CHECK(room.blobs().empty());
}

TEST_CASE("another's artifact of the load class is not taken from another namespace") {
  const CacheRoom room;
  auto red = open_in(room, "red");
  auto blue = open_in(room, "blue");
  Requirements needs;
  needs.load.load_class.fill(std::byte{7});
  REQUIRE(red.insert(key_of(1), bytes_of("artifact"), {}, needs));
  auto wanted = key_of(1);
  wanted.engine.bytes.fill(std::byte{9});
  const CompatibleWish wish{needs.load, false};
  CHECK_FALSE(or_throw(blue.lookup(wanted, wish, {})).artifact);
  CHECK(or_throw(red.lookup(wanted, wish, {})).artifact);
}

TEST_CASE("a namespace's name has a longest length") {
  const CacheRoom room;
  auto options = room.options();
  options.name_space = std::string(256, 'x');
  const auto cache = ModuleCache::open(options);
  REQUIRE_FALSE(cache);
  CHECK(cache.error().code() == ErrorCode::invalid_argument);
}

TEST_CASE("the totals follow every way in which rows come and go") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "12345");
  insert(cache, 2, "12345");
  CHECK(size_of(cache) == Size{2, 5});
  insert(cache, 2, "1234567");
  CHECK(size_of(cache) == Size{2, 12});
  insert(cache, 1, "1234567");
  CHECK(size_of(cache) == Size{2, 7});
  overwrite(room.only_blob(), "7654321");
  CHECK_FALSE(lookup(cache, 1));
  CHECK(size_of(cache) == Size{0, 0});
  insert(cache, 1, "12345");
  change_index(room, "UPDATE totals SET entries = 77, bytes = 77");
  REQUIRE(cache.verify());
  CHECK(size_of(cache) == Size{1, 5});
}

TEST_CASE("what compiles long, is used often, is small or was used lately is worth more") {
  const auto score = [](double seconds, std::uint64_t uses, std::uint64_t size, int days) {
    return cache::score_of({seconds, uses, size, cache::Time(std::chrono::hours(24 * days))});
  };
  const double middle = score(1, 3, 1000, 100);
  CHECK(score(2, 3, 1000, 100) == Approx(middle + 1));
  CHECK(score(1, 7, 1000, 100) == Approx(middle + 1));
  CHECK(score(1, 3, 500, 100) == Approx(middle + 1));
  CHECK(score(1, 3, 1000, 107) == Approx(middle + 1));
  // What nobody can have measured does no harm.
  CHECK(score(-1, 0, 0, 0) == score(0, 0, 1, 0));
  CHECK(score(std::numeric_limits<double>::quiet_NaN(), 0, 1, 0) == score(0, 0, 1, 0));
  CHECK(std::isfinite(score(std::numeric_limits<double>::infinity(), ~0ULL, 0, 100000)));
}

TEST_CASE("who only stores notes from time to time that its files are whole") {
  const CacheRoom room;
  auto cache = room.open();
  const auto noted = [&room] {
    auto database =
        or_throw(cache::Database::open(room.directory / "index.db", std::chrono::seconds(5)));
    auto query = or_throw(database.query("SELECT count(*) FROM blobs WHERE inode IS NOT NULL"));
    REQUIRE(or_throw(query.step()));
    return query.integer(0);
  };
  for (std::uint32_t number = 0; number < 1023; ++number) {
    insert(cache, number, std::to_string(number));
  }
  CHECK(noted() == 0);
  insert(cache, 1023, "the last");
  CHECK(noted() == 1024);
}
