#include "cache_fixture.hpp"

#include <atomic>
#include <cstdlib>
#include <functional>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace cwasm;
using namespace cwasm::test;

namespace {

std::string artifact_of(std::uint32_t number) { return "artifact " + std::to_string(number); }

/// Runs `work(i)` in so many processes at once, and says whether all were content.
bool in_processes(unsigned processes, const std::function<bool(unsigned)>& work) {
  std::vector<pid_t> children;
  for (unsigned i = 0; i < processes; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      bool fine = false;
      try {
        fine = work(i);
      } catch (const std::exception& error) {
        static_cast<void>(std::fprintf(stderr, "process %u: %s\n", i, error.what()));
      }
      ::_exit(fine ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    children.push_back(child);
  }
  bool fine = true;
  for (const pid_t child : children) {
    int status = -1;
    fine &= ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  return fine;
}

} // namespace

TEST_CASE("processes that begin a cache at once all get it") {
  const CacheRoom room;
  CHECK(in_processes(8, [&room](unsigned process) {
    auto cache = room.open();
    insert(cache, process, artifact_of(process));
    return room.warnings->empty();
  }));
  auto cache = room.open();
  CHECK(stats(cache).entries == 8);
  CHECK(stats(cache).counters == counted({{Counter::stores, 8}}));
}

TEST_CASE("processes share one cache and lose no count") {
  constexpr unsigned k_processes = 6;
  constexpr std::uint32_t k_keys = 8;
  const CacheRoom room;
  CHECK(in_processes(k_processes, [&room](unsigned process) {
    auto cache = room.open();
    // One key of its own, and those of all, which several may find absent.
    std::uint64_t misses = 0;
    for (std::uint32_t step = 0; step < k_keys; ++step) {
      for (const std::uint32_t key : {step, 1000 + process * 100 + step}) {
        const auto found = lookup(cache, key);
        if (!found) {
          ++misses;
          insert(cache, key, artifact_of(key));
        } else if (*found != artifact_of(key)) {
          return false;
        }
      }
    }
    return cache.counters() == counted({{Counter::misses, misses},
                                        {Counter::stores, misses},
                                        {Counter::hits, 2 * k_keys - misses}});
  }));
  auto cache = room.open();
  const auto all = stats(cache);
  CHECK(all.entries == k_keys + k_processes * k_keys);
  CHECK(all.counters[Counter::hits] + all.counters[Counter::misses] == 2 * k_processes * k_keys);
  CHECK(all.counters[Counter::stores] == all.counters[Counter::misses]);
  CHECK(all.counters[Counter::corrupt] == 0);
  CHECK(room.files("tmp").empty());
}

TEST_CASE("threads share one handle") {
  constexpr unsigned k_threads = 4;
  constexpr unsigned k_rounds = 200;
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 0, artifact_of(0));
  std::atomic<unsigned> wrong{0};
  std::vector<std::jthread> threads;
  for (unsigned thread = 0; thread < k_threads; ++thread) {
    threads.emplace_back([&cache, &wrong, thread] {
      for (unsigned round = 0; round < k_rounds; ++round) {
        const std::uint32_t key = 1 + (round % 3) + thread * 3;
        if (round < 3) {
          insert(cache, key, artifact_of(key));
        }
        wrong += lookup(cache, key) != artifact_of(key) ? 1 : 0;
        wrong += lookup(cache, 0) != artifact_of(0) ? 1 : 0;
        cache.count(Counter::compiles);
      }
    });
  }
  threads.clear();
  CHECK(wrong == 0);
  CHECK(stats(cache).counters == counted({{Counter::stores, 1 + 3 * k_threads},
                                          {Counter::hits, 2 * k_threads * k_rounds},
                                          {Counter::compiles, k_threads * k_rounds}}));
}

TEST_CASE("handles in several threads may be cleared and verified under their users") {
  const CacheRoom room;
  std::atomic<unsigned> wrong{0};
  std::atomic<bool> stop{false};
  std::vector<std::jthread> threads;
  for (unsigned thread = 0; thread < 2; ++thread) {
    threads.emplace_back([&room, &wrong, &stop] {
      auto cache = room.open();
      for (std::uint32_t round = 0; !stop; ++round) {
        const std::uint32_t key = round % 5;
        const auto found = lookup(cache, key);
        if (!found) {
          insert(cache, key, artifact_of(key));
        } else if (*found != artifact_of(key)) {
          ++wrong;
        }
      }
      wrong += static_cast<unsigned>(cache.counters()[Counter::corrupt]);
    });
  }
  auto cache = room.open();
  for (int round = 0; round < 15; ++round) {
    const auto report = cache.verify();
    REQUIRE(report);
    CHECK(report->corrupt == 0);
    REQUIRE(cache.clear());
  }
  stop = true;
  threads.clear();
  CHECK(wrong == 0);
  CHECK(room.warnings->empty());
  const auto report = cache.verify();
  REQUIRE(report);
  CHECK(report->orphans == 0);
}
