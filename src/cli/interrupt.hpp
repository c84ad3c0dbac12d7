#pragma once

/// Ctrl-C and its kin while a compiler runs: it is in a process group of its own, so the terminal
/// does not tell it, and its directory is ours to remove.

namespace cwasm::cli {

/// From construction on SIGINT, SIGTERM and SIGHUP are only noted; a signal that was noted takes
/// its usual course at destruction. One at a time.
class InterruptGuard {
public:
  InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  InterruptGuard(InterruptGuard&&) = delete;
  InterruptGuard& operator=(InterruptGuard&&) = delete;
  ~InterruptGuard();

  static bool interrupted() noexcept;
};

/// A mapped file that somebody cuts short is a signal when its end is read: from now on it ends the
/// program with a message and the status of an I/O error.
void explain_files_cut_short();

} // namespace cwasm::cli
