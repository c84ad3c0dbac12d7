#pragma once

/// Single flight: of all threads and processes that miss one key at once, one compiles and the rest
/// wait for it. See ModuleCache::claim.

#include <cwasm/export.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

namespace cwasm {

/// What the one who compiles holds. Those who wait are released when it ends, however it ends: with
/// this object, with its process, with a kill. Move-only; moved from it can only be destroyed or
/// assigned to. May outlive its cache handle, and be used in any one thread at a time.
class CWASM_EXPORT Flight {
public:
  struct Impl;
  /// For the cache.
  explicit Flight(std::unique_ptr<Impl> impl) noexcept;
  Flight(Flight&&) noexcept;
  Flight& operator=(Flight&&) noexcept;
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;
  ~Flight();

  /// Leaves the compiler's message, at most its first 4 KiB, to those who wait for exactly this
  /// flight: they get it as their error instead of compiling in vain, one after the other. To be
  /// said before the flight ends. Where it cannot be written they compile.
  void fail(std::string_view message) noexcept;

private:
  std::unique_ptr<Impl> m_impl;
};

/// How long to wait for somebody else's compile.
struct ClaimOptions {
  /// From the claim on; zero: not at all.
  std::chrono::milliseconds wait_limit = std::chrono::minutes(10);
  /// Told, some forty times a second, for how long the claim has been waiting; false: stop waiting.
  /// May be empty; must not throw. Called from the thread that made the claim, with no lock held.
  std::function<bool(std::chrono::milliseconds waited)> on_wait = nullptr;
};

} // namespace cwasm
