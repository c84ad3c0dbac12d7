#include "cache_fixture.hpp"

#include "cache/index_file.hpp"
#include "cache/schema.hpp"
#include "cache/sqlite.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace cwasm;
using namespace cwasm::test;

namespace {

void write(const std::filesystem::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::filesystem::path index_of(const CacheRoom& room) { return room.directory / "index.db"; }

/// A cache with so many entries, about one a page, closed, its log in the database.
void fill(const CacheRoom& room, std::uint32_t entries) {
  auto cache = room.open();
  EntryDescription description;
  description.input = std::string(4000, 'x');
  for (std::uint32_t number = 0; number < entries; ++number) {
    const auto artifact = bytes_of("artifact " + std::to_string(number));
    REQUIRE(cache.insert(key_of(number), artifact, description));
  }
}

void execute(const CacheRoom& room, const char* sql) {
  auto database = cache::Database::open(index_of(room), std::chrono::milliseconds(1000));
  REQUIRE(database);
  REQUIRE(database->execute(sql));
}

/// The damaged index is set aside with one warning, and the cache works.
void check_begun_anew(const CacheRoom& room) {
  auto cache = room.open();
  REQUIRE(room.warnings->size() == 1);
  CHECK(room.warnings->front().find("damaged") != std::string::npos);
  CHECK_FALSE(room.files("quarantine").empty());
  CHECK(stats(cache).entries == 0);
  CHECK_FALSE(lookup(cache, 1));
  insert(cache, 1, "artifact 1");
  CHECK(lookup(cache, 1) == "artifact 1");
  auto second = room.open();
  CHECK(room.warnings->size() == 1);
}

} // namespace

TEST_CASE("an index that is no database is set aside") {
  const CacheRoom room;
  fill(room, 3);
  // Otherwise SQLite would find whole pages in it.
  std::filesystem::remove(room.directory / "index.db-wal");
  SECTION("garbage") { write(index_of(room), std::string(10000, 'x')); }
  SECTION("a text shorter than a header") { write(index_of(room), "hello"); }
  SECTION("cut in the middle") { std::filesystem::resize_file(index_of(room), 9000); }
  SECTION("a schema that is not ours") { execute(room, "DROP TABLE entries"); }
  SECTION("a version that never was") { execute(room, "PRAGMA user_version = -5"); }
  SECTION("a migration that fails") { execute(room, "PRAGMA user_version = 0"); }
  check_begun_anew(room);
}

TEST_CASE("an index damaged in the middle is set aside when that is met") {
  const CacheRoom room;
  fill(room, 40);
  const auto size = std::filesystem::file_size(index_of(room));
  REQUIRE(size > 16 * 4096);
  {
    // All pages but those of the schema.
    constexpr std::size_t k_page = 4096;
    std::fstream file(index_of(room), std::ios::binary | std::ios::in | std::ios::out);
    for (std::size_t start = 0; start < size; start += k_page) {
      std::string page(k_page, '\0');
      file.seekg(static_cast<std::streamoff>(start));
      file.read(page.data(), k_page);
      if (page.find("CREATE ") == std::string::npos && start != 0) {
        file.seekp(static_cast<std::streamoff>(start));
        file.write(std::string(k_page, '\xa5').data(), k_page);
      }
    }
  }
  std::filesystem::remove(room.directory / "index.db-wal");
  auto cache = room.open();
  CHECK(room.warnings->empty());
  CHECK_FALSE(lookup(cache, 1));
  CHECK(room.warnings->size() == 1);
  CHECK(cache.counters() == counted({{Counter::misses, 1}}));
  insert(cache, 1, "artifact 1");
  CHECK(lookup(cache, 1) == "artifact 1");
  const auto report = cache.verify();
  REQUIRE(report);
  CHECK(report->orphans == 39);
}

TEST_CASE("an index of a newer version is left alone") {
  const CacheRoom room;
  fill(room, 1);
  execute(room, "PRAGMA user_version = 1000");
  const auto cache = ModuleCache::open(room.options());
  REQUIRE_FALSE(cache);
  CHECK(cache.error().code() == ErrorCode::unsupported);
  CHECK(cache.error().message().find("version 1000") != std::string::npos);
  CHECK(room.files("quarantine").empty());
  execute(room, "PRAGMA user_version = 3");
  auto again = room.open();
  CHECK(lookup(again, 0) == "artifact 0");
}

TEST_CASE("a cache that is not there is not made unless asked for") {
  CacheRoom room;
  auto options = room.options();
  options.create = false;
  const auto cache = ModuleCache::open(options);
  REQUIRE_FALSE(cache);
  CHECK(cache.error().code() == ErrorCode::not_found);
  CHECK_FALSE(std::filesystem::exists(room.directory));
  fill(room, 1);
  CHECK(ModuleCache::open(options));
}

TEST_CASE("a directory that cannot be used is an error that says what to do") {
  CacheRoom room;
  SECTION("a file stands in its place") { write(room.directory, "a file"); }
  SECTION("a file stands in its parent's place") {
    write(room.directory, "a file");
    room.directory /= "below";
  }
  SECTION("it is read-only") {
    if (::geteuid() == 0) {
      WARN("root may write everywhere: skipped");
      return;
    }
    std::filesystem::create_directory(room.directory);
    std::filesystem::permissions(room.directory, std::filesystem::perms(0500));
  }
  const auto cache = ModuleCache::open(room.options());
  REQUIRE_FALSE(cache);
  CHECK(cache.error().code() == ErrorCode::io);
  CHECK(cache.error().message().find("directory that this user can write") != std::string::npos);
}

TEST_CASE("no directory at all is the caller's mistake") {
  const auto cache = ModuleCache::open({});
  REQUIRE_FALSE(cache);
  CHECK(cache.error().code() == ErrorCode::invalid_argument);
}

TEST_CASE("a directory removed under a handle is made again") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "artifact");
  REQUIRE(cache.flush());
  std::filesystem::remove_all(room.directory);
  CHECK_FALSE(lookup(cache, 1));
  insert(cache, 1, "artifact");
  CHECK(lookup(cache, 1) == "artifact");
  auto other = room.open();
  CHECK(lookup(other, 1) == "artifact");
}

