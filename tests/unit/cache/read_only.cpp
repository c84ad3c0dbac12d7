#include "cache/sqlite.hpp"
#include "cache_fixture.hpp"
#include "somebody.hpp"

#include "support/result.hpp"

#include <algorithm>
#include <map>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace cwasm;
using namespace cwasm::test;

namespace {

void fill(const CacheRoom& room) {
  auto cache = room.open();
  insert(cache, 1, "artifact");
}

void set_mode(const std::filesystem::path& path, mode_t mode) {
  REQUIRE(::chmod(path.c_str(), mode) == 0);
}

/// What a shipped cache is: root's, and for everybody to read.
void ship(const CacheRoom& room) {
  set_mode(room.directory, 0755);
  for (const auto& file : std::filesystem::recursive_directory_iterator(room.directory)) {
    set_mode(file.path(), file.is_directory() ? 0755 : 0444);
  }
}

/// Every file with its size and time, but for the shared memory: it holds no data, and when its
/// time changes is the kernel's choice.
std::map<std::string, std::string> snapshot(const CacheRoom& room) {
  std::map<std::string, std::string> out;
  for (const auto& file : std::filesystem::recursive_directory_iterator(room.directory)) {
    if (file.path().native().ends_with("-shm")) {
      continue;
    }
    struct stat status {};
    REQUIRE(::lstat(file.path().c_str(), &status) == 0);
    out[file.path().native()] = std::to_string(status.st_size) + " " +
                                std::to_string(status.st_mtim.tv_sec) + "." +
                                std::to_string(status.st_mtim.tv_nsec);
  }
  return out;
}

CacheOptions reading(const CacheRoom& room) {
  auto options = room.options();
  options.read_only = true;
  return options;
}

std::string cannot_be_written(const CacheRoom& room) {
  return "the cache directory " + room.directory.native() + " cannot be written";
}

/// All that a handle which cannot write is for.
bool serves_hits_and_keeps_nothing(const CacheRoom& room, ModuleCache& cache) {
  const auto refused = cache.insert(key_of(2), bytes_of("another"), {});
  const auto verified = cache.verify();
  const auto cleared = cache.clear();
  const auto collected = cache.gc({});
  const auto pinned = cache.pin(key_of(1).module, true);
  cache.note_miss({key_of(3), "input", "reason", {}});
  return cache.is_read_only() && lookup(cache, 1) == "artifact" && lookup(cache, 1) == "artifact" &&
         !lookup(cache, 2) && error_of(refused) == "store artifact: " + cannot_be_written(room) &&
         error_of(verified) == cannot_be_written(room) &&
         error_of(cleared) == cannot_be_written(room) &&
         error_of(collected) == cannot_be_written(room) &&
         error_of(pinned) == cannot_be_written(room) && error_of(cache.flush()) == "" &&
         cache.counters() ==
             counted({{Counter::hits, 2}, {Counter::misses, 1}, {Counter::store_failures, 1}}) &&
         cache.misses()->size() == 1 && cache.list()->size() == 1;
}

bool warned_once(const CacheRoom& room) {
  return *room.warnings ==
         std::vector<std::string>{cannot_be_written(room) + ": hits are served, nothing is kept"};
}

/// Runs in a process that sees the directory mounted read-only; nothing when that is not allowed.
std::optional<bool> on_read_only_mount(const CacheRoom& room, const std::function<bool()>& work) {
  constexpr int k_not_allowed = 77;
  const pid_t child = ::fork();
  if (child == 0) {
    const char* const path = room.directory.c_str();
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount(path, path, nullptr, MS_BIND, nullptr) != 0 ||
        ::mount(nullptr, path, nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
      ::_exit(k_not_allowed);
    }
    ::_exit(work() ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == k_not_allowed) {
    WARN("mounting is not permitted: skipped");
    return std::nullopt;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

TEST_CASE("a cache opened for reading serves hits and leaves no trace") {
  const CacheRoom room;
  fill(room);
  SECTION("beside a log and its memory") {}
  SECTION("with a log that has something") {
    auto cache = room.open();
    CHECK(lookup(cache, 1) == "artifact");
    REQUIRE(cache.flush());
    const auto before = snapshot(room);
    auto reader = or_throw(ModuleCache::open(reading(room)));
    CHECK(serves_hits_and_keeps_nothing(room, reader));
    CHECK(stats(reader).counters == counted({{Counter::stores, 1},
                                             {Counter::hits, 3},
                                             {Counter::misses, 1},
                                             {Counter::store_failures, 1}}));
    CHECK(snapshot(room) == before);
  }
  SECTION("without them") {
    std::filesystem::remove(room.directory / "index.db-wal");
    std::filesystem::remove(room.directory / "index.db-shm");
  }
  SECTION("without a lock file") { std::filesystem::remove(room.directory / "index.lock"); }
  SECTION("with a second name") {
    std::filesystem::create_hard_link(room.directory / "index.db", room.directory / "second");
  }
  const auto before = snapshot(room);
  {
    auto cache = or_throw(ModuleCache::open(reading(room)));
    CHECK(serves_hits_and_keeps_nothing(room, cache));
  }
  CHECK(snapshot(room) == before);
  CHECK(room.warnings->empty());
}

TEST_CASE("a reader sees what a writer stores meanwhile") {
  const CacheRoom room;
  fill(room);
  auto reader = or_throw(ModuleCache::open(reading(room)));
  auto writer = room.open();
  insert(writer, 2, "another");
  CHECK(lookup(reader, 2) == "another");
}

TEST_CASE("a log that cannot be moved into its index without writing is an error that says how") {
  const CacheRoom room;
  fill(room);
  {
    auto cache = room.open();
    CHECK(lookup(cache, 1) == "artifact");
  }
  REQUIRE(std::filesystem::file_size(room.directory / "index.db-wal") != 0);
  std::filesystem::remove(room.directory / "index.db-shm");
  const auto opened = ModuleCache::open(reading(room));
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code() == ErrorCode::io);
  CHECK(opened.error().message().find("run `cwasm cache verify` on it as a user who can write") !=
        std::string::npos);
  {
    auto cache = room.open();
    REQUIRE(cache.verify());
  }
  std::filesystem::remove(room.directory / "index.db-shm");
  auto reader = or_throw(ModuleCache::open(reading(room)));
  CHECK(lookup(reader, 1) == "artifact");
}

TEST_CASE("reading makes no cache, mends none and migrates none") {
  const CacheRoom room;
  CHECK(ModuleCache::open(reading(room)).error().code() == ErrorCode::not_found);
  CHECK_FALSE(std::filesystem::exists(room.directory));
  fill(room);
  const auto with = [&room](std::string_view sql) {
    auto database = or_throw(
        cache::Database::open(room.directory / "index.db", std::chrono::milliseconds(1000)));
    REQUIRE(database.execute(std::string(sql).c_str()));
  };
  SECTION("a newer one") {
    with("PRAGMA user_version = 1000");
    CHECK(ModuleCache::open(reading(room)).error().code() == ErrorCode::unsupported);
  }
  SECTION("an older one") {
    with("PRAGMA user_version = 1");
    const auto opened = ModuleCache::open(reading(room));
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code() == ErrorCode::unsupported);
    CHECK(opened.error().message().find("it is of version 1 and cannot be brought to version") !=
          std::string::npos);
  }
  SECTION("a damaged one") {
    with("DROP TABLE counters");
    CHECK(ModuleCache::open(reading(room)).error().code() == ErrorCode::corrupt);
  }
  CHECK(room.files("quarantine").empty());
  CHECK(room.warnings->empty());
}

TEST_CASE("a reader that misses leads nobody") {
  const CacheRoom room;
  fill(room);
  auto cache = or_throw(ModuleCache::open(reading(room)));
  CHECK(or_throw(cache.claim(key_of(1), std::nullopt, {})).found.artifact);
  CHECK_FALSE(or_throw(cache.claim(key_of(2), std::nullopt, {})).flight);
  CHECK_FALSE(std::filesystem::exists(room.directory / "flights"));
  CHECK(cache.counters() == counted({{Counter::hits, 1}, {Counter::misses, 1}}));
  CHECK(room.warnings->empty());
}

TEST_CASE("a damaged artifact is a miss for a reader, and stays where it is") {
  const CacheRoom room;
  fill(room);
  overwrite(room.only_blob(), "artifacT");
  auto cache = or_throw(ModuleCache::open(reading(room)));
  CHECK_FALSE(lookup(cache, 1));
  CHECK(cache.counters() == counted({{Counter::corrupt, 1}}));
  CHECK(room.warnings->size() == 1);
  CHECK(room.blobs().size() == 1);
}

TEST_CASE("a name without a namespace in a cache that is read finds nothing") {
  const CacheRoom room;
  fill(room);
  auto options = reading(room);
  options.name_space = "tenant";
  auto cache = or_throw(ModuleCache::open(options));
  CHECK_FALSE(lookup(cache, 1));
}

TEST_CASE("a cache of root's is read by others, with one warning") {
  const CacheRoom room;
  if (!can_be_somebody(room)) {
    return;
  }
  fill(room);
  SECTION("beside a log and its memory") {}
  SECTION("without them") {
    std::filesystem::remove(room.directory / "index.db-wal");
    std::filesystem::remove(room.directory / "index.db-shm");
  }
  ship(room);
  const auto before = snapshot(room);
  CHECK(as_somebody([&room] {
    {
      auto cache = room.open();
      if (!serves_hits_and_keeps_nothing(room, cache)) {
        return false;
      }
    }
    return warned_once(room);
  }));
  CHECK(snapshot(room) == before);
}

TEST_CASE("a directory that its owner may not write is read") {
  const CacheRoom room;
  if (!can_be_somebody(room)) {
    return;
  }
  const auto own = room.directory.parent_path() / "own";
  std::filesystem::create_directory(own);
  REQUIRE(::chown(own.c_str(), k_somebody, k_somebody) == 0);
  CHECK(as_somebody([&own] {
    CacheRoom theirs;
    theirs.directory = own / "cache";
    fill(theirs);
    ship(theirs);
    set_mode(theirs.directory, 0555);
    auto cache = theirs.open();
    return serves_hits_and_keeps_nothing(theirs, cache) && warned_once(theirs);
  }));
}

TEST_CASE("a cache on a file system that is mounted read-only is read") {
  const CacheRoom room;
  if (!can_be_somebody(room)) {
    return;
  }
  fill(room);
  const auto before = snapshot(room);
  const auto fine = on_read_only_mount(room, [&room] {
    auto cache = room.open();
    return serves_hits_and_keeps_nothing(room, cache) && warned_once(room);
  });
  CHECK(fine.value_or(true));
  CHECK(snapshot(room) == before);
}

TEST_CASE("a handle whose directory is made read-only under it serves hits and counts failures") {
  const CacheRoom room;
  if (!can_be_somebody(room)) {
    return;
  }
  const auto own = room.directory.parent_path() / "own";
  std::filesystem::create_directory(own);
  REQUIRE(::chown(own.c_str(), k_somebody, k_somebody) == 0);
  CHECK(as_somebody([&own] {
    CacheRoom theirs;
    theirs.directory = own / "cache";
    fill(theirs);
    auto cache = theirs.open();
    ship(theirs);
    set_mode(theirs.directory, 0555);
    set_mode(theirs.directory / "tmp", 0555);
    const auto refused = cache.insert(key_of(2), bytes_of("another"), {});
    return !refused && refused.error().code() == ErrorCode::io && lookup(cache, 1) == "artifact" &&
           !lookup(cache, 2) &&
           cache.counters() ==
               counted({{Counter::hits, 1}, {Counter::misses, 1}, {Counter::store_failures, 1}});
  }));
}
