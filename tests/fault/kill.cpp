#include "unit/cache/cache_fixture.hpp"

#include "util/file.hpp"
#include "util/hex.hpp"
#include "util/sha256.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <random>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace cwasm;
using namespace cwasm::test;

namespace {

constexpr std::uint32_t k_keys = 40;

/// What a writer says, through a pipe, after an insert has returned.
struct Acknowledged {
  std::uint32_t key;
  std::uint32_t version;
};

/// Every fourth artifact is shared between keys; sizes go from nothing to some hundred kilobytes.
std::string artifact_of(std::uint32_t key, std::uint32_t version) {
  if (version % 4 == 3) {
    return std::to_string(version) + " shared";
  }
  std::string text = std::to_string(version) + " of " + std::to_string(key) + " ";
  text.append((std::size_t{key} * 7919 + std::size_t{version} * 104'729) % 200'000, 'x');
  return text;
}

/// Inserts, looks up and verifies until it is killed.
[[noreturn]] void write_until_killed(const CacheRoom& room, int pipe, std::uint32_t first_key,
                                     std::uint32_t version) {
  auto cache = room.open();
  for (std::uint32_t step = 0;; ++step) {
    const Acknowledged done{first_key + (step * 7) % k_keys, version + step / k_keys};
    insert(cache, done.key, artifact_of(done.key, done.version));
    if (::write(pipe, &done, sizeof done) != sizeof done) {
      ::_exit(EXIT_FAILURE);
    }
    static_cast<void>(lookup(cache, first_key + (step * 3) % k_keys));
    if (step % 16 == 15) {
      static_cast<void>(cache.verify());
    }
  }
}

/// Reads what was acknowledged, until no writer is left.
void collect(int pipe, std::map<std::uint32_t, std::uint32_t>& newest) {
  Acknowledged done{};
  while (::read(pipe, &done, sizeof done) == sizeof done) {
    newest[done.key] = std::max(newest[done.key], done.version);
  }
}

/// Starts writers, kills them after a while, and adds what they acknowledged.
void run_and_kill(const CacheRoom& room, unsigned writers, std::chrono::microseconds life,
                  std::uint32_t version, std::map<std::uint32_t, std::uint32_t>& newest) {
  int pipe[2] = {-1, -1};
  REQUIRE(::pipe(pipe) == 0);
  std::vector<pid_t> children;
  for (unsigned writer = 0; writer < writers; ++writer) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        write_until_killed(room, pipe[1], writer * k_keys, version);
      } catch (const std::exception& error) {
        static_cast<void>(std::fprintf(stderr, "writer: %s\n", error.what()));
      }
      ::_exit(EXIT_FAILURE);
    }
    children.push_back(child);
  }
  ::close(pipe[1]);
  const util::Fd reader(pipe[0]);
  std::jthread collector([&reader, &newest] { collect(reader.get(), newest); });
  std::this_thread::sleep_for(life);
  for (const pid_t child : children) {
    ::kill(child, SIGKILL);
  }
  for (const pid_t child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
  }
}

void check_whole(const CacheRoom& room, const std::map<std::uint32_t, std::uint32_t>& newest) {
  auto cache = room.open();
  const auto entries = cache.list();
  REQUIRE(entries);
  std::size_t damaged = 0;
  for (const Entry& entry : *entries) {
    const auto path = room.directory / "blobs" / entry.blob.substr(0, 2) / entry.blob;
    const auto content = util::read_file(path, entry.size);
    const bool whole = content && content->size() == entry.size &&
                       util::to_hex(util::sha256(*content).value_or({})) == entry.blob;
    damaged += whole ? 0U : 1U;
  }
  CHECK(damaged == 0);
  std::size_t lost = 0;
  for (const auto& [key, version] : newest) {
    const auto found = lookup(cache, key);
    // An insert that was not acknowledged may have gone further.
    lost += found && std::stoul(*found) >= version ? 0U : 1U;
  }
  CHECK(lost == 0);
  CHECK(cache.counters() == counted({{Counter::hits, std::uint64_t{newest.size()}}}));
  const auto report = cache.verify();
  REQUIRE(report);
  CHECK(report->corrupt == 0);
  CHECK(room.files("tmp").empty());
  const auto again = cache.verify();
  REQUIRE(again);
  CHECK(again->orphans == 0);
  CHECK(room.warnings->empty());
}

} // namespace

TEST_CASE("a cache survives the death of its writers at any point") {
  constexpr unsigned k_rounds = 60;
  constexpr unsigned k_rounds_a_directory = 6;
  std::mt19937 random(20'260'801);
  std::size_t acknowledged = 0;
  for (unsigned round = 0; round < k_rounds;) {
    const CacheRoom room;
    std::map<std::uint32_t, std::uint32_t> newest;
    for (unsigned i = 0; i < k_rounds_a_directory; ++i, ++round) {
      // The first one dies while the cache is made.
      const std::chrono::microseconds life(random() % (i == 0 ? 8'000 : 60'000));
      run_and_kill(room, 1 + round % 2, life, i * 1000, newest);
      check_whole(room, newest);
    }
    acknowledged += newest.size();
  }
  CHECK(acknowledged > 0);
}
