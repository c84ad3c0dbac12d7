// Export to a pack, import from one, and packs that are not what they say.

#include "cache_fixture.hpp"

#include "cache/pack.hpp"
#include "util/file.hpp"
#include "util/sha256.hpp"

#include <cwasm/pack.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

using namespace cwasm;
using namespace cwasm::test;
using cache::Pack;

namespace {

using Content = std::vector<std::byte>;

EntryDescription described(std::string release, std::string target) {
  return {std::move(release), std::move(target), "speed", "Wasmtime 48", "m.wasm", 1.5};
}

Requirements needs(std::uint32_t cpu_flags) {
  Requirements out;
  out.load.load_class.fill(std::byte{7});
  out.load.opt_rank = 1;
  out.load.cpu_flags = cpu_flags;
  out.fields = "release=48.0.1\n";
  return out;
}

/// Three entries, two artifacts.
void fill(ModuleCache& cache) {
  or_throw(cache.insert(key_of(3), bytes_of("one"), described("48.0.1", "gnu"), needs(4)));
  or_throw(cache.insert(key_of(1), bytes_of("one"), described("48.0.2", "gnu")));
  or_throw(cache.insert(key_of(2), bytes_of("the other"), described("47.0.0", "musl"), needs(5)));
}

struct TwoRooms {
  TwoRooms() {
    from.directory = scratch_directory() / "from";
    to.directory = scratch_directory() / "to";
  }
  CacheRoom from;
  CacheRoom to;
};

Content exported() {
  const auto file = scratch_directory() / "some.pack";
  CacheRoom room;
  room.directory = scratch_directory() / "exported";
  auto cache = room.open();
  fill(cache);
  or_throw(cache.export_to(file, {}));
  return or_throw(util::read_file(file, 1 << 20));
}

void put(Content& pack, std::size_t at, std::uint64_t value, std::size_t width = 8) {
  for (std::size_t i = 0; i < width; ++i) {
    pack.at(at + i) = static_cast<std::byte>(value >> 8U * i);
  }
}

std::uint64_t get(const Content& pack, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i > 0; --i) {
    value = value << 8U | std::to_integer<std::uint64_t>(pack.at(at + i - 1));
  }
  return value;
}

std::size_t index_of(const Content& pack) { return get(pack, cache::k_pack_index_at); }

/// Makes the index's digest right again.
void seal(Content& pack) {
  const auto digest = or_throw(util::sha256(std::span(pack).subspan(index_of(pack))));
  std::ranges::copy(digest, pack.begin() + cache::k_pack_index_digest_at);
}

/// What is said when this is opened, without the path.
std::string complaint(const Content& pack) {
  const auto opened = Pack::from_bytes({nullptr, pack}, "p");
  return opened ? std::string() : opened.error().message();
}

std::vector<std::pair<CacheKey, std::string>> listed(ModuleCache& cache) {
  std::vector<std::pair<CacheKey, std::string>> out;
  for (const auto& entry : or_throw(cache.list())) {
    out.emplace_back(entry.key, entry.blob);
  }
  std::ranges::sort(out, {}, [](const auto& pair) { return pair.first.engine; });
  return out;
}

} // namespace

TEST_CASE("a pack carries entries, artifacts and what they need into another cache") {
  const auto file = scratch_directory() / "some.pack";
  const TwoRooms rooms;
  auto from = rooms.from.open();
  fill(from);
  const auto written = or_throw(from.export_to(file, {}));
  CHECK(written.entries == 3);
  CHECK(written.artifacts == 2);
  CHECK(written.left_out == 0);
  CHECK(written.bytes == std::filesystem::file_size(file));

  auto to = rooms.to.open();
  const auto report = or_throw(to.import_from(file, {}));
  CHECK(report.imported == 3);
  CHECK(report.skipped == 0);
  CHECK(report.kept == 0);
  CHECK(report.bytes == 3 + 3 + 9);
  CHECK(listed(to) == listed(from));
  CHECK(rooms.to.blobs().size() == 2);
  CHECK(lookup(to, 2) == "the other");
  CHECK(to.counters() == counted({{Counter::stores, 3}, {Counter::hits, 1}}));

  // Engine 9 asks for what engine 3 has of its module.
  CacheKey other = key_of(3);
  other.engine = key_of(9).engine;
  const auto found = or_throw(to.lookup(other, CompatibleWish{needs(6).load, false}, {}));
  CHECK(found.counted == Counter::compatible_hits);
  const auto known = or_throw(to.artifacts_of(key_of(3).module, Kind::module, 9));
  REQUIRE(known.size() == 1);
  REQUIRE(known[0].requirements);
  CHECK(known[0].requirements->fields == "release=48.0.1\n");
  CHECK_FALSE(or_throw(to.artifacts_of(key_of(1).module, Kind::module, 9)).at(0).requirements);
}

