#include "cache_fixture.hpp"

#include "cache/schema.hpp"
#include "cache/sqlite.hpp"

#include <array>
#include <chrono>

using namespace cwasm;
using namespace cwasm::test;

namespace {

/// An engine of a class: what its artifacts need, and its part of the key.
struct Machine {
  std::uint8_t number;
  std::uint8_t load_class;
  std::uint32_t opt_rank = 1;
  std::uint32_t cpu_flags = 0;
};

CacheKey key_of(const Machine& machine, std::uint32_t module = 1) {
  CacheKey key = test::key_of(module);
  key.engine.bytes.fill(std::byte{machine.number});
  return key;
}

LoadRequirements load_of(const Machine& machine) {
  LoadRequirements out;
  out.load_class.fill(std::byte{machine.load_class});
  out.opt_rank = machine.opt_rank;
  out.cpu_flags = machine.cpu_flags;
  return out;
}

void store(ModuleCache& cache, const Machine& machine, std::string_view artifact,
           std::uint32_t module = 1) {
  EntryDescription description;
  description.release = "release " + std::to_string(machine.number);
  or_throw(
      cache.insert(key_of(machine, module), bytes_of(artifact), description,
                   Requirements{load_of(machine), "number=" + std::to_string(machine.number)}));
}

/// "hits: artifact", "misses"; refuses artifacts that begin with "no".
std::string look_up(ModuleCache& cache, const Machine& machine, bool allow_lower = false,
                    std::uint32_t module = 1) {
  const auto accepts = [](std::span<const std::byte> bytes) {
    return !(bytes.size() >= 2 && bytes[0] == std::byte{'n'} && bytes[1] == std::byte{'o'});
  };
  const auto found = or_throw(cache.lookup(key_of(machine, module),
                                           CompatibleWish{load_of(machine), allow_lower}, accepts));
  const auto counted = std::string(counter_name(found.counted));
  return found.artifact ? counted + ": " + text_of(found.artifact->bytes) : counted;
}

/// The rows of a version 1 schema, as statements that insert them.
std::vector<std::string> rows_of(const std::filesystem::path& path) {
  constexpr std::array k_dump = {
      "SELECT 'INSERT INTO blobs VALUES(' || quote(id) || ',' || quote(digest) || ',' ||"
      " quote(size) || ',' || quote(device) || ',' || quote(inode) || ',' || quote(mtime_ns) || ','"
      " || quote(ctime_ns) || ')' FROM blobs",
      "SELECT 'INSERT INTO entries VALUES(' || quote(e.id) || ',' || quote(module) || ',' ||"
      " quote(algorithm) || ',' || quote(kind) || ',' || quote(hash) || ',' || quote(blob) || ','"
      " || quote(release) || ',' || quote(target) || ',' || quote(opt_level) || ',' ||"
      " quote(producer) || ',' || quote(input) || ',' || quote(compile_seconds) || ',' ||"
      " quote(created) || ',' || quote(last_used) || ',' || quote(uses) || ')' FROM entries AS e"
      " JOIN engines AS n ON n.id = e.engine JOIN descriptions AS d ON d.id = e.description",
      "SELECT 'INSERT INTO counters VALUES(' || quote(id) || ',' || quote(value) || ')'"
      " FROM counters WHERE id < 256",
      "SELECT 'INSERT INTO file_digests VALUES(' || quote(device) || ',' || quote(inode) || ',' ||"
      " quote(algorithm) || ',' || quote(size) || ',' || quote(mtime_ns) || ',' ||"
      " quote(ctime_ns) || ',' || quote(digest) || ')' FROM file_digests",
  };
  auto database = or_throw(cache::Database::open(path, std::chrono::milliseconds(1000)));
  std::vector<std::string> out;
  for (const auto* const dump : k_dump) {
    auto query = or_throw(database.query(dump));
    while (or_throw(query.step())) {
      out.emplace_back(query.text(0));
    }
  }
  return out;
}

} // namespace

TEST_CASE("what is under the key comes first, then what another engine of the class has") {
  const CacheRoom room;
  auto cache = room.open();
  const Machine own{1, 7};
  CHECK(look_up(cache, own) == "misses");
  store(cache, {2, 7}, "another's");
  CHECK(look_up(cache, own) == "compatible_hits: another's");
  store(cache, own, "own");
  CHECK(look_up(cache, own) == "hits: own");
  CHECK(cache.counters() == counted({{Counter::misses, 1},
                                     {Counter::compatible_hits, 1},
                                     {Counter::hits, 1},
                                     {Counter::stores, 2}}));
  CHECK(room.warnings->empty());
}

