#pragma once

/// What the test program asks of the heap: the bound on work that no clock is needed for.

#include <cstddef>

namespace cwasm::test {

/// What was allocated, by this thread, since its construction.
class Allocations {
public:
  Allocations();
  std::size_t count() const;
  std::size_t bytes() const; ///< all together, given back or not

private:
  std::size_t m_count;
  std::size_t m_bytes;
};

} // namespace cwasm::test
