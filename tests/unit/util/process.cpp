#include "util/process.hpp"

#include "support/catch.hpp"
#include "support/script.hpp"
#include "util/temporary_directory.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <thread>

using cwasm::ErrorCode;
using cwasm::test::Lifeline;
using cwasm::test::open_descriptors;
using cwasm::util::ProcessOptions;
using cwasm::util::ProcessResult;
using cwasm::util::quote_command;
using cwasm::util::run_process;
using cwasm::util::TemporaryDirectory;
using namespace std::chrono_literals;

namespace {

ProcessOptions shell(std::string script, std::vector<std::string> arguments = {}) {
  ProcessOptions options;
  options.argv = {"sh", "-c", std::move(script), "sh"};
  options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
  options.timeout = 60s;
  return options;
}

ProcessResult run(const ProcessOptions& options) {
  auto result = run_process(options);
  CHECK((result ? "" : result.error().message()) == "");
  REQUIRE(result);
  return *result;
}

/// True when this process has no children, running or dead.
bool no_children() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

class IgnoredSignal {
public:
  explicit IgnoredSignal(int signal) : m_signal(signal), m_before(std::signal(signal, SIG_IGN)) {}
  IgnoredSignal(const IgnoredSignal&) = delete;
  IgnoredSignal& operator=(const IgnoredSignal&) = delete;
  IgnoredSignal(IgnoredSignal&&) = delete;
  IgnoredSignal& operator=(IgnoredSignal&&) = delete;
  ~IgnoredSignal() { static_cast<void>(std::signal(m_signal, m_before)); }

private:
  int m_signal;
  void (*m_before)(int);
};

} // namespace

TEST_CASE("a program's exit status and both outputs are handed back") {
  const auto result = run(shell("echo one; echo two >&2; exit 3"));
  CHECK(result.exit_status == 3);
  CHECK(result.signal == 0);
  CHECK_FALSE(result.timed_out);
  CHECK_FALSE(result.succeeded());
  CHECK(result.out == "one\n");
  CHECK(result.err == "two\n");
  CHECK(result.seconds > 0.0);
  CHECK(run(shell("true")).succeeded());
  CHECK(no_children());
}

TEST_CASE("arguments are passed untouched") {
  const std::vector<std::string> odd{"two words",  "",  "it's", "\"q\"", "a;b|c&d",
                                     "$HOME `id`", "*", "\n",   "{x}"};
  const auto result = run(shell("printf '<%s>' \"$@\"", odd));
  CHECK(result.out == "<two words><><it's><\"q\"><a;b|c&d><$HOME `id`><*><\n><{x}>");
}

TEST_CASE("standard input is empty") { CHECK(run(shell("cat; echo end")).out == "end\n"); }

TEST_CASE("a program that is not there is not found, by name") {
  const auto result = run_process({{"no-such-program-anywhere", "x"}});
  REQUIRE_FALSE(result);
  CHECK(result.error().code() == ErrorCode::not_found);
  CHECK(result.error().message() ==
        "cannot run no-such-program-anywhere: no such program on the PATH");
  const auto absolute = run_process({{"/no/such/program"}});
  REQUIRE_FALSE(absolute);
  CHECK(absolute.error().message() == "cannot run /no/such/program: no such program");
  CHECK(no_children());
}

TEST_CASE("a file that cannot be run is an io error") {
  const auto result = run_process({{"/"}});
  REQUIRE_FALSE(result);
  CHECK(result.error().code() == ErrorCode::io);
}

TEST_CASE("no program, or a NUL in an argument, is refused") {
  CHECK(run_process({{}}).error().code() == ErrorCode::invalid_argument);
  CHECK(run_process({{""}}).error().code() == ErrorCode::invalid_argument);
  CHECK(run_process({{"echo", std::string("a\0b", 3)}}).error().code() ==
        ErrorCode::invalid_argument);
}

TEST_CASE("a signal that ends the program is told, and one that we ignore still ends it") {
  const IgnoredSignal ignored(SIGPIPE);
  const auto result = run(shell("kill -PIPE $$"));
  CHECK(result.signal == SIGPIPE);
  CHECK(result.exit_status == 0);
  CHECK_FALSE(result.succeeded());
}

TEST_CASE("only the end of a long output is kept") {
  auto options = shell("head -c 3000000 /dev/zero | tr '\\0' x >&2; echo end >&2; echo short");
  options.output_limit = 1000;
  const auto result = run(options);
  CHECK(result.err == std::string(996, 'x') + "end\n");
  CHECK(result.out == "short\n");
}

