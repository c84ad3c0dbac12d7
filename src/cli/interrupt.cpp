#include "cli/interrupt.hpp"

#include <array>
#include <csignal>

namespace cwasm::cli {
namespace {

constexpr std::array k_signals{SIGINT, SIGTERM, SIGHUP};

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): a handler can reach nothing
// else
volatile std::sig_atomic_t noted_signal = 0;

void note(int number) { noted_signal = number; }

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

bool InterruptGuard::interrupted() noexcept { return noted_signal != 0; }

} // namespace cwasm::cli
