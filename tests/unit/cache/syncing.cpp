#include "cache/sqlite.hpp"
#include "cache_fixture.hpp"

// What is noted as verified was synced before: so much a power loss leaves of what was stored.

using namespace cwasm;
using namespace cwasm::test;

namespace {

/// How many blobs the index believes without hashing them.
std::int64_t believed(const CacheRoom& room) {
  auto database =
      or_throw(cache::Database::open(room.directory / "index.db", std::chrono::seconds(5)));
  auto query = or_throw(database.query("SELECT count(*) FROM blobs WHERE inode IS NOT NULL"));
  REQUIRE(or_throw(query.step()));
  return query.integer(0);
}

/// What a power loss makes of a file whose pages were never written.
void lose_pages(const std::filesystem::path& blob) {
  overwrite(blob, std::string(std::filesystem::file_size(blob), '\0'));
}

} // namespace

TEST_CASE("a stored artifact is believed once it was synced, at the next flush") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "artifact");
  CHECK(believed(room) == 0);
  CHECK(lookup(cache, 1) == "artifact");
  {
    auto other = room.open();
    CHECK(lookup(other, 1) == "artifact");
  }
  // The other one took what this one had mapped: it has nothing to vouch for.
  CHECK(believed(room) == 0);
  insert(cache, 2, "another");
  CHECK(believed(room) == 0);
  REQUIRE(cache.flush());
  CHECK(believed(room) == 2);
}

TEST_CASE("what the disk never got is found out, before and after a flush of others") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "artifact");
  insert(cache, 2, "another");
  lose_pages(room.blobs().front());
  auto other = room.open();
  const bool first = lookup(other, 1).has_value();
  const bool second = lookup(other, 2).has_value();
  CHECK(first != second);
  CHECK(other.counters() == counted({{Counter::hits, 1}, {Counter::corrupt, 1}}));
  // The handle that stored it does not vouch for a file that has changed.
  REQUIRE(cache.flush());
  CHECK(believed(room) == 1);
}

TEST_CASE("equal artifacts of one handle share a blob before the first flush, too") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "artifact");
  const auto before = std::filesystem::last_write_time(room.only_blob());
  insert(cache, 2, "artifact");
  CHECK(std::filesystem::last_write_time(room.only_blob()) == before);
  REQUIRE(cache.flush());
  CHECK(believed(room) == 1);
}

TEST_CASE("a blob that is gone when it is to be synced is no trouble of the flush") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "artifact");
  std::filesystem::remove(room.only_blob());
  REQUIRE(cache.flush());
  CHECK(room.warnings->empty());
  CHECK(believed(room) == 0);
}