TEST_CASE("a relative directory stays what it was") {
  const CacheRoom room;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(room.directory.parent_path());
  CacheOptions options;
  options.directory = "cache";
  auto cache = ModuleCache::open(options);
  std::filesystem::current_path(before);
  REQUIRE(cache);
  CHECK(cache->directory() == room.directory);
  insert(*cache, 1, "artifact");
  CHECK(room.only_blob().is_absolute());
}

TEST_CASE("a writer that holds the index is waited for, and then the cache is busy") {
  const CacheRoom room;
  auto options = room.options();
  options.busy_timeout = std::chrono::milliseconds(20);
  auto cache = ModuleCache::open(options);
  REQUIRE(cache);
  insert(*cache, 1, "artifact");
  auto database = cache::Database::open(index_of(room), std::chrono::milliseconds(20));
  REQUIRE(database);
  {
    const auto transaction = cache::Transaction::begin(*database);
    REQUIRE(transaction);
    const auto refused = cache->insert(key_of(2), bytes_of("another"), {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == ErrorCode::busy);
    // Readers do not wait for writers.
    CHECK(lookup(*cache, 1) == "artifact");
    const auto flushed = cache->flush();
    REQUIRE_FALSE(flushed);
    CHECK(flushed.error().code() == ErrorCode::busy);
  }
  CHECK(room.blobs().size() == 1);
  CHECK(room.files("tmp").empty());
  REQUIRE(cache->flush());
  auto other = room.open();
  CHECK(stats(other).counters ==
        counted({{Counter::stores, 1}, {Counter::store_failures, 1}, {Counter::hits, 1}}));
}

TEST_CASE("the log does not grow with the number of handles that only had hits") {
  const CacheRoom room;
  {
    auto cache = room.open();
    insert(cache, 1, "artifact");
  }
  constexpr std::uint64_t k_handles = 100;
  std::uintmax_t longest = 0;
  for (std::uint64_t i = 0; i < k_handles; ++i) {
    {
      auto cache = room.open();
      CHECK(lookup(cache, 1) == "artifact");
    }
    longest = std::max(longest, std::filesystem::file_size(room.directory / "index.db-wal"));
  }
  constexpr std::uintmax_t k_pages = 64;
  constexpr std::uintmax_t k_frame_size = 4096 + 24;
  CHECK(longest > 0);
  CHECK(longest < (k_pages + 2) * k_frame_size);
  auto cache = room.open();
  CHECK(stats(cache).counters == counted({{Counter::stores, 1}, {Counter::hits, k_handles}}));
}