TEST_CASE("a compatible hit says what it was compiled for, and is a use of that entry") {
  const CacheRoom room;
  auto cache = room.open();
  store(cache, {2, 7}, "another's");
  const Machine own{1, 7};
  const auto found = or_throw(cache.lookup(key_of(own), CompatibleWish{load_of(own), false}, {}));
  REQUIRE(found.artifact);
  REQUIRE(found.artifact->other);
  CHECK(found.artifact->other->engine == key_of({2, 7}).engine);
  CHECK(found.artifact->other->description.release == "release 2");
  CHECK(found.artifact->path == room.only_blob());
  CHECK(or_throw(cache.list()).at(0).uses == 1);
  store(cache, own, "own");
  const auto exact = or_throw(cache.lookup(key_of(own), CompatibleWish{load_of(own), false}, {}));
  REQUIRE(exact.artifact);
  CHECK_FALSE(exact.artifact->other);
}

TEST_CASE("without a wish only the key counts") {
  const CacheRoom room;
  auto cache = room.open();
  store(cache, {2, 7}, "another's");
  const auto found = or_throw(cache.lookup(key_of({1, 7}), std::nullopt, {}));
  CHECK_FALSE(found.artifact);
  CHECK(cache.counters() == counted({{Counter::misses, 1}, {Counter::stores, 1}}));
}

TEST_CASE("another class, module, algorithm or kind is not taken, nor what says no needs") {
  const CacheRoom room;
  auto cache = room.open();
  const Machine own{1, 7};
  store(cache, {2, 8}, "another class");
  store(cache, {5, 7}, "another module", 2);
  auto key = key_of({3, 7});
  key.kind = Kind::component;
  const Requirements needs{load_of(own), ""};
  REQUIRE(cache.insert(key, bytes_of("another kind"), {}, needs));
  key = key_of({3, 7});
  key.module.algorithm = DigestAlgorithm::xxh3;
  REQUIRE(cache.insert(key, bytes_of("another algorithm"), {}, needs));
  REQUIRE(cache.insert(key_of({4, 7}), bytes_of("without needs"), {}));
  CHECK(look_up(cache, own) == "misses");
}

TEST_CASE("the best is the nearest opt rank not below, then most CPU flags, then the newest") {
  const CacheRoom room;
  auto clock = std::make_shared<std::chrono::system_clock::time_point>(std::chrono::hours(1));
  auto options = room.options();
  options.now = [clock] { return *clock; };
  auto cache = or_throw(ModuleCache::open(options));
  const Machine own{1, 7, 1};
  const auto add = [&](const Machine& machine, std::string_view artifact) {
    *clock += std::chrono::seconds(1);
    store(cache, machine, artifact);
  };
  add({2, 7, 0, 9}, "lower");
  CHECK(look_up(cache, own) == "misses");
  CHECK(look_up(cache, own, true) == "compatible_hits: lower");
  add({3, 7, 2, 9}, "higher");
  CHECK(look_up(cache, own) == "compatible_hits: higher");
  CHECK(look_up(cache, own, true) == "compatible_hits: higher");
  add({4, 7, 1, 3}, "equal");
  CHECK(look_up(cache, own) == "compatible_hits: equal");
  add({5, 7, 1, 5}, "more flags");
  CHECK(look_up(cache, own) == "compatible_hits: more flags");
  add({6, 7, 1, 4}, "fewer flags");
  CHECK(look_up(cache, own) == "compatible_hits: more flags");
  add({7, 7, 1, 5}, "newer");
  CHECK(look_up(cache, own) == "compatible_hits: newer");
  CHECK(cache.counters() ==
        counted({{Counter::misses, 1}, {Counter::compatible_hits, 7}, {Counter::stores, 6}}));
  std::vector<std::string> order;
  for (const auto& known :
       or_throw(cache.candidates(key_of(own), CompatibleWish{load_of(own), true}))) {
    REQUIRE(known.requirements);
    order.push_back(known.requirements->fields);
  }
  CHECK(order == std::vector<std::string>{"number=7", "number=5", "number=6", "number=4",
                                          "number=3", "number=2"});
}

TEST_CASE("what the validator refuses is passed over, and the lookup counts once") {
  const CacheRoom room;
  auto cache = room.open();
  const Machine own{1, 7};
  store(cache, {2, 7, 1, 9}, "no 2");
  CHECK(look_up(cache, own) == "misses");
  store(cache, {3, 7, 1, 1}, "fits");
  CHECK(look_up(cache, own) == "compatible_hits: fits");
  store(cache, own, "no 1");
  CHECK(look_up(cache, own) == "compatible_hits: fits");
  CHECK(look_up(cache, {4, 8}) == "misses");
  store(cache, {4, 8}, "no 4");
  CHECK(look_up(cache, {4, 8}) == "stale");
  CHECK(cache.counters() == counted({{Counter::misses, 2},
                                     {Counter::stale, 1},
                                     {Counter::compatible_hits, 2},
                                     {Counter::stores, 4}}));
}