TEST_CASE("an import keeps descriptions and when an entry was made") {
  const auto file = scratch_directory() / "some.pack";
  const TwoRooms rooms;
  auto options = rooms.from.options();
  options.now = [] { return std::chrono::system_clock::time_point(std::chrono::hours(24)); };
  auto from = or_throw(ModuleCache::open(options));
  fill(from);
  or_throw(from.export_to(file, {}));
  options = rooms.to.options();
  options.now = [] { return std::chrono::system_clock::time_point(std::chrono::hours(48)); };
  auto to = or_throw(ModuleCache::open(options));
  or_throw(to.import_from(file, {}));
  const auto entry = or_throw(to.artifacts_of(key_of(2).module, Kind::module, 1)).at(0).entry;
  CHECK(entry.created.time_since_epoch() == std::chrono::hours(24));
  CHECK(entry.last_used.time_since_epoch() == std::chrono::hours(48));
  CHECK(entry.description.release == "47.0.0");
  CHECK(entry.description.target == "musl");
  CHECK(entry.description.opt_level == "speed");
  CHECK(entry.description.producer == "Wasmtime 48");
  CHECK(entry.description.input == "m.wasm");
  CHECK(entry.description.compile_seconds == 1.5);
}

TEST_CASE("equal content makes equal packs, whatever was stored first") {
  const auto file = scratch_directory() / "some.pack";
  const TwoRooms rooms;
  auto options = rooms.from.options();
  options.now = [] { return std::chrono::system_clock::time_point(std::chrono::hours(24)); };
  auto from = or_throw(ModuleCache::open(options));
  fill(from);
  or_throw(from.export_to(file, {}));
  const auto first = or_throw(util::read_file(file, 1 << 20));
  auto to = rooms.to.open();
  or_throw(to.import_from(file, {}));
  CHECK(lookup(to, 1));
  or_throw(to.export_to(file, {}));
  CHECK(or_throw(util::read_file(file, 1 << 20)) == first);
}

TEST_CASE("what is exported can be chosen by module, engine, release and target") {
  const auto file = scratch_directory() / "some.pack";
  const CacheRoom room;
  auto cache = room.open();
  fill(cache);
  const auto entries = [&](const PackSelection& selection) {
    return or_throw(cache.export_to(file, selection)).entries;
  };
  CHECK(entries({}) == 3);
  CHECK(entries({.modules = {key_of(1).module, key_of(2).module}}) == 2);
  CHECK(entries({.engines = {key_of(3).engine}}) == 1);
  CHECK(entries({.releases = {"48.0.2", "47"}}) == 2);
  CHECK(entries({.releases = {"4"}}) == 0);
  CHECK(entries({.targets = {"gnu"}}) == 2);
  CHECK(entries({.releases = {"48"}, .targets = {"musl"}}) == 0);
}

TEST_CASE("what is there stays, unless it is to be replaced") {
  const auto file = scratch_directory() / "some.pack";
  const TwoRooms rooms;
  auto from = rooms.from.open();
  fill(from);
  or_throw(from.export_to(file, {}));
  auto to = rooms.to.open();
  insert(to, 1, "one");
  insert(to, 2, "mine");
  auto report = or_throw(to.import_from(file, {}));
  CHECK(report.imported == 1);
  CHECK(report.skipped == 1);
  CHECK(report.kept == 1);
  CHECK(report.bytes == 3);
  CHECK(lookup(to, 2) == "mine");
  report = or_throw(to.import_from(file, {.replace = true}));
  CHECK(report.imported == 1);
  CHECK(report.skipped == 2);
  CHECK(report.kept == 0);
  CHECK(lookup(to, 2) == "the other");
}

TEST_CASE("an export leaves damaged artifacts out and says how many") {
  const auto file = scratch_directory() / "some.pack";
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "one");
  overwrite(room.only_blob(), "oNe");
  insert(cache, 2, "two");
  const auto report = or_throw(cache.export_to(file, {}));
  CHECK(report.entries == 1);
  CHECK(report.artifacts == 1);
  CHECK(report.left_out == 1);
}

TEST_CASE("an export that fails leaves what was there") {
  const CacheRoom room;
  auto cache = room.open();
  fill(cache);
  const auto directory = scratch_directory() / "taken";
  std::filesystem::create_directory(directory);
  auto failed = cache.export_to(directory, {});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code() == ErrorCode::io);
  failed = cache.export_to(scratch_directory() / "nowhere" / "some.pack", {});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code() == ErrorCode::not_found);
}

TEST_CASE("a pack is found in by key and by module") {
  const auto content = exported();
  const auto pack = or_throw(Pack::from_bytes({nullptr, content}, "p"));
  REQUIRE(pack.entries() == 3);
  REQUIRE(pack.blobs() == 2);
  for (const std::uint32_t number : {1U, 2U, 3U}) {
    const auto found = pack.find(key_of(number));
    REQUIRE(found);
    CHECK(pack.entry(*found).key == key_of(number));
    const auto blob = pack.blob(pack.entry(*found).blob);
    CHECK(blob.offset % 4096 == 0);
    CHECK(text_of(pack.bytes_of(blob)) == (number == 2 ? "the other" : "one"));
    CHECK(pack.verify(blob));
    const auto [first, last] = pack.of_module(key_of(number).module, Kind::module);
    CHECK(first == *found);
    CHECK(last == first + 1);
  }
  CHECK_FALSE(pack.find(key_of(4)));
  const auto [first, last] = pack.of_module(key_of(1).module, Kind::component);
  CHECK(first == last);
}

