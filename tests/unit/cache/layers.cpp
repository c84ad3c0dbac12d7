#include "cache_fixture.hpp"

#include "cache/sqlite.hpp"
#include "support/result.hpp"
#include "util/file.hpp"

#include <chrono>

using namespace cwasm;
using namespace cwasm::test;

namespace {

using std::chrono::hours;
using std::chrono::system_clock;

/// A cache and one below it, in directories of their own.
struct Rooms {
  CacheRoom top;
  CacheRoom lower;

  CacheOptions options() const {
    auto out = top.options();
    out.layers = {lower.directory};
    return out;
  }
  ModuleCache open() const { return or_throw(ModuleCache::open(options())); }
  const std::vector<std::string>& warnings() const { return *top.warnings; }
};

void fill(const CacheRoom& room, std::uint32_t number, std::string_view artifact) {
  auto cache = room.open();
  insert(cache, number, artifact);
}

constexpr LoadRequirements k_load{};

CacheKey key_for(std::uint8_t engine) {
  CacheKey key = key_of(1);
  key.engine.bytes.fill(std::byte{engine});
  return key;
}

void fill_for(const CacheRoom& room, std::uint8_t engine, std::string_view artifact) {
  auto cache = room.open();
  or_throw(cache.insert(key_for(engine), bytes_of(artifact), {}, Requirements{k_load, "field=1"}));
}

/// "hits: artifact", "misses"; refuses artifacts that begin with "no".
std::string look_up(ModuleCache& cache, std::uint8_t engine) {
  const auto accepts = [](std::span<const std::byte> bytes) { return bytes[0] != std::byte{'n'}; };
  const auto found =
      or_throw(cache.lookup(key_for(engine), CompatibleWish{k_load, false}, accepts));
  const auto counted = std::string(counter_name(found.counted));
  return found.artifact ? counted + ": " + text_of(found.artifact->bytes) : counted;
}

} // namespace

TEST_CASE("what is not in the cache comes from the layer, and is not copied") {
  const Rooms rooms;
  fill(rooms.lower, 1, "of the layer");
  fill(rooms.top, 2, "own");
  {
    auto cache = rooms.open();
    CHECK(lookup(cache, 1) == "of the layer");
    CHECK(lookup(cache, 1) == "of the layer");
    CHECK(lookup(cache, 2) == "own");
    CHECK_FALSE(lookup(cache, 3));
    CHECK(cache.counters() == counted({{Counter::hits, 3}, {Counter::misses, 1}}));
    const auto found = or_throw(cache.lookup(key_of(1), {}));
    CHECK(found->path == rooms.lower.only_blob());
    CHECK(stats(cache).entries == 1);
    CHECK(or_throw(cache.list()).size() == 1);
  }
  CHECK(rooms.top.blobs().size() == 1);
  auto lower = rooms.lower.open();
  CHECK(stats(lower).counters == counted({{Counter::stores, 1}}));
  CHECK(rooms.warnings().empty());
}

TEST_CASE("what is in both comes from the cache itself") {
  const Rooms rooms;
  fill(rooms.lower, 1, "of the layer");
  fill(rooms.top, 1, "own");
  auto cache = rooms.open();
  CHECK(lookup(cache, 1) == "own");
}

TEST_CASE("layers are asked in their order") {
  const Rooms rooms;
  CacheRoom bottom;
  fill(rooms.lower, 1, "of the middle");
  fill(bottom, 1, "of the bottom");
  fill(bottom, 2, "of the bottom");
  auto options = rooms.options();
  options.layers.push_back(bottom.directory);
  auto cache = or_throw(ModuleCache::open(options));
  CHECK(lookup(cache, 1) == "of the middle");
  CHECK(lookup(cache, 2) == "of the bottom");
}

