#include "cache_fixture.hpp"

#include "cache/index_file.hpp"
#include "util/file.hpp"

#include <chrono>
#include <filesystem>

using namespace cwasm;
using namespace cwasm::test;

namespace {

const Counters k_found_damaged =
    counted({{Counter::stores, 1}, {Counter::corrupt, 1}, {Counter::misses, 1}});

/// The first lookup finds the damage, the second finds nothing, and an insert mends it.
void check_heals(const CacheRoom& room, ModuleCache& cache, std::size_t quarantined) {
  CHECK_FALSE(lookup(cache, 1));
  CHECK(stats(cache).entries == 0);
  CHECK(room.blobs().empty());
  CHECK(room.files("quarantine").size() == quarantined);
  CHECK(room.warnings->size() == 1);
  CHECK_FALSE(lookup(cache, 1));
  CHECK(stats(cache).counters == k_found_damaged);
  CHECK(room.warnings->size() == 1);
  insert(cache, 1, "artifact");
  CHECK(lookup(cache, 1) == "artifact");
}

} // namespace

TEST_CASE("a flipped byte is found, whatever handle mapped the file before") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "artifact");
  overwrite(room.only_blob(), "artifacT");
  SECTION("by the handle that wrote it") { check_heals(room, cache, 1); }
  SECTION("by a fresh handle") {
    auto fresh = room.open();
    REQUIRE(cache.flush());
    check_heals(room, fresh, 1);
  }
  CHECK(room.warnings->front().find("SHA-256") != std::string::npos);
}

TEST_CASE("a truncated artifact is corrupt") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "artifact");
  overwrite(room.only_blob(), "a");
  std::filesystem::resize_file(room.only_blob(), 4);
  check_heals(room, cache, 1);
  CHECK(room.warnings->front().find("it has 4 bytes of 8") != std::string::npos);
}

TEST_CASE("a deleted artifact is corrupt") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "artifact");
  std::filesystem::remove(room.only_blob());
  check_heals(room, cache, 0);
  CHECK(room.warnings->front().find("missing") != std::string::npos);
}

TEST_CASE("what is not a regular file is corrupt, and never followed") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "artifact");
  const auto blob = room.only_blob();
  std::filesystem::rename(blob, room.directory / "elsewhere");
  SECTION("a symbolic link, even to the right content") {
    std::filesystem::create_symlink(room.directory / "elsewhere", blob);
    check_heals(room, cache, 1);
  }
  SECTION("a directory") {
    std::filesystem::create_directory(blob);
    CHECK_FALSE(lookup(cache, 1));
    insert(cache, 1, "artifact");
    CHECK(lookup(cache, 1) == "artifact");
    CHECK(cache.counters() ==
          counted({{Counter::stores, 2}, {Counter::corrupt, 1}, {Counter::hits, 1}}));
  }
}

TEST_CASE("a copied directory is hashed once and then trusted") {
  const CacheRoom room;
  {
    auto cache = room.open();
    insert(cache, 1, "artifact");
  }
  CacheRoom copy;
  std::filesystem::copy(room.directory, copy.directory, std::filesystem::copy_options::recursive);
  {
    auto cache = copy.open();
    CHECK(lookup(cache, 1) == "artifact");
    CHECK(lookup(cache, 1) == "artifact");
    CHECK(cache.counters() == counted({{Counter::hits, 2}}));
  }
  auto opened = cache::open_index({copy.directory, false, std::chrono::milliseconds(1000), {}});
  REQUIRE(opened);
  const auto record = opened->index.find(key_of(1));
  REQUIRE(record);
  REQUIRE(record->has_value());
  const auto identity = util::identify(copy.only_blob());
  REQUIRE(identity);
  CHECK(((*record)->blob.verified == *identity));
  CHECK(copy.warnings->empty());
}

TEST_CASE("damage hits every key of a shared artifact and no other") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "shared");
  insert(cache, 2, "shared");
  const auto shared = room.only_blob();
  insert(cache, 3, "another");
  overwrite(shared, "SHARED");
  CHECK_FALSE(lookup(cache, 1));
  CHECK_FALSE(lookup(cache, 2));
  CHECK(lookup(cache, 3) == "another");
  CHECK(
      cache.counters() ==
      counted(
          {{Counter::stores, 3}, {Counter::corrupt, 1}, {Counter::misses, 1}, {Counter::hits, 1}}));
}

TEST_CASE("inserting over a damaged file mends it") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "artifact");
  overwrite(room.only_blob(), "artifacT");
  insert(cache, 2, "artifact");
  CHECK(lookup(cache, 1) == "artifact");
  CHECK(lookup(cache, 2) == "artifact");
  CHECK(cache.counters() == counted({{Counter::stores, 2}, {Counter::hits, 2}}));
}
