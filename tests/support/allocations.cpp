#include "support/allocations.hpp"

#include <cstdlib>
#include <new>

#if defined(__has_feature)
#define CWASM_HAS_FEATURE(name) __has_feature(name)
#else
#define CWASM_HAS_FEATURE(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||                               \
    CWASM_HAS_FEATURE(address_sanitizer) || CWASM_HAS_FEATURE(thread_sanitizer)
#define CWASM_SANITIZED 1
#else
#define CWASM_SANITIZED 0
#endif

namespace {

thread_local std::size_t t_count = 0;
thread_local std::size_t t_bytes = 0;

} // namespace

#if CWASM_SANITIZED

#ifdef __clang__
#pragma clang diagnostic ignored "-Wreserved-identifier" // the sanitizers' interface has such names
#endif

// A sanitizer has an operator new of its own and checks that its delete belongs to it.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*,
                                                                           std::size_t),
                                                         void (*on_free)(const volatile void*));

namespace {

const int installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void* /*at*/, std::size_t size) {
      ++t_count;
      t_bytes += size;
    },
    [](const volatile void* /*at*/) {});

} // namespace

#else

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
void operator delete(void* at, std::size_t /*size*/) noexcept { std::free(at); }

#endif

namespace cwasm::test {

Allocations::Allocations() : m_count(t_count), m_bytes(t_bytes) {}
std::size_t Allocations::count() const { return t_count - m_count; }
std::size_t Allocations::bytes() const { return t_bytes - m_bytes; }

} // namespace cwasm::test
