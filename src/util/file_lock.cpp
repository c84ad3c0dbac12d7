#include "util/file_lock.hpp"

#include "util/try.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <thread>

namespace cwasm::util {

Result<bool> try_lock(const Fd& file, LockMode mode, const std::filesystem::path& path) {
  const int operation = (mode == LockMode::shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  int status = 0;
  do {
    status = ::flock(file.get(), operation);
  } while (status != 0 && errno == EINTR);
  if (status == 0) {
    return true;
  }
  if (errno == EWOULDBLOCK) {
    return false;
  }
  return file_error("lock", path, errno);
}

Result<FileLock> FileLock::acquire(const std::filesystem::path& path, LockMode mode,
                                   std::chrono::milliseconds timeout) {
  using std::chrono::steady_clock;
  constexpr std::chrono::microseconds k_longest_pause{10'000};
  constexpr int k_flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
  Fd file(::open(path.c_str(), k_flags, 0600));
  if (!file) {
    return file_error("open", path, errno);
  }
  CWASM_TRY(require_regular(file, path));
  const auto deadline = steady_clock::now() + timeout;
  // flock has no timeout of its own; whoever holds the lock holds it for milliseconds.
  std::chrono::microseconds pause{100};
  while (true) {
    CWASM_TRY_ASSIGN(const bool locked, try_lock(file, mode, path));
    if (locked) {
      return FileLock(std::move(file));
    }
    if (steady_clock::now() >= deadline) {
      return Error(ErrorCode::busy, fmt::format("{} is locked by another process", path.native()));
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, k_longest_pause);
  }
}

} // namespace cwasm::util