TEST_CASE("a pack cut off anywhere is refused") {
  const auto content = exported();
  for (std::size_t size = 0; size < content.size(); size += size < 5000 ? 97 : 7) {
    INFO(size);
    CHECK_FALSE(Pack::from_bytes({nullptr, std::span(content).first(size)}, "p"));
  }
}

TEST_CASE("what is wrong with a pack is said with its offset") {
  const auto good = exported();
  REQUIRE(complaint(good).empty());
  const auto index = index_of(good);
  const auto blobs = index + cache::k_pack_counts;
  const auto engines = blobs + 2 * cache::k_pack_blob;
  const auto entries = engines + 3 * cache::k_pack_engine;
  struct Row {
    std::size_t at;
    std::uint64_t value;
    std::size_t width;
    std::string said;
  };
  const std::vector<Row> rows{
      {0, 0, 1, "at offset 0x0: it does not begin as a pack does"},
      {12, 512, 4, "at offset 0xc: the page size is not 4096"},
      {16, good.size() + 1, 8,
       fmt::format("at offset 0x10: the file should have {} bytes and has {}", good.size() + 1,
                   good.size())},
      {24, index + 1, 8, "at offset 0x18: the index is not at a page of the file"},
      {24, std::uint64_t{1} << 63U, 8, "at offset 0x18: the index is not at a page of the file"},
      {32, 0, 8, "at offset 0x20: the index does not end where the file does"},
      {4095, 1, 1, "at offset 0x48: the rest of the header is not zero"},
      {index, ~std::uint64_t{0}, 8,
       fmt::format("at offset {:#x}: {} records of 48 bytes do not fit the index", index,
                   ~std::uint64_t{0})},
      {index + 24, 0, 8, fmt::format("at offset {:#x}: ", index)},
      {blobs + 32, 8192, 8,
       fmt::format("at offset {:#x}: the blob should be at 0x1000, not at 0x2000", blobs + 32)},
      {blobs + 40, ~std::uint64_t{0}, 8,
       fmt::format("at offset {:#x}: the blob reaches into the index", blobs + 40)},
      {blobs, ~std::uint64_t{0}, 8,
       fmt::format("at offset {:#x}: the blobs are not in the order of their digests", blobs + 48)},
      {engines, ~std::uint64_t{0}, 8,
       fmt::format("at offset {:#x}: the engines are not in the order of their hashes",
                   engines + 56)},
      {engines + 32, 2, 4, fmt::format("at offset {:#x}: the engine has a flag", engines + 32)},
      {engines + 48, ~std::uint64_t{0}, 8,
       fmt::format("at offset {:#x}: the text is not among the texts", engines + 48)},
      {entries, ~std::uint64_t{0}, 8,
       fmt::format("at offset {:#x}: the entries are not in the order of their keys",
                   entries + 104)},
      {entries + 32, 3, 1,
       fmt::format("at offset {:#x}: the algorithm or the kind is unknown", entries + 32)},
      {entries + 36, 3, 4, fmt::format("at offset {:#x}: there is no such engine", entries + 36)},
      {entries + 40, 2, 4, fmt::format("at offset {:#x}: there is no such blob", entries + 40)},
      {entries + 48, ~std::uint64_t{0}, 8,
       fmt::format("at offset {:#x}: the compile time is none", entries + 48)},
  };
  for (const auto& row : rows) {
    auto bad = good;
    put(bad, row.at, row.value, row.width);
    if (row.at >= index) {
      INFO(row.said);
      CHECK(complaint(bad) == "p is no sound pack: at offset 0x28: the index has another SHA-256");
      seal(bad);
    }
    const auto said = complaint(bad);
    CHECK(said.starts_with("p is no sound pack: " + row.said));
    INFO(said);
  }
  auto newer = good;
  put(newer, 8, 2, 4);
  const auto opened = Pack::from_bytes({nullptr, newer}, "p");
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code() == ErrorCode::unsupported);
  CHECK(opened.error().message() == "p is a pack of version 2; this cwasm reads version 1");
}

TEST_CASE("nothing of a pack with one damaged artifact is imported") {
  const auto file = scratch_directory() / "some.pack";
  auto content = exported();
  content.at(8192) ^= std::byte{1}; // the second blob
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(content.data()),
             static_cast<std::streamsize>(content.size()));
  const CacheRoom room;
  auto cache = room.open();
  const auto report = cache.import_from(file, {});
  REQUIRE_FALSE(report);
  CHECK(report.error().code() == ErrorCode::malformed);
  CHECK(report.error().message() ==
        file.native() +
            " is no sound pack: at offset 0x2000: the blob is damaged: it has another SHA-256");
  CHECK(stats(cache).entries == 0);
  CHECK(room.blobs().empty());
}
