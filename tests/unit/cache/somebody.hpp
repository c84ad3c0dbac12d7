#pragma once

/// Another user than the one who runs the tests, whom only root can be.

#include "cache_fixture.hpp"

#include <functional>
#include <sys/types.h>

namespace cwasm::test {

inline constexpr uid_t k_somebody = 65534;

/// Whether tests can be another user; lets that one reach the room.
bool can_be_somebody(const CacheRoom& room);

/// Runs as another user, in a process of its own; true when `work` says so.
bool as_somebody(const std::function<bool()>& work);

} // namespace cwasm::test
