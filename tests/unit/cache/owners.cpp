#include "cache_fixture.hpp"
#include "somebody.hpp"

#include "support/result.hpp"

#include <array>
#include <cstdio>
#include <sys/stat.h>
#include <unistd.h>

using namespace cwasm;
using namespace cwasm::test;

namespace {

void fill(const CacheRoom& room) {
  auto cache = room.open();
  insert(cache, 1, "artifact");
}

std::string refusal(const CacheRoom& room) {
  const auto cache = ModuleCache::open(room.options());
  if (!cache) {
    CHECK(cache.error().code() == ErrorCode::io);
  }
  return error_of(cache);
}

std::string unsafe(const std::string& what) {
  return "the cache directory is not safe to use: " + what + ", or name another cache directory";
}

void set_mode(const std::filesystem::path& path, mode_t mode) {
  REQUIRE(::chmod(path.c_str(), mode) == 0);
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

} // namespace

TEST_CASE("what the cache makes is this user's alone") {
  const mode_t before = ::umask(0);
  const CacheRoom room;
  fill(room);
  ::umask(before);
  CHECK(mode_of(room.directory) == 0700);
  CHECK(mode_of(room.directory / "blobs") == 0700);
  CHECK(mode_of(room.only_blob().parent_path()) == 0700);
  CHECK(mode_of(room.directory / "tmp") == 0700);
  CHECK(mode_of(room.directory / "index.db") == 0644);
  CHECK(mode_of(room.directory / "index.lock") == 0600);
  CHECK(mode_of(room.only_blob()) == 0444);
  CHECK(refusal(room) == "");
}

TEST_CASE("what others can write is refused, until they cannot") {
  const CacheRoom room;
  fill(room);
  const std::string name = GENERATE("", "/index.db", "/index.db-wal", "/index.lock", "/blobs");
  const auto mode = GENERATE(mode_t{0720}, mode_t{0702}, mode_t{01777});
  const std::filesystem::path path = room.directory.native() + name;
  const mode_t before = mode_of(path);
  set_mode(path, mode);
  std::array<char, 8> octal{};
  std::snprintf(octal.data(), octal.size(), "%04o", mode);
  CHECK(refusal(room) == unsafe("others can write " + path.native() + " (mode " + octal.data() +
                                "); run `chmod go-w " + path.native() + "`"));
  set_mode(path, before);
  CHECK(refusal(room) == "");
}

TEST_CASE("a place for writing that others can write costs the store, not the hits") {
  const CacheRoom room;
  fill(room);
  const auto loose = room.directory / "tmp";
  auto cache = room.open();
  set_mode(loose, 0777);
  const auto stored = cache.insert(key_of(2), bytes_of("another artifact"), {});
  REQUIRE_FALSE(stored);
  CHECK(stored.error().code() == ErrorCode::io);
  CHECK(stored.error().message() ==
        "store artifact: " + unsafe("others can write " + loose.native() +
                                    " (mode 0777); run `chmod go-w " + loose.native() + "`"));
  CHECK(lookup(cache, 1) == "artifact");
  CHECK(cache.counters() == counted({{Counter::store_failures, 1}, {Counter::hits, 1}}));
}

TEST_CASE("nobody waits where others can write, with one warning") {
  const CacheRoom room;
  fill(room);
  const auto flights = room.directory / "flights";
  std::filesystem::create_directory(flights);
  set_mode(flights, 0777);
  auto cache = room.open();
  for (int times = 0; times < 2; ++times) {
    const auto claimed = or_throw(cache.claim(key_of(2), std::nullopt, {}));
    CHECK_FALSE(claimed.flight);
  }
  REQUIRE(room.warnings->size() == 1);
  CHECK(room.warnings->front().find("run `chmod go-w " + flights.native()) != std::string::npos);
  CHECK(std::filesystem::is_empty(flights));
}

TEST_CASE("nothing is read from a directory of artifacts that others can write") {
  const CacheRoom room;
  fill(room);
  const auto shard = room.only_blob().parent_path();
  auto cache = room.open();
  set_mode(shard, 0777);
  const auto found = cache.lookup(key_of(1), {});
  CHECK(error_of(found) ==
        "look up artifact: " + unsafe("others can write " + shard.native() +
                                      " (mode 0777); run `chmod go-w " + shard.native() + "`"));
  CHECK(cache.counters() == counted({{Counter::misses, 1}}));
}

TEST_CASE("an artifact that others can write is damaged") {
  const CacheRoom room;
  fill(room);
  set_mode(room.only_blob(), 0646);
  auto cache = room.open();
  CHECK_FALSE(lookup(cache, 1));
  REQUIRE(room.warnings->size() == 1);
  CHECK(room.warnings->front().find("others can write it (mode 0646)") != std::string::npos);
  CHECK(cache.counters() == counted({{Counter::corrupt, 1}}));
  CHECK(room.blobs().empty());
}

TEST_CASE("names in the cache directory that lead elsewhere are not followed") {
  const CacheRoom room;
  fill(room);
  const std::string name = GENERATE("index.db", "index.db-wal", "index.lock", "blobs");
  const auto path = room.directory / name;
  const auto elsewhere = room.directory.parent_path() / "elsewhere";
  const std::string expected = name == "blobs" ? "directory" : "regular file";
  std::filesystem::rename(path, elsewhere);
  SECTION("a symbolic link") {
    std::filesystem::create_symlink(elsewhere, path);
    CHECK(refusal(room) ==
          unsafe(path.native() + " is a symbolic link and not a " + expected + "; remove it"));
  }
  SECTION("a pipe") {
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    CHECK(refusal(room) ==
          unsafe(path.native() + " is a device or pipe and not a " + expected + "; remove it"));
  }
  SECTION("the other of file and directory") {
    if (name == "blobs") {
      std::filesystem::create_hard_link(room.directory / "index.lock", path);
    } else {
      std::filesystem::create_directory(path);
    }
    CHECK(refusal(room).find(" and not a " + expected) != std::string::npos);
  }
}

TEST_CASE("a dangling link in the place of the lock makes no file elsewhere") {
  const CacheRoom room;
  fill(room);
  const auto lock = room.directory / "index.lock";
  const auto elsewhere = room.directory.parent_path() / "made";
  std::filesystem::remove(lock);
  std::filesystem::create_symlink(elsewhere, lock);
  CHECK(refusal(room) != "");
  CHECK_FALSE(std::filesystem::exists(elsewhere));
}

TEST_CASE("a directory of artifacts that is a link is neither read nor written through") {
  const CacheRoom room;
  fill(room);
  const auto shard = room.only_blob().parent_path();
  const auto elsewhere = room.directory.parent_path() / "elsewhere";
  std::filesystem::rename(shard, elsewhere);
  std::filesystem::create_directory_symlink(elsewhere, shard);
  auto cache = room.open();
  const auto found = cache.lookup(key_of(1), {});
  REQUIRE_FALSE(found);
  CHECK(found.error().message() ==
        "look up artifact: " +
            unsafe(shard.native() + " is a symbolic link and not a directory; remove it"));
  std::filesystem::remove(shard);
  CHECK_FALSE(lookup(cache, 1));
  insert(cache, 1, "artifact");
  CHECK(lookup(cache, 1) == "artifact");
  CHECK(std::distance(std::filesystem::directory_iterator(elsewhere), {}) == 1);
}

TEST_CASE("the directory itself may be named through a link") {
  const CacheRoom room;
  fill(room);
  CacheRoom link;
  link.directory = room.directory.parent_path() / "link";
  std::filesystem::create_directory_symlink(room.directory, link.directory);
  auto cache = link.open();
  CHECK(lookup(cache, 1) == "artifact");
}

TEST_CASE("an index with two names is not written, artifacts may have more") {
  const CacheRoom room;
  fill(room);
  std::filesystem::create_hard_link(room.only_blob(), room.directory / "kept");
  CHECK(refusal(room) == "");
  const auto index = room.directory / "index.db";
  std::filesystem::create_hard_link(index, room.directory / "backup");
  CHECK(refusal(room) ==
        unsafe(index.native() + " has 2 names (hard links), and writing through one of them would "
                                "break it; make it a file of its own by copying it"));
  std::filesystem::remove(room.directory / "backup");
  auto cache = room.open();
  CHECK(lookup(cache, 1) == "artifact");
}

TEST_CASE("what belongs to somebody else is refused, to root too") {
  const CacheRoom room;
  if (!can_be_somebody(room)) {
    return;
  }
  fill(room);
  const std::string name = GENERATE("", "/index.db", "/index.db-wal", "/index.lock", "/blobs");
  const std::filesystem::path path = room.directory.native() + name;
  REQUIRE(::chown(path.c_str(), k_somebody, k_somebody) == 0);
  CHECK(refusal(room) == unsafe(path.native() +
                                " belongs to user 65534, not to user 0; run "
                                "`chown -R 0 " +
                                path.native() + "`"));
}

TEST_CASE("another user's artifact is damaged") {
  const CacheRoom room;
  if (!can_be_somebody(room)) {
    return;
  }
  fill(room);
  REQUIRE(::chown(room.only_blob().c_str(), k_somebody, k_somebody) == 0);
  auto cache = room.open();
  CHECK_FALSE(lookup(cache, 1));
  REQUIRE(room.warnings->size() == 1);
  CHECK(room.warnings->front().find("it belongs to user 65534, not to user 0") !=
        std::string::npos);
}

TEST_CASE("a user has a cache of their own and no other's") {
  const CacheRoom room;
  if (!can_be_somebody(room)) {
    return;
  }
  const auto own = room.directory.parent_path() / "own";
  std::filesystem::create_directory(own);
  REQUIRE(::chown(own.c_str(), k_somebody, k_somebody) == 0);
  std::filesystem::create_directory(room.directory);
  REQUIRE(::chown(room.directory.c_str(), 1, 1) == 0);
  CHECK(as_somebody([&] {
    CacheRoom theirs;
    theirs.directory = own / "cache";
    auto cache = theirs.open();
    insert(cache, 1, "artifact");
    return lookup(cache, 1) == "artifact" &&
           refusal(room) == unsafe(room.directory.native() +
                                   " belongs to user 1, not to user 65534; run `chown -R 65534 " +
                                   room.directory.native() + "`");
  }));
}

TEST_CASE("nothing is cleared away through a link") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "artifact");
  const auto elsewhere = room.directory.parent_path() / "elsewhere";
  const auto file = elsewhere / "0123456789abcdef0123456789abcdef";
  std::filesystem::create_directory(elsewhere);
  std::fclose(std::fopen(file.c_str(), "w"));
  const auto link = room.directory / GENERATE("quarantine", "tmp", "flights");
  std::filesystem::remove_all(link);
  std::filesystem::create_directory_symlink(elsewhere, link);
  CHECK(error_of(cache.gc()) ==
        unsafe(link.native() + " is a symbolic link and not a directory; remove it"));
  CHECK_FALSE(cache.clear());
  CHECK(std::filesystem::exists(file));
}
