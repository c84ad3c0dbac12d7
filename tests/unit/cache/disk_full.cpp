#include "cache_fixture.hpp"

#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace cwasm;
using namespace cwasm::test;

namespace {

/// Runs in a process that cannot make a file longer than this; true when `work` says so.
bool under_file_limit(rlim_t limit, const std::function<bool()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit value{limit, limit};
    ::_exit(::setrlimit(RLIMIT_FSIZE, &value) == 0 && work() ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  int status = -1;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

TEST_CASE("an artifact that does not fit on the disk leaves nothing behind") {
  const CacheRoom room;
  {
    auto cache = room.open();
    insert(cache, 1, "artifact");
  }
  CHECK(under_file_limit(600'000, [&room] {
    auto cache = room.open();
    const auto stored = cache.insert(key_of(2), bytes_of(std::string(2'000'000, 'x')), {});
    return !stored && stored.error().code() == ErrorCode::io &&
           cache.counters() == counted({{Counter::store_failures, 1}}) &&
           room.files("tmp").empty() && lookup(cache, 1) == "artifact";
  }));
  CHECK(room.blobs().size() == 1);
  auto cache = room.open();
  CHECK(stats(cache).entries == 1);
  CHECK(stats(cache).counters ==
        counted({{Counter::stores, 1}, {Counter::store_failures, 1}, {Counter::hits, 1}}));
}

TEST_CASE("an index that cannot grow keeps what it has") {
  const CacheRoom room;
  {
    auto cache = room.open();
    insert(cache, 1, "artifact");
  }
  CHECK(under_file_limit(40'000, [&room] {
    auto cache = room.open();
    std::uint32_t stored = 1;
    while (stored < 100 && cache.insert(key_of(stored + 1), bytes_of(std::to_string(stored)), {})) {
      ++stored;
    }
    // Some may fit; the one that does not is an error, and what was there is still found.
    return stored < 100 && room.files("tmp").empty() && room.blobs().size() == stored &&
           lookup(cache, 1) == "artifact" && cache.counters()[Counter::store_failures] == 1;
  }));
  auto cache = room.open();
  CHECK(room.warnings->empty());
  CHECK(lookup(cache, 1) == "artifact");
  insert(cache, 50, "more");
  const auto report = cache.verify();
  REQUIRE(report);
  CHECK(report->corrupt == 0);
  CHECK(report->orphans == 0);
}
