#include "fault/fault_room.hpp"

#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

using namespace cwasm;
using namespace cwasm::test;

namespace {

constexpr std::uint32_t k_processes = rounds(200);
constexpr std::uint32_t k_shared = 5;

std::string artifact_of(std::uint32_t key) { return "artifact " + std::to_string(key); }

bool finds(ModuleCache& cache, std::uint32_t key) { return lookup(cache, key) == artifact_of(key); }

/// A miss, a store and a hit of its own key, and hits of those that are there.
bool work(const CacheRoom& room, std::uint32_t own) {
  auto options = room.options();
  // Each store waits for the disk, and all stores for each other.
  options.busy_timeout = std::chrono::minutes(2);
  auto cache = or_throw(ModuleCache::open(options));
  bool fine = !lookup(cache, own);
  insert(cache, own, artifact_of(own));
  fine = fine && finds(cache, own);
  for (std::uint32_t key = 0; key < k_shared; ++key) {
    fine = fine && finds(cache, key);
  }
  return fine && room.warnings->empty();
}

} // namespace

TEST_CASE("two hundred processes use one cache at once and every count is there") {
  const FaultRoom room;
  {
    auto cache = room.open();
    for (std::uint32_t key = 0; key < k_shared; ++key) {
      insert(cache, key, artifact_of(key));
    }
  }
  std::vector<pid_t> children;
  for (std::uint32_t i = 0; i < k_processes; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      bool fine = false;
      try {
        fine = work(room, 1000 + i);
      } catch (const std::exception& error) {
        static_cast<void>(std::fprintf(stderr, "process %u: %s\n", i, error.what()));
      }
      ::_exit(fine ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    children.push_back(child);
  }
  std::uint32_t fine = 0;
  for (const pid_t child : children) {
    int status = -1;
    fine += ::waitpid(child, &status, 0) == child && status == 0 ? 1U : 0U;
  }
  CHECK(fine == k_processes);
  auto cache = room.open();
  const auto all = stats(cache);
  CHECK(all.entries == k_shared + k_processes);
  CHECK(all.counters == counted({{Counter::stores, k_shared + k_processes},
                                 {Counter::misses, k_processes},
                                 {Counter::hits, std::uint64_t{1 + k_shared} * k_processes}}));
  const auto report = or_throw(cache.verify());
  CHECK(report.checked == k_shared + k_processes);
  CHECK(report.corrupt == 0);
  CHECK(report.orphans == 0);
}
