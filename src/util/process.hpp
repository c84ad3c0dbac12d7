#pragma once

/// Running a program and waiting for it: no shell, bounded output, a deadline, nothing left behind.

#include <cwasm/error.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace cwasm::util {

struct ProcessOptions {
  /// The program and its arguments, passed on as they are. A program without a slash is looked for
  /// on the PATH.
  std::vector<std::string> argv;
  /// From the start to SIGTERM.
  std::chrono::milliseconds timeout = std::chrono::minutes(10);
  /// From SIGTERM to SIGKILL.
  std::chrono::milliseconds grace = std::chrono::seconds(2);
  /// Asked while the program runs, at the latest a quarter of a second after a signal handler made
  /// it true: then it is ended as at the deadline. May be empty.
  std::function<bool()> cancelled = nullptr;
  /// How much of the end of each of the two outputs is kept, in bytes.
  std::size_t output_limit = std::size_t{64} * 1024;
};

struct ProcessResult {
  int exit_status = 0;    ///< what the program returned; 0 when a signal ended it
  int signal = 0;         ///< the signal that ended it, or 0
  bool timed_out = false; ///< the deadline passed first, however the program ended then
  bool cancelled = false; ///< it was told to end because the caller no longer wants it
  double seconds = 0.0;   ///< wall time, the wait after the deadline included
  std::string out;        ///< the end of its standard output
  std::string err;        ///< the end of its standard error

  bool succeeded() const noexcept {
    return !timed_out && !cancelled && signal == 0 && exit_status == 0;
  }
};

/// Runs a program to its end, in this process's directory and environment, with an empty standard
/// input and none of this process's other descriptors. It leads a process group of its own; at the
/// deadline the whole group is told to end and then killed, and what the program leaves running in
/// its group when it ends is killed too. Any number of threads may call this at once.
/// Errors: not_found (no such program), invalid_argument (no program, or a NUL in an argument), io.
Result<ProcessResult> run_process(const ProcessOptions& options);

/// The arguments as one line that a POSIX shell would take apart the same way.
std::string quote_command(const std::vector<std::string>& argv);

} // namespace cwasm::util
