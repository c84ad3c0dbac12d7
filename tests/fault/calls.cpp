#include "fault/calls.hpp"
#include "fault/fault_room.hpp"

#include "cache/sqlite.hpp"
#include "util/file.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
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
  int error; ///< 0: half a write; -1: the power goes
  bool from_then_on;
  std::string synced = {}; ///< where what is on the disk is kept
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
    ::setenv("CWASM_SYNCED", failure.synced.c_str(), 1);
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

namespace {

std::vector<std::filesystem::path> files_in(const CacheRoom& room) {
  std::vector<std::filesystem::path> out;
  for (const auto& file : std::filesystem::recursive_directory_iterator(room.directory)) {
    if (file.is_regular_file()) {
      out.push_back(file.path());
    }
  }
  return out;
}

void keep_all(const CacheRoom& room, const std::filesystem::path& synced) {
  std::filesystem::create_directories(synced);
  for (const auto& file : files_in(room)) {
    const auto inode = or_throw(util::identify(file)).inode;
    std::filesystem::copy_file(file, synced / std::to_string(inode));
    std::filesystem::permissions(synced / std::to_string(inode), std::filesystem::perms(0600));
  }
}

/// What a row says of a file, before and after the power was gone.
struct Change {
  FileIdentity before;
  FileIdentity after;
};

/// Names and sizes are what they were; of the content, only what was synced. A file that never was
/// holds zeros.
std::vector<Change> lose_power(const CacheRoom& room, const std::filesystem::path& synced) {
  std::vector<Change> changes;
  for (const auto& file : files_in(room)) {
    const auto before = or_throw(util::identify(file));
    const auto copy = synced / std::to_string(before.inode);
    const auto mode = std::filesystem::status(file).permissions();
    std::filesystem::permissions(file, std::filesystem::perms(0600));
    if (std::filesystem::exists(copy)) {
      std::filesystem::copy_file(copy, file, std::filesystem::copy_options::overwrite_existing);
    } else {
      std::ofstream(file, std::ios::binary) << std::string(before.size, '\0');
    }
    std::filesystem::permissions(file, mode);
    changes.push_back({before, or_throw(util::identify(file))});
  }
  return changes;
}

/// The disk kept the files' times as well: whoever believed a file believes it still.
void keep_times(const CacheRoom& room, const std::vector<Change>& changes) {
  auto database =
      or_throw(cache::Database::open(room.directory / "index.db", std::chrono::seconds(5)));
  for (const auto& [before, after] : changes) {
    const auto sql = fmt::format(
        "UPDATE blobs SET mtime_ns = {}, ctime_ns = {} WHERE inode = {} AND mtime_ns = {}"
        " AND ctime_ns = {} AND size = {}",
        after.mtime_ns, after.ctime_ns, before.inode, before.mtime_ns, before.ctime_ns, after.size);
    // An index that was never synced has no tables.
    static_cast<void>(database.execute(sql.c_str()));
  }
}

/// Lets the power go at the first call, the second, and so on; how many there were.
int cut_at_each(const std::string& call, bool is_new) {
  for (int at = 1;; ++at) {
    CAPTURE(call, at, is_new);
    const FaultRoom room;
    const auto synced = room.directory.parent_path() / "synced";
    std::filesystem::create_directories(synced);
    if (!is_new) {
      {
        auto cache = room.open();
        insert(cache, 99, "stored before");
      }
      keep_all(room, synced);
    }
    const auto said = run(room, {call, at, -1, false, synced.native()});
    if (!std::filesystem::exists(room.directory)) {
      std::filesystem::create_directories(room.directory);
    }
    keep_times(room, lose_power(room, synced));
    auto cache = room.open();
    for (std::uint8_t key = 1; key <= k_calls_keys; ++key) {
      const auto found = or_throw(cache.lookup(calls_key(key), {}));
      CHECK((!found || text_of(found->bytes) == calls_artifact(key)));
    }
    if (!is_new) {
      CHECK(lookup(cache, 99) == "stored before");
    }
    static_cast<void>(or_throw(cache.verify()));
    CHECK(or_throw(cache.verify()).findings.empty());
    if (said.find('c') == std::string::npos) {
      return at - 1;
    }
  }
}

} // namespace

TEST_CASE(
    "after a power loss at any call, what is served is right, and what was flushed is there") {
  for (const std::string call : {"write", "pwrite", "fdatasync", "rename", "ftruncate"}) {
    int cut = 0;
    for (const bool is_new : {true, false}) {
      cut += cut_at_each(call, is_new);
    }
    CAPTURE(call);
    CHECK(cut > 0);
  }
}