TEST_CASE("at the deadline the program and what it started are ended") {
  const auto directory = *TemporaryDirectory::create();
  const Lifeline lifeline(directory.path());
  auto options =
      shell("exec 9>\"$1\"; echo started; sleep 1000 & sleep 1000", {lifeline.path().string()});
  options.timeout = 1s;
  const auto result = run(options);
  CHECK(result.timed_out);
  CHECK_FALSE(result.succeeded());
  CHECK(result.signal == SIGTERM);
  CHECK(result.out == "started\n");
  CHECK(result.seconds < 30.0);
  CHECK(lifeline.all_gone());
  CHECK(no_children());
}

TEST_CASE("what does not mind being told to end is killed") {
  const auto directory = *TemporaryDirectory::create();
  const Lifeline lifeline(directory.path());
  auto options = shell("trap '' TERM; exec 9>\"$1\"; sleep 1000 & while :; do sleep 1000; done",
                       {lifeline.path().string()});
  options.timeout = 1s;
  options.grace = 50ms;
  const auto result = run(options);
  CHECK(result.timed_out);
  CHECK(result.signal == SIGKILL);
  CHECK(lifeline.all_gone());
}

TEST_CASE("a program that ends in good order at the deadline has still timed out") {
  auto options = shell("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done");
  options.timeout = 1s;
  const auto result = run(options);
  CHECK(result.timed_out);
  CHECK(result.exit_status == 0);
  CHECK(result.out == "ready\nbye\n");
  CHECK_FALSE(result.succeeded());
}

TEST_CASE("what a program leaves behind does not keep us, and is ended") {
  const auto directory = *TemporaryDirectory::create();
  const Lifeline lifeline(directory.path());
  const auto result =
      run(shell("exec 9>\"$1\"; sleep 1000 & echo done", {lifeline.path().string()}));
  CHECK(result.succeeded());
  CHECK(result.out == "done\n");
  CHECK(lifeline.all_gone());
}

TEST_CASE("a program that closes its outputs early is still waited for") {
  const auto directory = *TemporaryDirectory::create();
  const auto mark = directory.path() / "mark";
  const auto result = run(shell("exec >&- 2>&-; sleep 0.1; : >\"$1\"; exit 7", {mark.string()}));
  CHECK(result.exit_status == 7);
  CHECK(std::filesystem::exists(mark));
}

TEST_CASE("our other descriptors stay ours") {
  const int inheritable = ::fcntl(STDIN_FILENO, F_DUPFD, 3);
  REQUIRE(inheritable >= 3);
  REQUIRE(inheritable <= 9); // a shell knows no others
  const auto result =
      run(shell("(eval \": <&$1\") 2>/dev/null && echo open; true", {std::to_string(inheritable)}));
  ::close(inheritable);
  CHECK(result.out.empty());
}

TEST_CASE("a host without standard descriptors can run programs") {
  std::array<int, 3> saved{};
  for (int fd = 0; fd < 3; ++fd) {
    saved.at(static_cast<std::size_t>(fd)) = ::fcntl(fd, F_DUPFD_CLOEXEC, 10);
    ::close(fd);
  }
  const auto result = run_process(shell("cat; echo one; echo two >&2"));
  for (int fd = 0; fd < 3; ++fd) {
    ::dup2(saved.at(static_cast<std::size_t>(fd)), fd);
    ::close(saved.at(static_cast<std::size_t>(fd)));
  }
  REQUIRE(result);
  CHECK(result->out == "one\n");
  CHECK(result->err == "two\n");
}

TEST_CASE("a host that lets the kernel bury its children gets an error, not a guess") {
  const IgnoredSignal ignored(SIGCHLD);
  const auto result = run_process(shell("exit 0"));
  REQUIRE_FALSE(result);
  CHECK(result.error().code() == ErrorCode::io);
}

TEST_CASE("many threads run programs at once, and no descriptor is left open") {
  run(shell("true"));
  const auto before = open_descriptors();
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([t, &right] {
      for (int i = 0; i < 10; ++i) {
        const auto text = std::to_string(t * 100 + i);
        const auto result = run_process(shell("echo \"$1\"; echo \"$1\" >&2", {text}));
        right += result && result->out == text + "\n" && result->err == text + "\n" ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(right == 80);
  CHECK(open_descriptors() == before);
  CHECK(no_children());
}

TEST_CASE("failures leave no descriptor open") {
  const auto before = open_descriptors();
  static_cast<void>(run_process({{"no-such-program-anywhere"}}));
  auto slow = shell("sleep 1000");
  slow.timeout = 0ms;
  CHECK(run(slow).timed_out);
  CHECK(open_descriptors() == before);
}

TEST_CASE("a command is shown as a shell would read it") {
  CHECK(quote_command({"wasmtime", "-O", "opt-level=2", "/a/b.wasm"}) ==
        "wasmtime -O opt-level=2 /a/b.wasm");
  CHECK(quote_command({"a b", "", "it's", "$x;"}) == "'a b' '' 'it'\\''s' '$x;'");
}
