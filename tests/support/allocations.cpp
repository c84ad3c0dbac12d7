#include "support/allocations.hpp"

#include <cstdlib>
#include <new>

namespace {

thread_local std::size_t t_count = 0;
thread_local std::size_t t_bytes = 0;

} // namespace

// The array forms call these.
void* operator new(std::size_t size) {
  ++t_count;
  t_bytes += size;
  if (void* const out = std::malloc(size == 0 ? 1 : size)) {
    return out;
  }
  throw std::bad_alloc();
}

void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }

namespace cwasm::test {

Allocations::Allocations() : m_count(t_count), m_bytes(t_bytes) {}
std::size_t Allocations::count() const { return t_count - m_count; }
std::size_t Allocations::bytes() const { return t_bytes - m_bytes; }

} // namespace cwasm::test
