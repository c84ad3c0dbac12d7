#include "fault/fault_room.hpp"
#include "support/random.hpp"

#include "cache/schema.hpp"
#include "cache/sqlite.hpp"
#include "util/hex.hpp"
#include "util/sha256.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

// Several processes work on one cache; one after the other is killed at a random moment and begun
// anew. After each kill what the cache serves is compared with what it should have.

using namespace cwasm;
using namespace cwasm::test;

namespace {

constexpr std::uint32_t k_kills = rounds(2000);
constexpr unsigned k_kills_a_directory = 25;
constexpr std::uint32_t k_slots = 3;
constexpr std::uint32_t k_keys = 12; ///< of each slot
constexpr std::uint32_t k_claimed = 1'000'000;
constexpr std::uint32_t k_old = 2'000'000; ///< what a database of an older version holds
constexpr std::uint32_t k_versions_a_life = 100'000;

/// What a worker says, through a pipe, after an insert has returned.
struct Acknowledged {
  std::uint32_t key;
  std::uint32_t version;
};
using Newest = std::map<std::uint32_t, std::uint32_t>;

/// Every fourth artifact is shared between keys; sizes go from some bytes to some hundred
/// kilobytes, most of them small.
std::string artifact_of(std::uint32_t key, std::uint32_t version) {
  if (version % 4 == 3) {
    return std::to_string(version) + " shared";
  }
  std::string text = std::to_string(version) + " of " + std::to_string(key) + " ";
  const std::size_t scale = version % 16 == 0 ? 200'000 : 8'000;
  text.append((std::size_t{key} * 7919 + std::size_t{version} * 104'729) % scale, 'x');
  return text;
}

/// The version of an artifact that is right in every byte. Throws when it is not.
std::uint32_t version_in(std::uint32_t key, const std::string& artifact) {
  const auto version = static_cast<std::uint32_t>(std::stoul(artifact));
  if (artifact != artifact_of(key, version)) {
    throw std::runtime_error("wrong bytes were served for key " + std::to_string(key));
  }
  return version;
}

/// How those who work on one cache open it.
CacheOptions options_of(const CacheRoom& room, bool evicts) {
  auto options = room.options();
  if (evicts) {
    options.limits.entries = 24;
    options.limits.order = EvictionOrder::lru;
  }
  return options;
}

struct Worker {
  const CacheOptions& options;
  std::uint32_t slot;
  std::uint32_t version;
  int pipe;
  Random random;
  ModuleCache cache;

  std::uint32_t own_key() { return slot * 1000 + random.below(k_keys); }
  void acknowledge(std::uint32_t key, std::uint32_t of) const {
    const Acknowledged done{key, of};
    if (::write(pipe, &done, sizeof done) != sizeof done) {
      ::_exit(EXIT_FAILURE);
    }
  }
};

void replace(Worker& worker) {
  const auto key = worker.own_key();
  insert(worker.cache, key, artifact_of(key, ++worker.version));
  worker.acknowledge(key, worker.version);
}

void look_up(Worker& worker) {
  const auto key = worker.random.below(k_slots) * 1000 + worker.random.below(k_keys);
  if (const auto found = lookup(worker.cache, key)) {
    version_in(key, *found);
  }
}

void claim(Worker& worker) {
  const auto key = k_claimed + worker.random.below(64);
  ClaimOptions options;
  options.wait_limit = std::chrono::milliseconds(50);
  auto mine = or_throw(worker.cache.claim(key_of(key), std::nullopt, {}, options));
  if (mine.found.artifact) {
    version_in(key, text_of(mine.found.artifact->bytes));
    return;
  }
  insert(worker.cache, key, artifact_of(key, 1));
  worker.acknowledge(key, 1);
}

void flush(Worker& worker) { or_throw(worker.cache.flush()); }

void verify(Worker& worker) {
  if (or_throw(worker.cache.verify()).corrupt != 0) {
    throw std::runtime_error("verify found damage");
  }
}

void collect_garbage(Worker& worker) {
  const auto report = worker.cache.gc();
  if (!report && report.error().code() != ErrorCode::busy) {
    throw std::runtime_error(report.error().message());
  }
}

void reopen(Worker& worker) { worker.cache = or_throw(ModuleCache::open(worker.options)); }

/// What a worker does, each so many times out of their sum.
struct Operation {
  unsigned weight;
  void (*run)(Worker&);
};
constexpr std::array k_operations{
    Operation{4, replace},         Operation{24, look_up}, Operation{3, claim},
    Operation{1, flush},           Operation{1, verify},   Operation{1, reopen},
    Operation{1, collect_garbage},
};

[[noreturn]] void work_until_killed(const CacheRoom& room, bool evicts, std::uint32_t slot,
                                    std::uint32_t life, std::uint32_t seed, int pipe) {
  try {
    const auto options = options_of(room, evicts);
    Worker worker{options, slot,         life * k_versions_a_life,
                  pipe,    Random(seed), or_throw(ModuleCache::open(options))};
    while (room.warnings->empty()) {
      choose(k_operations, worker.random).run(worker);
    }
    static_cast<void>(std::fprintf(stderr, "worker: %s\n", room.warnings->front().c_str()));
  } catch (const std::exception& error) {
    static_cast<void>(std::fprintf(stderr, "worker: %s\n", error.what()));
  }
  ::_exit(EXIT_FAILURE);
}

/// A database as a former version of cwasm left it, with one artifact.
void make_old_database(const CacheRoom& room, std::int64_t schema) {
  const std::string artifact = artifact_of(k_old, 1);
  const auto digest = util::to_hex(or_throw(util::sha256(bytes_of(artifact))));
  const auto shard = room.directory / "blobs" / digest.substr(0, 2);
  std::filesystem::create_directories(shard);
  std::ofstream(shard / digest, std::ios::binary) << artifact;
  auto database =
      or_throw(cache::Database::open(room.directory / "index.db", std::chrono::milliseconds(1000)));
  or_throw(cache::migrate(database, schema));
  const auto key = key_of(k_old);
  const auto rows = fmt::format(
      "INSERT INTO blobs(id, digest, size) VALUES(1, x'{}', {});"
      "INSERT INTO entries(module, algorithm, kind, engine, blob, release, target, opt_level,"
      " producer, input, compile_seconds, created, last_used)"
      " VALUES(x'{}', {}, {}, x'{}', 1, '', '', '', '', '', 0, 0, 0)",
      digest, artifact.size(), util::to_hex(key.module.bytes),
      static_cast<int>(key.module.algorithm), static_cast<int>(key.kind),
      util::to_hex(key.engine.bytes));
  or_throw(database.execute(rows.c_str()));
}

/// One directory, and those who work on it.
class Site {
public:
  explicit Site(std::uint32_t seed) : m_evicts(seed % 4 == 3), m_random(seed) {
    if (::pipe2(m_pipe.data(), O_CLOEXEC) != 0 ||
        ::fcntl(m_pipe[0], F_SETFL, O_NONBLOCK) != 0) { // NOLINT(*-vararg)
      throw std::runtime_error("pipe");
    }
    if (const auto schema = seed % 3; schema != 0) {
      make_old_database(m_room, schema);
      m_newest[k_old] = 1;
    }
    for (std::uint32_t slot = 0; slot < k_slots; ++slot) {
      begin(slot);
    }
  }
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;
  Site(Site&&) = delete;
  Site& operator=(Site&&) = delete;
  ~Site() {
    for (std::uint32_t slot = 0; slot < k_slots; ++slot) {
      kill(slot);
    }
    ::close(m_pipe[0]);
    ::close(m_pipe[1]);
  }

  /// Kills one after a while; another one begins, after the survivors' cache was looked at.
  void kill_one() {
    const auto slot = m_random.below(k_slots);
    // Now and then while it opens the cache, or migrates it.
    const std::chrono::microseconds life(m_random.below(m_random.below(4) == 0 ? 2'000 : 16'000));
    std::this_thread::sleep_for(life);
    CHECK(kill(slot));
    CHECK(is_all_served());
    {
      // While the others go on.
      auto cache = m_room.open();
      CHECK(or_throw(cache.verify()).corrupt == 0);
    }
    begin(slot);
  }

  void check_in_the_end() {
    for (std::uint32_t slot = 0; slot < k_slots; ++slot) {
      CHECK(kill(slot));
    }
    CHECK(is_all_served());
    auto cache = m_room.open();
    const auto first = or_throw(cache.verify());
    CHECK(first.corrupt == 0);
    const auto second = or_throw(cache.verify());
    CHECK(second.corrupt == 0);
    CHECK(second.orphans == 0);
    CHECK(second.findings.empty());
    CHECK(m_room.files("tmp").empty());
    CHECK(m_room.files("flights").empty());
    CHECK(m_room.files("quarantine").empty());
    // A store is counted in the transaction that makes its row: whoever was killed between that and
    // his word did one more.
    const auto stores = stats(cache).counters[Counter::stores];
    CHECK(stores >= m_acknowledged);
    CHECK(stores <= m_acknowledged + m_lives);
    CHECK(m_room.warnings->empty());
  }

  std::uint64_t acknowledged() const { return m_acknowledged; }

private:
  void begin(std::uint32_t slot) {
    const auto seed = m_random.next();
    const auto life = ++m_lives;
    const pid_t child = ::fork();
    if (child == 0) {
      work_until_killed(m_room, m_evicts, slot, life, seed, m_pipe[1]);
    }
    m_children.at(slot) = child;
  }

  /// False: it had ended before.
  bool kill(std::uint32_t slot) {
    const pid_t child = std::exchange(m_children.at(slot), -1);
    if (child <= 0) {
      return true;
    }
    int status = 0;
    ::kill(child, SIGKILL);
    return ::waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
           WTERMSIG(status) == SIGKILL;
  }

  void collect() {
    Acknowledged done{};
    while (::read(m_pipe[0], &done, sizeof done) == sizeof done) {
      auto& newest = m_newest[done.key];
      newest = std::max(newest, done.version);
      ++m_acknowledged;
    }
  }

  /// Whether everything that was acknowledged is there, in no older version. Looked at in a process
  /// of its own, which ends without a word: to write its counters it would have to take its turn
  /// with the writers.
  bool is_all_served() {
    collect();
    const pid_t child = ::fork();
    if (child == 0) {
      ::_exit(serves_all() ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    int status = -1;
    return ::waitpid(child, &status, 0) == child && status == 0;
  }

  bool serves_all() const {
    try {
      auto cache = m_room.open();
      std::uint64_t hits = 0;
      for (const auto& [key, version] : m_newest) {
        const auto found = lookup(cache, key);
        hits += found ? 1U : 0U;
        const bool is_older = found && version_in(key, *found) < version;
        if (is_older || (!found && !m_evicts)) {
          throw std::runtime_error(fmt::format("version {} of key {} is lost", version, key));
        }
      }
      return cache.counters() ==
             counted({{Counter::hits, hits}, {Counter::misses, m_newest.size() - hits}});
    } catch (const std::exception& error) {
      static_cast<void>(std::fprintf(stderr, "reader: %s\n", error.what()));
      return false;
    }
  }

  FaultRoom m_room;
  bool m_evicts; ///< what was acknowledged may be gone, but never be wrong or older
  Random m_random;
  std::array<int, 2> m_pipe{-1, -1};
  std::array<pid_t, k_slots> m_children{};
  std::uint32_t m_lives = 0;
  Newest m_newest;
  std::uint64_t m_acknowledged = 0;
};

} // namespace

TEST_CASE("a cache survives the death of its users at any point") {
  const auto seed = seed_of_test(20'260'801);
  CAPTURE(seed);
  std::uint64_t acknowledged = 0;
  for (std::uint32_t kills = 0; kills < k_kills; kills += k_kills_a_directory) {
    CAPTURE(kills);
    Site site(seed + kills / k_kills_a_directory);
    for (unsigned i = 0; i < k_kills_a_directory; ++i) {
      site.kill_one();
    }
    site.check_in_the_end();
    acknowledged += site.acknowledged();
  }
  CHECK(acknowledged > k_kills);
}
