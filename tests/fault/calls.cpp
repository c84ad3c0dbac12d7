#include "fault/calls.hpp"
#include "fault/fault_room.hpp"

#include "util/file.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

using namespace cwasm;
using namespace cwasm::test;

namespace {

constexpr std::array k_calls = {"write", "pwrite",    "fdatasync", "rename",
                                "open",  "ftruncate", "mmap"};

struct Failure {
  std::string call;
  int at;
  int error; ///< 0: half a write
  bool from_then_on;
};

/// Runs the program with a call that fails; what it said.
std::string run(const CacheRoom& room, const Failure& failure) {
  int pipe[2] = {-1, -1};
  REQUIRE(::pipe(pipe) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(pipe[1], STDOUT_FILENO);
    ::setenv("LD_PRELOAD", CWASM_FAILING_CALLS, 1);
    ::setenv("CWASM_FAIL_CALL", failure.call.c_str(), 1);
    ::setenv("CWASM_FAIL_AT", std::to_string(failure.at).c_str(), 1);
    ::setenv("CWASM_FAIL_WITH", std::to_string(failure.error).c_str(), 1);
    if (failure.from_then_on) {
      ::setenv("CWASM_FAIL_ON", "1", 1);
    }
    ::execl(CWASM_CALLS_PROGRAM, CWASM_CALLS_PROGRAM, room.directory.c_str(), nullptr);
    ::_exit(EXIT_FAILURE);
  }
  ::close(pipe[1]);
  const util::Fd reader(pipe[0]);
  std::string said;
  char word = 0;
  while (::read(reader.get(), &word, 1) == 1) {
    said += word;
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  return said;
}

/// What the next process finds.
void check_after(const CacheRoom& room, const std::string& said, std::uint64_t had) {
  CHECK(said.find('w') == std::string::npos);
  auto cache = room.open();
  std::uint64_t stores = had;
  for (std::uint8_t key = 1; key <= k_calls_keys; ++key) {
    const auto found = or_throw(cache.lookup(calls_key(key), {}));
    if (said.find(static_cast<char>('0' + key)) != std::string::npos) {
      ++stores;
      CHECK(found);
    }
    if (found) {
      CHECK((text_of(found->bytes) == calls_artifact(key)));
    }
  }
  if (had != 0) {
    CHECK(lookup(cache, 99) == "stored before");
  }
  const auto counters = stats(cache).counters;
  CHECK(counters[Counter::stores] >= stores);
  CHECK(counters[Counter::stores] <= had + k_calls_keys);
  CHECK(counters[Counter::corrupt] == 0);
  CHECK(counters[Counter::stale] == 0);
  CHECK(counters[Counter::waits] == 0);
  CHECK(or_throw(cache.verify()).corrupt == 0);
  CHECK(or_throw(cache.verify()).orphans == 0);
  CHECK(room.files("quarantine").empty());
  CHECK(room.files("tmp").empty());
  CHECK(room.files("flights").empty());
  CHECK(*room.warnings == std::vector<std::string>());
}

/// Lets the first call fail, the second, and so on, while there is one more. How many there were.
int fail_each(Failure failure, bool is_new) {
  for (failure.at = 1;; ++failure.at) {
    CAPTURE(failure.call, failure.at, failure.error, failure.from_then_on, is_new);
    const FaultRoom room;
    if (!is_new) {
      auto cache = room.open();
      insert(cache, 99, "stored before");
    }
    const auto said = run(room, failure);
    check_after(room, said, is_new ? 0 : 1);
    if (said.find('f') == std::string::npos) {
      CHECK(said == "123");
      return failure.at - 1;
    }
  }
}

} // namespace

TEST_CASE("whichever call fails, what was acknowledged is there and what is served is right") {
  for (const std::string call : k_calls) {
    int failed = 0;
    for (const bool is_new : {true, false}) {
      failed += fail_each({call, 0, EIO, false}, is_new);
      // A disk that is full stays full.
      failed += fail_each({call, 0, ENOSPC, true}, is_new);
      if (call == "write" || call == "pwrite") {
        failed += fail_each({call, 0, 0, false}, is_new);
      }
    }
    CAPTURE(call);
    CHECK(failed > 0);
  }
}
