#include "util/spawn.hpp"

#include "util/try.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

namespace cwasm::util {
namespace {

Error system_error(std::string_view action, int error_number) {
  return {ErrorCode::io,
          fmt::format("{}: {}", action, std::generic_category().message(error_number))};
}

struct Pipe {
  Fd read;
  Fd write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return system_error("cannot make a pipe", errno);
  }
  Pipe pipe{Fd(ends[0]), Fd(ends[1])};
  // A process that runs without its standard descriptors would get them here, and the program's
  // own would be laid over them.
  if (pipe.write.get() <= STDERR_FILENO) {
    Fd higher(::fcntl(pipe.write.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!higher) {
      return system_error("cannot duplicate a pipe", errno);
    }
    pipe.write = std::move(higher);
  }
  if (::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK) != 0) {
    return system_error("cannot set up a pipe", errno);
  }
  return pipe;
}

/// How the program is to be started, as posix_spawn takes it.
class SpawnPlan {
public:
  SpawnPlan(int out, int err) {
    m_error = ::posix_spawn_file_actions_init(&m_actions);
    check(::posix_spawnattr_init(&m_attributes));
    check(::posix_spawn_file_actions_addopen(&m_actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
    check(::posix_spawn_file_actions_adddup2(&m_actions, out, STDOUT_FILENO));
    check(::posix_spawn_file_actions_adddup2(&m_actions, err, STDERR_FILENO));
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    check(::posix_spawn_file_actions_addclosefrom_np(&m_actions, STDERR_FILENO + 1));
#endif
    sigset_t signals{};
    sigemptyset(&signals);
    check(::posix_spawnattr_setsigmask(&m_attributes, &signals));
    for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGCHLD}) {
      sigaddset(&signals, signal);
    }
    check(::posix_spawnattr_setsigdefault(&m_attributes, &signals));
    check(::posix_spawnattr_setpgroup(&m_attributes, 0));
    check(::posix_spawnattr_setflags(&m_attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                        POSIX_SPAWN_SETSIGDEF));
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  SpawnPlan(SpawnPlan&&) = delete;
  SpawnPlan& operator=(SpawnPlan&&) = delete;
  ~SpawnPlan() {
    ::posix_spawnattr_destroy(&m_attributes);
    ::posix_spawn_file_actions_destroy(&m_actions);
  }

  /// Starts the program whose arguments these are, a null pointer last. 0, or an errno value.
  int start(const std::vector<char*>& argv, pid_t& pid) const {
    return m_error != 0 ? m_error
                        : ::posix_spawnp(&pid, argv.front(), &m_actions, &m_attributes, argv.data(),
                                         environ);
  }

private:
  void check(int error) noexcept { m_error = m_error != 0 ? m_error : error; }

  posix_spawn_file_actions_t m_actions{};
  posix_spawnattr_t m_attributes{};
  int m_error = 0;
};

Status check_arguments(const std::vector<std::string>& argv) {
  if (argv.empty() || argv.front().empty()) {
    return Error(ErrorCode::invalid_argument, "cannot run a program without a name");
  }
  for (const std::string& argument : argv) {
    if (argument.find('\0') != std::string::npos) {
      return Error(ErrorCode::invalid_argument,
                   fmt::format("cannot run {}: an argument contains a NUL", argv.front()));
    }
  }
  return ok();
}

Error spawn_error(const std::string& program, int error_number) {
  if (error_number == ENOENT) {
    const bool searched = program.find('/') == std::string::npos;
    return {ErrorCode::not_found, fmt::format("cannot run {}: no such program{}", program,
                                              searched ? " on the PATH" : "")};
  }
  return system_error(fmt::format("cannot run {}", program), error_number);
}

} // namespace

Result<Spawned> spawn(std::vector<std::string> argv) {
  CWASM_TRY(check_arguments(argv));
  CWASM_TRY_ASSIGN(Pipe out, make_pipe());
  CWASM_TRY_ASSIGN(Pipe err, make_pipe());
  const SpawnPlan plan(out.write.get(), err.write.get());
  std::vector<char*> pointers;
  pointers.reserve(argv.size() + 1);
  for (std::string& argument : argv) {
    pointers.push_back(argument.data());
  }
  pointers.push_back(nullptr);
  pid_t pid = -1;
  if (const int error = plan.start(pointers, pid); error != 0) {
    return spawn_error(argv.front(), error);
  }
  return Spawned{pid, std::move(out.read), std::move(err.read)};
}

} // namespace cwasm::util
