#include "cache_fixture.hpp"

using namespace cwasm;
using namespace cwasm::test;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::system_clock;

namespace {

constexpr system_clock::time_point k_now{seconds(1'700'000'000)};

/// A file last changed so long before k_now.
FileIdentity file_of(nanoseconds age) {
  const std::int64_t changed =
      std::chrono::duration_cast<nanoseconds>(k_now.time_since_epoch() - age).count();
  return {7, 8, 9, changed, changed};
}

ModuleDigest digest_of(std::uint8_t first, DigestAlgorithm algorithm = DigestAlgorithm::sha256) {
  ModuleDigest out;
  out.algorithm = algorithm;
  out.bytes[0] = std::byte{first};
  return out;
}

ModuleCache open_at(const CacheRoom& room) {
  auto options = room.options();
  options.now = [] { return k_now; };
  auto cache = ModuleCache::open(options);
  REQUIRE(cache);
  return *std::move(cache);
}

std::optional<ModuleDigest> remembered(ModuleCache& cache, const FileIdentity& identity,
                                       DigestAlgorithm algorithm = DigestAlgorithm::sha256) {
  auto digest = cache.remembered_digest(identity, algorithm);
  REQUIRE(digest);
  return *digest;
}

} // namespace

TEST_CASE("the digest of an unchanged file is remembered") {
  const CacheRoom room;
  const auto file = file_of(seconds(10));
  {
    auto cache = open_at(room);
    CHECK_FALSE(remembered(cache, file));
    cache.remember_digest(file, digest_of(1));
    cache.remember_digest(file, digest_of(2, DigestAlgorithm::xxh3));
    CHECK((remembered(cache, file) == digest_of(1)));
  }
  auto cache = open_at(room);
  CHECK((remembered(cache, file) == digest_of(1)));
  CHECK((remembered(cache, file, DigestAlgorithm::xxh3) == digest_of(2, DigestAlgorithm::xxh3)));
  CHECK(cache.counters() == Counters{});
}

TEST_CASE("a file that differs in anything is not the one remembered") {
  const CacheRoom room;
  const auto file = file_of(seconds(10));
  {
    auto cache = open_at(room);
    cache.remember_digest(file, digest_of(1));
  }
  auto cache = open_at(room);
  auto other = file;
  SECTION("device") { ++other.device; }
  SECTION("inode") { ++other.inode; }
  SECTION("size") { ++other.size; }
  SECTION("mtime") { ++other.mtime_ns; }
  SECTION("ctime") { ++other.ctime_ns; }
  CHECK_FALSE(remembered(cache, other));
  cache.remember_digest(other, digest_of(2));
  CHECK((remembered(cache, other) == digest_of(2)));
  REQUIRE(cache.flush());
  auto fresh = open_at(room);
  CHECK((remembered(fresh, other) == digest_of(2)));
}

TEST_CASE("a file that has just changed is not remembered") {
  const CacheRoom room;
  auto cache = open_at(room);
  const auto young = file_of(milliseconds(1999));
  cache.remember_digest(young, digest_of(1));
  CHECK_FALSE(remembered(cache, young));
  auto young_ctime = file_of(seconds(10));
  young_ctime.ctime_ns = young.ctime_ns;
  cache.remember_digest(young_ctime, digest_of(1));
  CHECK_FALSE(remembered(cache, young_ctime));
  const auto old_enough = file_of(seconds(2));
  cache.remember_digest(old_enough, digest_of(1));
  CHECK((remembered(cache, old_enough) == digest_of(1)));
}