TEST_CASE("a damaged candidate is quarantined and the next one taken") {
  const CacheRoom room;
  auto cache = room.open();
  const Machine own{1, 7};
  store(cache, {2, 7, 1, 9}, "damaged");
  overwrite(room.only_blob(), "x");
  store(cache, {3, 7, 1, 1}, "sound");
  CHECK(look_up(cache, own) == "compatible_hits: sound");
  CHECK(room.warnings->size() == 1);
  CHECK(room.files("quarantine").size() == 1);
  CHECK(stats(cache).entries == 1);
  store(cache, own, "own, damaged");
  for (const auto& blob : room.blobs()) {
    overwrite(blob, "x");
  }
  CHECK(look_up(cache, own) == "corrupt");
  CHECK(stats(cache).entries == 0);
  CHECK(cache.counters() ==
        counted({{Counter::compatible_hits, 1}, {Counter::corrupt, 1}, {Counter::stores, 3}}));
}

TEST_CASE("an equal engine's needs make older entries findable") {
  const CacheRoom room;
  auto cache = room.open();
  REQUIRE(cache.insert(key_of({2, 7}, 1), bytes_of("without needs"), {}));
  CHECK(look_up(cache, {1, 7}) == "misses");
  store(cache, {2, 7}, "with needs", 2);
  CHECK(look_up(cache, {1, 7}) == "compatible_hits: without needs");
}

TEST_CASE("the candidates are found through indexes") {
  const CacheRoom room;
  { auto cache = room.open(); }
  auto database =
      or_throw(cache::Database::open(room.directory / "index.db", std::chrono::milliseconds(1000)));
  auto plan = or_throw(database.query(
      "EXPLAIN QUERY PLAN SELECT e.id FROM entries AS e JOIN engines AS n ON n.id = e.engine"
      " JOIN blobs AS b ON b.id = e.blob WHERE e.module = ?1 AND e.algorithm = ?2 AND e.kind = ?3"
      " AND n.hash <> ?4 AND e.namespace = ?5 AND n.load_class = ?6"));
  int steps = 0;
  while (or_throw(plan.step())) {
    INFO(plan.text(3));
    CHECK(plan.text(3).starts_with("SEARCH"));
    ++steps;
  }
  CHECK(steps == 3);
}

TEST_CASE("artifacts of a module are listed with what they need, newest first") {
  const CacheRoom room;
  auto cache = room.open();
  store(cache, {1, 7}, "first");
  REQUIRE(cache.insert(key_of({2, 7}), bytes_of("second"), {}));
  store(cache, {3, 7}, "of another", 2);
  const auto all = or_throw(cache.artifacts_of(key_of({1, 7}).module, Kind::module, 10));
  REQUIRE(all.size() == 2);
  CHECK(all[0].entry.key == key_of({2, 7}));
  CHECK_FALSE(all[0].requirements);
  CHECK(all[1].entry.key == key_of({1, 7}));
  REQUIRE(all[1].requirements);
  CHECK(all[1].requirements->load == load_of({1, 7}));
  CHECK(all[1].requirements->fields == "number=1");
  CHECK(std::filesystem::exists(all[1].path));
  CHECK(or_throw(cache.artifacts_of(key_of({1, 7}).module, Kind::module, 1)).size() == 1);
  CHECK(or_throw(cache.artifacts_of(key_of({1, 7}).module, Kind::component, 10)).empty());
}

TEST_CASE("peeking shows what is there and does nothing about it") {
  const CacheRoom room;
  auto cache = room.open();
  store(cache, {1, 7}, "artifact");
  const auto found = or_throw(cache.peek(key_of({1, 7})));
  REQUIRE(found);
  CHECK(text_of(found->bytes) == "artifact");
  CHECK_FALSE(or_throw(cache.peek(key_of({2, 7}))));
  overwrite(room.only_blob(), "x");
  const auto damaged = cache.peek(key_of({1, 7}));
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().code() == ErrorCode::corrupt);
  CHECK(stats(cache).entries == 1);
  CHECK(stats(cache).counters == counted({{Counter::stores, 1}}));
  CHECK(or_throw(cache.list()).at(0).uses == 0);
  CHECK(room.files("quarantine").empty());
}

