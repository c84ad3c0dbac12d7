#include "util/process.hpp"

#include "util/file.hpp"
#include "util/spawn.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cwasm::util {
namespace {

using Clock = std::chrono::steady_clock;

// Longer is as good as for ever, and cannot overflow a clock.
constexpr std::chrono::milliseconds k_longest_wait = std::chrono::hours(24 * 365);
// How often the program's end is looked for where the kernel cannot announce it.
constexpr std::chrono::milliseconds k_tick{20};
// What a pipe can hold by default bounds what is left in it when the program has ended; a stranger
// who still writes must not keep us here.
constexpr int k_last_reads = 64;
constexpr std::size_t k_read_size = std::size_t{16} * 1024;

/// The last `limit` bytes of a stream.
class Tail {
public:
  explicit Tail(std::size_t limit) : m_limit(limit) {}
  void append(std::string_view text) {
    m_text.append(text);
    // Moving the tail only once a limit's worth has gathered keeps the cost linear.
    if (m_text.size() / 2 > m_limit) {
      trim();
    }
  }
  std::string take() && {
    trim();
    return std::move(m_text);
  }

private:
  void trim() { m_text.erase(0, m_text.size() - std::min(m_text.size(), m_limit)); }
  std::size_t m_limit;
  std::string m_text;
};

/// One output of the program: the pipe's reading end, and what came out of it.
struct Output {
  Fd fd;
  Tail tail;

  /// Takes what is there now, at most `reads` buffers of it; closes the pipe at its end.
  void drain(int reads) {
    std::array<char, k_read_size> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init)
    for (; fd && reads > 0; --reads) {
      const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
      if (count > 0) {
        tail.append({buffer.data(), static_cast<std::size_t>(count)});
      } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
        fd = Fd();
      } else if (errno == EAGAIN) {
        return;
      }
    }
  }
};

/// A started program that leads its process group. It does not outlive this object.
class Child {
public:
  explicit Child(pid_t pid) noexcept : m_pid(pid) {
#ifdef SYS_pidfd_open
    m_end = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
#endif
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  Child(Child&&) = delete;
  Child& operator=(Child&&) = delete;
  ~Child() { reap(); }

  /// Becomes readable when the program ends; without it (an old kernel) one has to keep asking.
  const Fd& end() const noexcept { return m_end; }

  /// Asks without taking the exit status, so that the group's number stays ours.
  bool has_ended() const noexcept {
    siginfo_t info{};
    const int outcome =
        ::waitid(P_PID, static_cast<id_t>(m_pid), &info, WEXITED | WNOHANG | WNOWAIT);
    return outcome == 0 ? info.si_pid == m_pid : errno == ECHILD;
  }

  void signal_group(int signal) const noexcept { ::kill(-m_pid, signal); }

  /// Kills what is left of the group and waits for the program. Nothing when its status was taken
  /// by somebody else (a host that ignores SIGCHLD, or waits for any child).
  std::optional<int> reap() noexcept {
    if (m_pid <= 0) {
      return std::nullopt;
    }
    // When the status is gone the number may already name strangers.
    siginfo_t info{};
    const bool ours =
        ::waitid(P_PID, static_cast<id_t>(m_pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
    int status = 0;
    if (ours) {
      signal_group(SIGKILL);
    }
    pid_t waited = -1;
    do {
      waited = ::waitpid(m_pid, &status, 0);
    } while (waited < 0 && errno == EINTR);
    const bool known = waited == m_pid;
    m_pid = -1;
    return known ? std::optional(status) : std::nullopt;
  }

private:
  pid_t m_pid;
  Fd m_end;
};

// How often somebody who may cancel is asked.
constexpr std::chrono::milliseconds k_ask_again(250);

int poll_timeout(Clock::time_point until, bool must_ask) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
  const auto longest = must_ask ? k_tick : k_longest_wait;
  return static_cast<int>(
      std::clamp<std::int64_t>(left.count(), 0, std::min<std::int64_t>(longest.count(), INT_MAX)));
}

/// Waits until there is output, the program ends, or it is time.
void wait_for_news(const Child& child, Output& out, Output& err, Clock::time_point until) {
  std::array<pollfd, 3> fds{
      {{out.fd.get(), POLLIN, 0}, {err.fd.get(), POLLIN, 0}, {child.end().get(), POLLIN, 0}}};
  ::poll(fds.data(), fds.size(), poll_timeout(until, !child.end()));
  out.drain(1);
  err.drain(1);
}

/// Reads the program's output until it ends, and sees to it that it does.
void attend(const Child& child, Output& out, Output& err, const ProcessOptions& options,
            Clock::time_point start, ProcessResult& result) {
  const auto after = [](Clock::time_point from, std::chrono::milliseconds wait) {
    return from + std::clamp(wait, std::chrono::milliseconds(0), k_longest_wait);
  };
  auto deadline = after(start, options.timeout);
  int signals_sent = 0;
  while (!child.has_ended()) {
    if (!result.cancelled && signals_sent == 0 && options.cancelled && options.cancelled()) {
      result.cancelled = true;
      deadline = start;
    }
    if (const auto now = Clock::now(); now >= deadline && signals_sent < 2) {
      child.signal_group(signals_sent == 0 ? SIGTERM : SIGKILL);
      ++signals_sent;
      deadline = after(now, signals_sent == 1 ? options.grace : k_longest_wait);
    }
    const bool asks = options.cancelled && signals_sent == 0;
    wait_for_news(child, out, err,
                  asks ? std::min(deadline, Clock::now() + k_ask_again) : deadline);
  }
  result.timed_out = signals_sent > 0 && !result.cancelled;
}

} // namespace

Result<ProcessResult> run_process(const ProcessOptions& options) {
  const auto start = Clock::now();
  CWASM_TRY_ASSIGN(Spawned spawned, spawn(options.argv));
  Child child(spawned.pid);
  Output out{std::move(spawned.out), Tail(options.output_limit)};
  Output err{std::move(spawned.err), Tail(options.output_limit)};
  ProcessResult result;
  attend(child, out, err, options, start, result);
  const auto status = child.reap();
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (!status) {
    return Error(ErrorCode::io, fmt::format("cannot wait for {}: its exit status went elsewhere",
                                            options.argv.front()));
  }
  out.drain(k_last_reads);
  err.drain(k_last_reads);
  result.out = std::move(out.tail).take();
  result.err = std::move(err.tail).take();
  result.exit_status = WIFEXITED(*status) ? WEXITSTATUS(*status) : 0;
  result.signal = WIFSIGNALED(*status) ? WTERMSIG(*status) : 0;
  return result;
}

std::string quote_command(const std::vector<std::string>& argv) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789_@%+=:,./-";
  std::string line;
  for (const std::string& argument : argv) {
    line += line.empty() ? "" : " ";
    if (!argument.empty() && argument.find_first_not_of(plain) == std::string::npos) {
      line += argument;
      continue;
    }
    line += '\'';
    for (const char c : argument) {
      line += c == '\'' ? std::string_view("'\\''") : std::string_view(&c, 1);
    }
    line += '\'';
  }
  return line;
}

} // namespace cwasm::util