TEST_CASE("first what was made for this engine anywhere, then what is compatible") {
  const Rooms rooms;
  fill_for(rooms.top, 2, "compatible here");
  fill_for(rooms.lower, 1, "exact in the layer");
  fill_for(rooms.lower, 3, "compatible in the layer");
  auto cache = rooms.open();
  CHECK(look_up(cache, 1) == "hits: exact in the layer");
  CHECK(look_up(cache, 9) == "compatible_hits: compatible here");
  REQUIRE(cache.clear());
  CHECK(look_up(cache, 9) == "compatible_hits: compatible in the layer");
  CHECK(cache.counters() == counted({{Counter::hits, 1}, {Counter::compatible_hits, 2}}));
}

TEST_CASE("a compatible hit in a layer says what it was made for") {
  const Rooms rooms;
  fill_for(rooms.lower, 3, "compatible");
  auto cache = rooms.open();
  const auto found = or_throw(cache.lookup(key_for(1), CompatibleWish{k_load, false}, {}));
  REQUIRE(found.artifact);
  REQUIRE(found.artifact->other);
  CHECK((found.artifact->other->engine == key_for(3).engine));
}

TEST_CASE("what would not load in a layer is stale, and what is damaged there corrupt") {
  const Rooms rooms;
  fill_for(rooms.lower, 1, "no");
  auto cache = rooms.open();
  CHECK(look_up(cache, 1) == "stale");
  overwrite(rooms.lower.only_blob(), "nO");
  CHECK(look_up(cache, 1) == "corrupt");
  CHECK(cache.counters() == counted({{Counter::stale, 1}, {Counter::corrupt, 1}}));
  REQUIRE(rooms.warnings().size() == 1);
  CHECK(rooms.warnings().front().find("a cached artifact is damaged and is not used: " +
                                      rooms.lower.only_blob().native()) == 0);
}

TEST_CASE("a damaged artifact of the cache itself is made up for by the layer") {
  const Rooms rooms;
  fill(rooms.top, 1, "artifact");
  fill(rooms.lower, 1, "artifact");
  overwrite(rooms.top.only_blob(), "artifacT");
  auto cache = rooms.open();
  CHECK(lookup(cache, 1) == "artifact");
  CHECK(cache.counters() == counted({{Counter::hits, 1}}));
  CHECK(rooms.warnings().size() == 1);
}

TEST_CASE("an artifact of a copied layer is hashed once, and remembered here") {
  const Rooms rooms;
  CacheRoom built;
  fill(built, 1, "artifact");
  std::filesystem::copy(built.directory, rooms.lower.directory,
                        std::filesystem::copy_options::recursive);
  // A file as young as this one is not trusted to be unchanged.
  auto options = rooms.options();
  options.now = [] { return system_clock::now() + hours(1); };
  const auto identity = or_throw(util::identify(rooms.lower.only_blob()));
  {
    auto cache = or_throw(ModuleCache::open(options));
    CHECK_FALSE(or_throw(cache.remembered_digest(identity, DigestAlgorithm::sha256)));
    CHECK(or_throw(cache.peek(key_of(1))).has_value());
    CHECK_FALSE(or_throw(cache.remembered_digest(identity, DigestAlgorithm::sha256)));
    CHECK(lookup(cache, 1) == "artifact");
  }
  auto cache = or_throw(ModuleCache::open(options));
  const auto known = or_throw(cache.remembered_digest(identity, DigestAlgorithm::sha256));
  REQUIRE(known);
  CHECK(known->to_hex() == rooms.lower.only_blob().filename());
  CHECK(lookup(cache, 1) == "artifact");
}

TEST_CASE("a digest that is remembered for another content does not make an artifact good") {
  const Rooms rooms;
  fill(rooms.lower, 1, "artifact");
  overwrite(rooms.lower.only_blob(), "artifacT");
  auto options = rooms.options();
  options.now = [] { return system_clock::now() + hours(1); };
  auto cache = or_throw(ModuleCache::open(options));
  const auto identity = or_throw(util::identify(rooms.lower.only_blob()));
  cache.remember_digest(identity, ModuleDigest{});
  CHECK_FALSE(lookup(cache, 1));
  CHECK(cache.counters() == counted({{Counter::corrupt, 1}}));
}

