#include "somebody.hpp"

#include <cstdio>
#include <cstdlib>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cwasm::test {

bool can_be_somebody(const CacheRoom& room) {
  if (::geteuid() != 0) {
    WARN("only root can be another user: skipped");
    return false;
  }
  return ::chmod(room.directory.parent_path().c_str(), 0755) == 0;
}

bool as_somebody(const std::function<bool()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    bool fine = false;
    try {
      fine = ::setgid(k_somebody) == 0 && ::setuid(k_somebody) == 0 && work();
    } catch (const std::exception& error) {
      static_cast<void>(std::fprintf(stderr, "as somebody: %s\n", error.what()));
    }
    ::_exit(fine ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  int status = -1;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace cwasm::test
