#include "cache/flight_file.hpp"
#include "cache/operations.hpp"

#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace cwasm::cache {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds k_shortest_pause{1};
constexpr milliseconds k_longest_pause{25};

/// A claim on its way.
struct Claiming {
  Handle& handle;
  const CacheKey& key;
  const std::optional<CompatibleWish>& wish;
  const ModuleCache::Validator& validator;
  const ClaimOptions& options;
  const Clock::time_point start = Clock::now();
  Claim claim;

  /// Until there is an artifact, a flight, a failure, or no reason to wait.
  Status run();

private:
  Status look();
  /// Waits until the flight is over, or ours. State::theirs: gave up.
  Result<FlightFile::State> wait(const FlightFile& file);
  void warn(const Error& error) const;
};

Status Claiming::look() {
  CWASM_TRY_ASSIGN(auto found, search(handle, key, wish, validator));
  // What was damaged is gone at the second look, but it is still what stood in the way.
  if (found.counted != Counter::misses) {
    claim.found = std::move(found);
  }
  return ok();
}

Result<FlightFile::State> Claiming::wait(const FlightFile& file) {
  while (true) {
    CWASM_TRY_ASSIGN(const auto state, file.take());
    const auto waited = std::chrono::duration_cast<milliseconds>(Clock::now() - start);
    if (state != FlightFile::State::theirs || waited >= options.wait_limit) {
      return state;
    }
    claim.waited = true;
    if (options.on_wait && !options.on_wait(waited)) {
      return state;
    }
    const auto pause = std::clamp(waited / 8, k_shortest_pause, k_longest_pause);
    std::this_thread::sleep_for(std::min(pause, options.wait_limit - waited));
  }
}

void Claiming::warn(const Error& error) const {
  const Handle::Session session(handle);
  if (!std::exchange(handle.told_of_flights, true)) {
    handle.warn(fmt::format("nobody else can wait for what is compiled here: {}", error.message()));
  }
}

Status Claiming::run() {
  CWASM_TRY(look());
  // Where nothing can be written nobody would find what he waited for.
  while (!claim.found.artifact && !handle.is_read_only()) {
    auto file = FlightFile::open(handle.options, key);
    const auto state = file ? wait(*file) : Result<FlightFile::State>(file.error());
    if (!state) {
      warn(state.error());
      return ok();
    }
    if (*state == FlightFile::State::theirs) {
      return ok();
    }
    if (*state == FlightFile::State::over) {
      if (auto message = file->failure()) {
        claim.failure = Error(ErrorCode::compile_failed, *std::move(message));
        return ok();
      }
      CWASM_TRY(look());
      continue;
    }
    // Somebody may have stored it between our look and our lock.
    auto flight = (*std::move(file)).lead();
    CWASM_TRY(look());
    if (!claim.found.artifact) {
      claim.flight.emplace(std::move(flight));
      return ok();
    }
  }
  return ok();
}

} // namespace

Result<Claim> claim(Handle& handle, const CacheKey& key, const std::optional<CompatibleWish>& wish,
                    const ModuleCache::Validator& validator, const ClaimOptions& options) {
  Claiming claiming{handle, key, wish, validator, options, Clock::now(), {}};
  const auto done = claiming.run();
  Claim& claim = claiming.claim;
  if (claim.waited) {
    handle.count(Counter::waits);
  }
  if (!claim.found.artifact) {
    count_failure(handle, done ? claim.found.counted : Counter::misses);
  }
  if (!done) {
    return done.error();
  }
  return std::move(claim);
}

} // namespace cwasm::cache
