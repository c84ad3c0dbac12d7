#pragma once

/// What Wasmtime refuses when an engine is made: features that a compiler cannot do, features that
/// need another one, and settings that do not go together, in its own words.

#include "releases/majors.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace cwasm::releases {

/// Where a compiler lacks features.
enum class Where : std::uint8_t {
  everywhere,
  cranelift_on_pulley,
  cranelift_without_stack_switching, ///< all but x86-64 on Linux and macOS
  cranelift_on_s390x,
  winch,
  winch_on_aarch64,
};

/// Features that are off by default there and refused when asked for; after Wasmtime's
/// Config::compiler_panicking_wasm_features.
struct UnsupportedRow {
  Majors majors;
  Where where;
  std::string_view features; ///< separated by spaces
};

std::span<const UnsupportedRow> unsupported_features() noexcept;

/// A feature that is refused while another one is off.
struct NeedRow {
  Majors majors;
  std::string_view feature;
  std::string_view needs;
  std::string_view message;
};

std::span<const NeedRow> feature_needs() noexcept;

/// A combination that Engine::new refuses.
enum class Refusal : std::uint8_t {
  tail_call_on_s390x,
  winch_tail_call,
  winch_table_lazy_init,
  winch_signals,
  winch_debug_info,
  winch_guest_debug,
  guest_debug_signals, ///< where it exists, guest debugging turns signals-based traps off
  guard_order,
  stack_over_async_stack,     ///< of an engine with async support
  stack_over_any_async_stack, ///< of every engine
  stack_zero,
  wmemcheck,
  concurrency,
  symbols,
  pooled_gc_heap, ///< memory_* and gc_heap_* differ under the pooling allocator
  inlining_with_stack_switching,
  simd_flag, ///< the Cranelift flag enable_simd off while the feature is on
  safepoints_flag,
  unwind_flag,
  unwind_demanded, ///< the Cranelift flag unwind_info off while native_unwind_info is on
  winch_target,
};

/// The words, or nothing when the release does not refuse it.
std::string_view refusal(Major major, Refusal which) noexcept;

} // namespace cwasm::releases