TEST_CASE("misses are remembered, newest first, the last hundred") {
  const CacheRoom room;
  auto clock = std::make_shared<std::chrono::system_clock::time_point>(std::chrono::hours(1));
  auto options = room.options();
  options.now = [clock] { return *clock; };
  {
    auto cache = or_throw(ModuleCache::open(options));
    for (std::uint32_t number = 0; number < 3; ++number) {
      cache.note_miss({test::key_of(number), "input " + std::to_string(number), "reason", {}});
      *clock += std::chrono::seconds(1);
    }
    const auto last = or_throw(cache.misses(2));
    REQUIRE(last.size() == 2);
    CHECK(last[0].input == "input 2");
    CHECK(last[1].input == "input 1");
  }
  auto cache = or_throw(ModuleCache::open(options));
  auto all = or_throw(cache.misses());
  REQUIRE(all.size() == 3);
  CHECK(all[2].key == test::key_of(0));
  CHECK(all[2].input == "input 0");
  CHECK(all[2].reason == "reason");
  CHECK((all[2].time == std::chrono::system_clock::time_point(std::chrono::hours(1))));
  for (std::uint32_t number = 3; number < 250; ++number) {
    cache.note_miss({test::key_of(number), "input " + std::to_string(number), "reason", {}});
    if (number % 60 == 0) {
      REQUIRE(cache.flush());
    }
  }
  const auto check_all = [](ModuleCache& handle) {
    const auto misses = or_throw(handle.misses());
    REQUIRE(misses.size() == 100);
    CHECK(misses.front().input == "input 249");
    CHECK(misses.back().input == "input 150");
  };
  check_all(cache);
  REQUIRE(cache.flush());
  check_all(cache);
  auto other = room.open();
  check_all(other);
  REQUIRE(other.clear());
  CHECK(or_throw(other.misses()).empty());
}

TEST_CASE("an index of an older version is migrated with nothing lost") {
  const std::int64_t version = GENERATE(1, 2);
  const CacheRoom room;
  {
    // What version 1 held, in a database that the old scripts made.
    auto cache = room.open();
    EntryDescription description{"48", "x86_64-unknown-linux-gnu", "speed", "w", "m.wasm", 0.5};
    REQUIRE(cache.insert(test::key_of(1), bytes_of("artifact"), description));
    CHECK(lookup(cache, 1) == "artifact");
    cache.count(Counter::compiles, 7);
    cache.remember_digest({1, 2, 3, 4, 5}, test::key_of(1).module);
    REQUIRE(cache.flush());
  }
  const auto path = room.directory / "index.db";
  const auto old = room.directory / "old.db";
  const auto rows = rows_of(path);
  REQUIRE(rows.size() == 6);
  {
    auto database = or_throw(cache::Database::open(old, std::chrono::milliseconds(1000)));
    REQUIRE(cache::migrate(database, version));
    CHECK(or_throw(cache::schema_version(database)) == version);
    for (const auto& statement : rows) {
      REQUIRE(database.execute(statement.c_str()));
    }
    REQUIRE(database.checkpoint());
  }
  for (const auto* const suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(path.native() + suffix);
  }
  std::filesystem::rename(old, path);
  std::filesystem::remove(old.native() + "-wal");
  std::filesystem::remove(old.native() + "-shm");

  auto cache = room.open();
  CHECK(room.warnings->empty());
  CHECK(lookup(cache, 1) == "artifact");
  CHECK(stats(cache).counters ==
        counted({{Counter::stores, 1}, {Counter::hits, 2}, {Counter::compiles, 7}}));
  CHECK(stats(cache).entries == 1);
  CHECK(stats(cache).bytes == 8);
  const auto entry = or_throw(cache.list()).at(0);
  CHECK(entry.description.input == "m.wasm");
  CHECK(entry.description.release == "48");
  CHECK(entry.description.producer == "w");
  CHECK(entry.description.compile_seconds == 0.5);
  CHECK(entry.uses == 2);
  CHECK(or_throw(cache.remembered_digest({1, 2, 3, 4, 5}, DigestAlgorithm::sha256)));
  CHECK(or_throw(cache.verify()).checked == 1);
  CHECK(look_up(cache, {1, 7}, true) == "misses");
  const auto known = or_throw(cache.artifacts_of(test::key_of(1).module, Kind::module, 10));
  REQUIRE(known.size() == 1);
  CHECK_FALSE(known[0].requirements);
  store(cache, {1, 7}, "new");
  CHECK(look_up(cache, {2, 7}) == "compatible_hits: new");
}
