#pragma once

/// Counts what a test program allocates. Linking allocations.cpp replaces the global operator new.

#include <cstddef>

namespace cwasm::test {

struct Allocations {
  std::size_t count = 0;
  std::size_t bytes = 0; ///< asked for, freed or not
};

/// What the calling thread has allocated so far.
Allocations allocations() noexcept;

} // namespace cwasm::test
