#include "cache/schema_fingerprint.hpp"
#include "cache_fixture.hpp"

#include "support/result.hpp"

#include <fmt/format.h>

using namespace cwasm;
using namespace cwasm::test;

namespace {

constexpr std::chrono::milliseconds k_wait{1000};

cache::Database database_of_version(const std::filesystem::path& path, std::int64_t version) {
  auto database = or_throw(cache::Database::open(path, k_wait));
  REQUIRE(error_of(cache::migrate(database, version)) == "");
  return database;
}

void change(const CacheRoom& room, const char* sql) {
  auto database = or_throw(cache::Database::open(room.directory / "index.db", k_wait));
  REQUIRE(error_of(database.execute(sql)) == "");
}

} // namespace

TEST_CASE("the fingerprint is that of the schema which the migrations make") {
  const auto directory = scratch_directory();
  auto made = database_of_version(directory / "new.db", cache::k_schema_version);
  const auto found = or_throw(cache::schema_fingerprint(made));
  INFO(fmt::format("k_schema_fingerprint = {:#018x}", found));
  CHECK(found == cache::k_schema_fingerprint);
  // Whatever version it comes from.
  for (std::int64_t version = 1; version < cache::k_schema_version; ++version) {
    auto database = database_of_version(directory / ("from" + std::to_string(version)), version);
    CHECK(or_throw(cache::schema_fingerprint(database)) != found);
    REQUIRE(cache::migrate(database));
    CHECK(or_throw(cache::schema_fingerprint(database)) == found);
  }
}

TEST_CASE("an index whose schema is not ours is set aside") {
  const CacheRoom room;
  {
    auto cache = room.open();
    insert(cache, 1, "artifact");
  }
  SECTION("another table") { change(room, "CREATE TABLE more(x)"); }
  SECTION("a view") { change(room, "CREATE VIEW more AS SELECT 1"); }
  SECTION("a trigger") {
    change(room, "CREATE TRIGGER more AFTER INSERT ON blobs BEGIN DELETE FROM blobs; END");
  }
  SECTION("another column") { change(room, "ALTER TABLE blobs ADD COLUMN more INTEGER"); }
  SECTION("another index") { change(room, "CREATE UNIQUE INDEX more ON blobs(size)"); }
  SECTION("an index less") { change(room, "DROP INDEX entries_by_blob"); }
  auto cache = room.open();
  REQUIRE(room.warnings->size() == 1);
  CHECK(room.warnings->front().find("is damaged (its schema is not ours)") != std::string::npos);
  CHECK_FALSE(lookup(cache, 1));
  insert(cache, 1, "artifact");
  CHECK(lookup(cache, 1) == "artifact");
}

TEST_CASE("what SQLite notes for itself does not count") {
  const CacheRoom room;
  {
    auto cache = room.open();
    insert(cache, 1, "artifact");
  }
  change(room, "ANALYZE");
  auto cache = room.open();
  CHECK(room.warnings->empty());
  CHECK(lookup(cache, 1) == "artifact");
}

TEST_CASE("a handle notices that a newer version has migrated its index, and writes no more") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "artifact");
  CHECK(lookup(cache, 1) == "artifact");
  change(room, fmt::format("BEGIN; ALTER TABLE blobs ADD COLUMN more INTEGER;"
                           "PRAGMA user_version = {}; COMMIT",
                           cache::k_schema_version + 1)
                   .c_str());
  CHECK(lookup(cache, 1) == "artifact");
  const auto stored = cache.insert(key_of(2), bytes_of("another"), {});
  REQUIRE_FALSE(stored);
  CHECK(stored.error().code() == ErrorCode::unsupported);
  CHECK(stored.error().message() ==
        fmt::format("store artifact: another version of cwasm has brought the index from version "
                    "{} to {} meanwhile; nothing is written to it any longer",
                    cache::k_schema_version, cache::k_schema_version + 1));
  CHECK(room.blobs().size() == 1);
  CHECK(room.files("tmp").empty());
  const auto flushed = cache.flush();
  REQUIRE_FALSE(flushed);
  CHECK(flushed.error().code() == ErrorCode::unsupported);
  CHECK(room.files("quarantine").empty());
}

TEST_CASE("a newer version that dropped what a lookup reads is an error that says so") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "artifact");
  change(room, fmt::format("BEGIN; DROP TABLE entries; PRAGMA user_version = {}; COMMIT",
                           cache::k_schema_version + 1)
                   .c_str());
  const auto found = cache.lookup(key_of(1), {});
  REQUIRE_FALSE(found);
  CHECK(found.error().code() == ErrorCode::unsupported);
  CHECK(found.error().message().find("a newer cwasm made it") != std::string::npos);
  CHECK(room.files("quarantine").empty());
}
