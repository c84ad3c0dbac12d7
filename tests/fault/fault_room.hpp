#pragma once

/// How much the fault tests do, and where.

#include "unit/cache/cache_fixture.hpp"

#include "util/temporary_directory.hpp"

#include <cstdint>
#include <filesystem>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace cwasm::test {

/// A tenth under a sanitizer, which makes a round up to ten times slower and looks at all of them
/// alike.
constexpr std::uint32_t rounds(std::uint32_t all) {
#ifdef CWASM_SANITIZED
  return all / 10;
#else
  return all;
#endif
}

/// In memory, where the machine has it: a process that is killed leaves there what it would leave
/// on a disk, and nobody waits for one.
inline std::filesystem::path base_of_fault_rooms() {
  constexpr std::uintmax_t k_enough = std::uintmax_t{256} << 20U;
  const char* const memory = "/dev/shm";
  std::error_code error;
  const auto space = std::filesystem::space(memory, error);
  return !error && space.available >= k_enough && ::access(memory, W_OK | X_OK) == 0 ? memory : "";
}

/// A room that goes away with this object.
class FaultRoom : public CacheRoom {
public:
  FaultRoom() : FaultRoom(or_throw(util::TemporaryDirectory::create(base_of_fault_rooms()))) {}

private:
  explicit FaultRoom(util::TemporaryDirectory home)
      : CacheRoom{home.path() / "cache"}, m_home(std::move(home)) {}

  util::TemporaryDirectory m_home;
};

} // namespace cwasm::test
