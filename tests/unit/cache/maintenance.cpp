#include "cache_fixture.hpp"

#include "util/file.hpp"
#include "util/file_lock.hpp"
#include "util/hex.hpp"
#include "util/sha256.hpp"

#include <filesystem>
#include <fstream>

using namespace cwasm;
using namespace cwasm::test;
using std::chrono::seconds;
using std::chrono::system_clock;

namespace {

constexpr std::string_view k_name_of_nothing =
    "00ff000000000000000000000000000000000000000000000000000000000000";

void write(const std::filesystem::path& path, std::string_view content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

} // namespace

TEST_CASE("verify finds nothing wrong in a sound cache") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "one");
  insert(cache, 2, "two");
  insert(cache, 3, "two");
  const auto report = cache.verify();
  REQUIRE(report);
  CHECK(report->checked == 2);
  CHECK(report->corrupt == 0);
  CHECK(report->orphans == 0);
  CHECK(report->findings.empty());
}

TEST_CASE("verify sets damaged artifacts aside and counts no lookup") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "one");
  overwrite(room.only_blob(), "oNe");
  insert(cache, 2, "two");
  const auto two = *cache.lookup(key_of(2), {});
  insert(cache, 3, "three");
  std::filesystem::remove(two->path);
  const auto report = cache.verify();
  REQUIRE(report);
  CHECK(report->checked == 3);
  CHECK(report->corrupt == 2);
  CHECK(report->orphans == 0);
  CHECK(report->findings.size() == 2);
  CHECK(stats(cache).entries == 1);
  CHECK(room.files("quarantine").size() == 1);
  CHECK(stats(cache).counters == counted({{Counter::stores, 3}, {Counter::hits, 1}}));
  CHECK_FALSE(lookup(cache, 1));
  CHECK(lookup(cache, 3) == "three");
}

TEST_CASE("verify removes what a crash has left, and only that") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "one");
  const auto shard = room.directory / "blobs" / "00";
  write(shard / k_name_of_nothing, "no row has it");
  write(shard / "README", "not ours");
  write(room.directory / "tmp" / "0123456789abcdef0123456789abcdef", "its writer is gone");
  const auto living = room.directory / "tmp" / "ffffffffffffffffffffffffffffffff";
  const auto writer = util::create_file(living, 0444);
  REQUIRE(writer);
  REQUIRE(util::try_lock(*writer, util::LockMode::exclusive, living));
  const auto report = cache.verify();
  REQUIRE(report);
  CHECK(report->checked == 1);
  CHECK(report->orphans == 2);
  CHECK(report->findings.size() == 2);
  CHECK_FALSE(std::filesystem::exists(shard / k_name_of_nothing));
  CHECK(std::filesystem::exists(shard / "README"));
  CHECK(room.files("tmp") == std::vector{living});
  CHECK(lookup(cache, 1) == "one");
}

TEST_CASE("clear leaves an empty cache that still works") {
  const CacheRoom room;
  auto cache = room.open();
  auto other = room.open();
  insert(cache, 1, "one");
  overwrite(room.only_blob(), "oNe");
  CHECK_FALSE(lookup(cache, 1));
  CHECK(room.files("quarantine").size() == 1);
  insert(cache, 1, "one");
  insert(cache, 2, "two!");
  insert(cache, 3, "two!");
  const auto report = cache.clear();
  REQUIRE(report);
  CHECK(report->entries == 3);
  CHECK(report->bytes == 7);
  CHECK(room.blobs().empty());
  CHECK(room.files("quarantine").empty());
  CHECK(stats(cache).counters == Counters{});
  CHECK(stats(cache).entries == 0);
  CHECK(stats(cache).bytes == 0);
  CHECK_FALSE(lookup(cache, 1));
  CHECK_FALSE(lookup(other, 1));
  insert(other, 1, "one");
  CHECK(lookup(cache, 1) == "one");
}

TEST_CASE("list tells what is known, the last used first") {
  const CacheRoom room;
  auto clock = std::make_shared<system_clock::time_point>(seconds(1'700'000'000));
  auto options = room.options();
  options.now = [clock] { return *clock; };
  auto cache = ModuleCache::open(options);
  REQUIRE(cache);
  const EntryDescription description{
      "48", "x86_64-unknown-linux-gnu", "speed", "wasmtime 48.0.1", "/in/module.wasm", 1.25};
  REQUIRE(cache->insert(key_of(1), bytes_of("one"), description));
  *clock += seconds(10);
  insert(*cache, 2, "second");
  *clock += seconds(10);
  REQUIRE(lookup(*cache, 1));
  const bool flushed = GENERATE(false, true);
  if (flushed) {
    REQUIRE(cache->flush());
  }
  const auto entries = cache->list();
  REQUIRE(entries);
  REQUIRE(entries->size() == 2);
  const Entry& first = entries->at(0);
  CHECK((first.key == key_of(1)));
  CHECK(first.description.release == "48");
  CHECK(first.description.target == "x86_64-unknown-linux-gnu");
  CHECK(first.description.opt_level == "speed");
  CHECK(first.description.producer == "wasmtime 48.0.1");
  CHECK(first.description.input == "/in/module.wasm");
  CHECK(first.description.compile_seconds == 1.25);
  CHECK(first.blob == util::to_hex(*util::sha256(bytes_of("one"))));
  CHECK(first.size == 3);
  CHECK(first.uses == 1);
  CHECK((first.created == system_clock::time_point(seconds(1'700'000'000))));
  CHECK((first.last_used == system_clock::time_point(seconds(1'700'000'020))));
  CHECK((entries->at(1).key == key_of(2)));
  CHECK(entries->at(1).uses == 0);
}

TEST_CASE("a text without end is shortened") {
  const CacheRoom room;
  auto cache = room.open();
  EntryDescription description;
  description.input = std::string(3'000'000, 'x');
  REQUIRE(cache.insert(key_of(1), bytes_of("one"), description));
  const auto entries = cache.list();
  REQUIRE(entries);
  CHECK(entries->at(0).description.input == std::string(4096, 'x'));
}
