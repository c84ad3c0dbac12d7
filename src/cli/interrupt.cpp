#include "cli/interrupt.hpp"

#include <cwasm/error.hpp>

#include <array>
#include <csignal>
#include <string_view>

#include <unistd.h>

namespace cwasm::cli {
namespace {

constexpr std::array k_signals{SIGINT, SIGTERM, SIGHUP};

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): a handler can reach nothing
// else
volatile std::sig_atomic_t noted_signal = 0;

void note(int number) { noted_signal = number; }

void give_up_on_file(int /*number*/) {
  constexpr std::string_view k_message =
      "cwasm: a file was cut short by somebody while it was read\n";
  static_cast<void>(::write(STDERR_FILENO, k_message.data(), k_message.size()));
  ::_exit(error_code_exit_status(ErrorCode::io));
}

} // namespace

InterruptGuard::InterruptGuard() {
  for (const int number : k_signals) {
    // What the caller ignores (nohup) stays ignored.
    if (std::signal(number, note) == SIG_IGN) {
      static_cast<void>(std::signal(number, SIG_IGN));
    }
  }
}

InterruptGuard::~InterruptGuard() {
  for (const int number : k_signals) {
    if (std::signal(number, SIG_DFL) == SIG_IGN) {
      static_cast<void>(std::signal(number, SIG_IGN));
    }
  }
  if (noted_signal != 0) {
    static_cast<void>(std::raise(noted_signal));
  }
}

void explain_files_cut_short() { static_cast<void>(std::signal(SIGBUS, give_up_on_file)); }

bool InterruptGuard::interrupted() noexcept { return noted_signal != 0; }

} // namespace cwasm::cli
