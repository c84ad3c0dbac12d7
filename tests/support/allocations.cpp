#include "support/allocations.hpp"

#include <cstdlib>
#include <new>

namespace {

thread_local cwasm::test::Allocations counted; // NOLINT: what the replaced operator has to count in

void* allocate(std::size_t size) {
  ++counted.count;
  counted.bytes += size;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  return memory;
}

} // namespace

cwasm::test::Allocations cwasm::test::allocations() noexcept { return counted; }

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t /*size*/) noexcept { std::free(memory); }