TEST_CASE("a layer that cannot be used is one warning, and only when it is asked") {
  const Rooms rooms;
  fill(rooms.top, 1, "own");
  std::string reason;
  SECTION("it is not there") { reason = "there is no cache in " + rooms.lower.directory.native(); }
  SECTION("others can write it") {
    fill(rooms.lower, 2, "of the layer");
    std::filesystem::permissions(rooms.lower.directory, std::filesystem::perms(0777));
    reason = "others can write " + rooms.lower.directory.native();
  }
  SECTION("a newer cwasm made it") {
    fill(rooms.lower, 2, "of the layer");
    auto database = or_throw(
        cache::Database::open(rooms.lower.directory / "index.db", std::chrono::milliseconds(1000)));
    REQUIRE(database.execute("PRAGMA user_version = 1000"));
    reason = "is of version 1000";
  }
  SECTION("it is damaged") {
    fill(rooms.lower, 2, "of the layer");
    auto database = or_throw(
        cache::Database::open(rooms.lower.directory / "index.db", std::chrono::milliseconds(1000)));
    REQUIRE(database.execute("DROP TABLE counters"));
    reason = "its schema is not ours";
  }
  auto cache = rooms.open();
  CHECK(lookup(cache, 1) == "own");
  CHECK(rooms.warnings().empty());
  CHECK_FALSE(lookup(cache, 2));
  CHECK_FALSE(lookup(cache, 2));
  REQUIRE(rooms.warnings().size() == 1);
  const auto begin = "the lower cache " + rooms.lower.directory.native() + " is not used: ";
  CHECK(rooms.warnings().front().find(begin) == 0);
  CHECK(rooms.warnings().front().find(reason) != std::string::npos);
  CHECK(cache.counters() == counted({{Counter::hits, 1}, {Counter::misses, 2}}));
  CHECK(rooms.lower.files("quarantine").empty());
}

TEST_CASE("a layer that is replaced under a handle is opened anew") {
  const Rooms rooms;
  fill(rooms.lower, 1, "of the old layer");
  auto cache = rooms.open();
  CHECK(lookup(cache, 1) == "of the old layer");
  std::filesystem::rename(rooms.lower.directory, rooms.top.directory.parent_path() / "old");
  fill(rooms.lower, 1, "of the new layer");
  CHECK(lookup(cache, 1) == "of the new layer");
  CHECK(rooms.warnings().empty());
}

TEST_CASE("every namespace finds what a layer has outside of namespaces") {
  const Rooms rooms;
  fill(rooms.lower, 1, "of the layer");
  auto options = rooms.options();
  options.name_space = "tenant";
  auto cache = or_throw(ModuleCache::open(options));
  CHECK(lookup(cache, 1) == "of the layer");
}

TEST_CASE("what is known of a module, and what would be tried, has the layers' too") {
  const Rooms rooms;
  fill_for(rooms.top, 1, "own");
  fill_for(rooms.lower, 1, "shadowed");
  fill_for(rooms.lower, 2, "of the layer");
  auto cache = rooms.open();
  const auto all = or_throw(cache.artifacts_of(key_for(1).module, Kind::module, 10));
  REQUIRE(all.size() == 2);
  CHECK((all[0].entry.key == key_for(1)));
  CHECK(all[0].path == rooms.top.only_blob());
  CHECK((all[1].entry.key == key_for(2)));
  CHECK(all[1].path.native().find(rooms.lower.directory.native()) == 0);
  CHECK(or_throw(cache.artifacts_of(key_for(1).module, Kind::module, 1)).size() == 1);
  CHECK(or_throw(cache.candidates(key_for(9), CompatibleWish{k_load, false})).size() == 2);
  CHECK(text_of(or_throw(cache.peek(key_for(2)))->bytes) == "of the layer");
  CHECK(cache.counters() == Counters{});
}

TEST_CASE("a cache that is only read has layers too") {
  const Rooms rooms;
  fill(rooms.top, 1, "own");
  fill(rooms.lower, 2, "of the layer");
  auto options = rooms.options();
  options.read_only = true;
  auto cache = or_throw(ModuleCache::open(options));
  CHECK(lookup(cache, 1) == "own");
  CHECK(lookup(cache, 2) == "of the layer");
  REQUIRE(cache.flush());
}
