#include "cache_fixture.hpp"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <new>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace cwasm;
using namespace cwasm::test;

namespace {

constexpr unsigned k_crowd = 64;

Claim claim(ModuleCache& cache, std::uint32_t key, const ClaimOptions& options = {},
            const ModuleCache::Validator& validator = {}) {
  return or_throw(cache.claim(key_of(key), std::nullopt, validator, options));
}

/// What the claim waits for happens when it begins to wait.
ClaimOptions once_waiting(std::function<void()> happens) {
  ClaimOptions options;
  options.on_wait = [happens = std::move(happens), first = true](auto) mutable {
    if (std::exchange(first, false)) {
      happens();
    }
    return true;
  };
  return options;
}

/// Nothing that a claim would hand out: the caller is on its own.
bool is_alone(const Claim& claim) {
  return !claim.found.artifact && !claim.flight && !claim.failure;
}

/// Claims key 0; whoever leads compiles when all the others wait. True: it is the right artifact.
bool claim_in_a_crowd(ModuleCache& cache, std::atomic<unsigned>& waiting) {
  auto mine = claim(cache, 0, once_waiting([&waiting] { ++waiting; }));
  if (!mine.flight) {
    return mine.waited && mine.found.artifact && text_of(mine.found.artifact->bytes) == "artifact";
  }
  while (waiting < k_crowd - 1) {
    std::this_thread::yield();
  }
  cache.count(Counter::compiles);
  insert(cache, 0, "artifact");
  return !mine.waited;
}

const auto k_counted_of_a_crowd = counted({{Counter::misses, 1},
                                           {Counter::hits, k_crowd - 1},
                                           {Counter::waits, k_crowd - 1},
                                           {Counter::stores, 1},
                                           {Counter::compiles, 1}});

/// Memory that forked processes share.
template <typename T> std::unique_ptr<T, void (*)(T*)> make_shared_memory() {
  void* const memory =
      ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return {new (memory) T{}, [](T* value) { ::munmap(value, sizeof(T)); }};
}

} // namespace

TEST_CASE("of threads that miss a key at once one compiles and the others hit") {
  const CacheRoom room;
  auto cache = room.open();
  std::atomic<unsigned> waiting{0};
  std::atomic<unsigned> wrong{0};
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < k_crowd; ++i) {
    threads.emplace_back([&] { wrong += claim_in_a_crowd(cache, waiting) ? 0U : 1U; });
  }
  threads.clear();
  CHECK(wrong == 0);
  CHECK(cache.counters() == k_counted_of_a_crowd);
  CHECK(stats(cache).counters == k_counted_of_a_crowd);
  CHECK(room.files("flights").empty());
  CHECK(room.warnings->empty());
}

TEST_CASE("of processes that miss a key at once one compiles and the others hit") {
  const CacheRoom room;
  const auto waiting = make_shared_memory<std::atomic<unsigned>>();
  std::vector<pid_t> children;
  for (unsigned i = 0; i < k_crowd; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      bool fine = false;
      try {
        auto cache = room.open();
        fine = claim_in_a_crowd(cache, *waiting) && room.warnings->empty();
      } catch (const std::exception& error) {
        static_cast<void>(std::fprintf(stderr, "process %u: %s\n", i, error.what()));
      }
      ::_exit(fine ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    children.push_back(child);
  }
  unsigned fine = 0;
  for (const pid_t child : children) {
    int status = -1;
    fine += ::waitpid(child, &status, 0) == child && status == 0 ? 1U : 0U;
  }
  CHECK(fine == k_crowd);
  auto cache = room.open();
  CHECK(stats(cache).counters == k_counted_of_a_crowd);
  CHECK(room.files("flights").empty());
}

TEST_CASE("a claim of what is there is a hit and makes no flight") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "artifact");
  const auto mine = claim(cache, 1);
  REQUIRE(mine.found.artifact);
  CHECK(mine.found.counted == Counter::hits);
  CHECK_FALSE(mine.flight);
  CHECK_FALSE(mine.waited);
  CHECK(cache.counters() == counted({{Counter::stores, 1}, {Counter::hits, 1}}));
  CHECK_FALSE(std::filesystem::exists(room.directory / "flights"));
}

TEST_CASE("who compiles one key keeps nobody from another") {
  const CacheRoom room;
  auto cache = room.open();
  const auto first = claim(cache, 1);
  const auto second = claim(cache, 2);
  CHECK(first.flight);
  CHECK(second.flight);
  CHECK(cache.counters() == counted({{Counter::misses, 2}}));
}

TEST_CASE("a waiter takes over at once when the one it waits for is killed") {
  const CacheRoom room;
  auto cache = room.open();
  int pipe[2] = {-1, -1};
  REQUIRE(::pipe(pipe) == 0);
  const pid_t leader = ::fork();
  if (leader == 0) {
    auto its_cache = room.open();
    const auto its_claim = claim(its_cache, 1);
    const char led = its_claim.flight ? 'y' : 'n';
    static_cast<void>(::write(pipe[1], &led, 1));
    ::pause();
    ::_exit(EXIT_FAILURE);
  }
  char led = 0;
  REQUIRE(::read(pipe[0], &led, 1) == 1);
  CHECK(led == 'y');
  unsigned told = 0;
  ClaimOptions options;
  options.on_wait = [&](std::chrono::milliseconds) {
    ++told;
    ::kill(leader, SIGKILL);
    return ::waitpid(leader, nullptr, 0) == leader;
  };
  const auto mine = claim(cache, 1, options);
  CHECK(mine.flight);
  CHECK(mine.waited);
  CHECK(told == 1);
  CHECK(cache.counters() == counted({{Counter::misses, 1}, {Counter::waits, 1}}));
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_CASE("a waiter takes over when the one it waits for gives up") {
  const CacheRoom room;
  auto cache = room.open();
  auto first = claim(cache, 1);
  const auto second = claim(cache, 1, once_waiting([&first] { first.flight.reset(); }));
  CHECK(second.flight);
  CHECK(second.waited);
  CHECK(cache.counters() == counted({{Counter::misses, 2}, {Counter::waits, 1}}));
}

TEST_CASE("a compile that fails fails for those who waited for it, and for nobody else") {
  const CacheRoom room;
  auto cache = room.open();
  auto first = claim(cache, 1);
  const auto second = claim(cache, 1, once_waiting([&first] {
                              first.flight->fail("no such instruction");
                              first.flight.reset();
                            }));
  CHECK(is_alone(first));
  CHECK_FALSE(second.flight);
  REQUIRE(second.failure);
  CHECK(*second.failure == Error(ErrorCode::compile_failed, "no such instruction"));
  const auto third = claim(cache, 1);
  CHECK(third.flight);
  CHECK_FALSE(third.failure);
  CHECK(cache.counters() == counted({{Counter::misses, 3}, {Counter::waits, 1}}));
}

TEST_CASE("a long failure is cut between characters") {
  const CacheRoom room;
  auto cache = room.open();
  auto first = claim(cache, 1);
  std::string long_text(4095, 'x');
  long_text += "ä and more";
  const auto second = claim(cache, 1, once_waiting([&] {
                              first.flight->fail(long_text);
                              first.flight.reset();
                            }));
  REQUIRE(second.failure);
  CHECK(second.failure->message() == std::string(4095, 'x'));
}

TEST_CASE("at its deadline a waiter goes its own way") {
  const CacheRoom room;
  auto cache = room.open();
  const auto first = claim(cache, 1);
  ClaimOptions options;
  options.wait_limit = std::chrono::milliseconds(20);
  std::chrono::milliseconds last{-1};
  bool in_order = true;
  options.on_wait = [&](std::chrono::milliseconds waited) {
    in_order &= std::exchange(last, waited) <= waited && waited < options.wait_limit;
    return true;
  };
  const auto second = claim(cache, 1, options);
  CHECK(is_alone(second));
  CHECK(second.waited);
  CHECK(in_order);
  CHECK(last.count() >= 0);
  // It may store what it compiled while the flight is still up.
  insert(cache, 1, "artifact");
  CHECK(lookup(cache, 1) == "artifact");
  CHECK(cache.counters() ==
        counted(
            {{Counter::misses, 2}, {Counter::waits, 1}, {Counter::stores, 1}, {Counter::hits, 1}}));
}

TEST_CASE("who does not want to wait does not") {
  const CacheRoom room;
  auto cache = room.open();
  const auto first = claim(cache, 1);
  ClaimOptions options;
  options.wait_limit = std::chrono::milliseconds(0);
  const auto second = claim(cache, 1, options);
  CHECK(is_alone(second));
  CHECK_FALSE(second.waited);
  options.wait_limit = std::chrono::hours(1);
  options.on_wait = [](auto) { return false; };
  const auto third = claim(cache, 1, options);
  CHECK(is_alone(third));
  CHECK(third.waited);
  CHECK(cache.counters() == counted({{Counter::misses, 3}, {Counter::waits, 1}}));
}

TEST_CASE("where no flight can be made everybody compiles and one warning says so") {
  const CacheRoom room;
  auto cache = room.open();
  std::ofstream(room.directory / "flights") << "in the way";
  for (int i = 0; i < 3; ++i) {
    CHECK(is_alone(claim(cache, 1)));
  }
  CHECK(*room.warnings ==
        std::vector{"nobody else can wait for what is compiled here: the cache directory is not "
                    "safe to use: " +
                    (room.directory / "flights").native() +
                    " is a regular file and not a directory; remove it, or name another cache "
                    "directory"});
  CHECK(cache.counters() == counted({{Counter::misses, 3}}));
}

TEST_CASE("what stood in the way of a claim is what it counts as") {
  const CacheRoom room;
  auto cache = room.open();
  insert(cache, 1, "artifact");
  auto stale = claim(cache, 1, {}, [](auto) { return false; });
  CHECK(stale.found.counted == Counter::stale);
  CHECK(stale.flight);
  stale.flight.reset();
  overwrite(room.only_blob(), "damage");
  const auto corrupt = claim(cache, 1);
  CHECK(corrupt.found.counted == Counter::corrupt);
  CHECK(corrupt.flight);
  CHECK(cache.counters() ==
        counted({{Counter::stores, 1}, {Counter::stale, 1}, {Counter::corrupt, 1}}));
}

TEST_CASE("a flight may outlive its handle") {
  const CacheRoom room;
  auto cache = room.open();
  std::optional<Flight> flight;
  {
    auto other = room.open();
    flight = std::move(claim(other, 1).flight);
  }
  REQUIRE(flight);
  const auto second = claim(cache, 1, once_waiting([&flight] { flight.reset(); }));
  CHECK(second.flight);
  CHECK(second.waited);
}

TEST_CASE("verify removes the flights of the dead and leaves those of the living") {
  const CacheRoom room;
  auto cache = room.open();
  const auto living = claim(cache, 1);
  REQUIRE(living.flight);
  const auto its_file = room.files("flights");
  REQUIRE(its_file.size() == 1);
  const auto dead = room.directory / "flights" / std::string(32, '0');
  std::ofstream(dead) << "last words";
  std::ofstream(room.directory / "flights" / "note") << "somebody else's";
  const auto report = cache.verify();
  REQUIRE(report);
  CHECK(report->orphans == 1);
  CHECK(report->findings == std::vector<std::string>{"unfinished files were removed: 1"});
  CHECK(room.files("flights") ==
        std::vector{its_file.front(), room.directory / "flights" / "note"});
}

TEST_CASE("who takes over from the dead does not repeat their last words") {
  const CacheRoom room;
  auto cache = room.open();
  auto first = claim(cache, 1);
  const auto file = room.files("flights").at(0);
  first.flight.reset();
  std::ofstream(file) << "last words";
  auto second = claim(cache, 1);
  CHECK(second.flight);
  const auto third = claim(cache, 1, once_waiting([&second] { second.flight.reset(); }));
  CHECK(third.flight);
  CHECK_FALSE(third.failure);
}

TEST_CASE("a cache directory that is removed under a flight stops nobody") {
  const CacheRoom room;
  auto cache = room.open();
  auto first = claim(cache, 1);
  std::filesystem::remove_all(room.directory / "flights");
  const auto second = claim(cache, 1);
  CHECK(second.flight);
  first.flight.reset();
  CHECK(room.files("flights").size() == 1);
}

TEST_CASE("tenants of one directory do not wait for each other") {
  const CacheRoom room;
  auto cache = room.open();
  auto options = room.options();
  options.name_space = "tenant";
  auto tenants = or_throw(ModuleCache::open(options));
  const auto first = claim(cache, 1);
  const auto second = claim(tenants, 1);
  CHECK(first.flight);
  CHECK(second.flight);
  CHECK_FALSE(second.waited);
}

TEST_CASE("who cannot write neither waits nor makes others wait") {
  const CacheRoom room;
  auto cache = room.open();
  const auto first = claim(cache, 1);
  auto options = room.options();
  options.read_only = true;
  auto reader = or_throw(ModuleCache::open(options));
  const auto second = claim(reader, 1);
  CHECK(is_alone(second));
  CHECK_FALSE(second.waited);
  CHECK(is_alone(claim(reader, 2)));
  CHECK(room.files("flights").size() == 1);
  CHECK(room.warnings->empty());
}
