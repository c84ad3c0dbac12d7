#include "releases/limits.hpp"

#include <array>

namespace cwasm::releases {
namespace {

// Up to 24 Wasmtime let its compilers panic.
constexpr std::array k_unsupported = {
    UnsupportedRow{{12, 24}, Where::cranelift_on_s390x, "tail_call"},
    UnsupportedRow{{25, 49}, Where::cranelift_on_pulley, "threads"},
    UnsupportedRow{{35, 49}, Where::cranelift_without_stack_switching, "stack_switching"},
    UnsupportedRow{{20, 23}, Where::winch, "tail_call"},
    UnsupportedRow{{24, 24}, Where::winch, "tail_call relaxed_simd"},
    UnsupportedRow{
        {25, 30}, Where::winch, "gc function_references threads relaxed_simd tail_call gc_types"},
    UnsupportedRow{{31, 49},
                   Where::winch,
                   "gc function_references relaxed_simd tail_call gc_types exceptions "
                   "legacy_exceptions"},
    UnsupportedRow{{35, 49}, Where::winch, "stack_switching"},
    UnsupportedRow{{37, 45}, Where::winch, "cm_async"},
    UnsupportedRow{{25, 33}, Where::winch_on_aarch64, "simd reference_types"},
    UnsupportedRow{{31, 49}, Where::winch_on_aarch64, "threads"},
    UnsupportedRow{{34, 46}, Where::winch_on_aarch64, "wide_arithmetic"},
    // What Wasmtime's validator knows and Wasmtime itself does not.
    UnsupportedRow{{39, 49},
                   Where::everywhere,
                   "memory_control legacy_exceptions cm_values cm_nested_names custom_descriptors"},
    UnsupportedRow{{39, 42}, Where::everywhere, "cm_fixed_size_list"},
    UnsupportedRow{{42, 49}, Where::everywhere, "compact_imports"},
};

constexpr std::array k_needs = {
    NeedRow{{3, 24},
            "reference_types",
            "bulk_memory",
            "feature 'reference_types' requires 'bulk_memory' to be enabled"},
    NeedRow{{3, 24},
            "threads",
            "bulk_memory",
            "feature 'threads' requires 'bulk_memory' to be enabled"},
    NeedRow{{10, 24},
            "function_references",
            "reference_types",
            "feature 'function_references' requires 'reference_types' to be enabled"},
    NeedRow{{19, 24},
            "gc",
            "function_references",
            "feature 'gc' requires 'function_references' to be enabled"},
    NeedRow{{3, 49},
            "relaxed_simd",
            "simd",
            "cannot disable the simd proposal but enable the relaxed simd proposal"},
    NeedRow{{49, 49},
            "cm_async",
            "reference_types",
            "the component-model-async feature requires the wasm reference-types proposal"},
};

struct RefusalRow {
  Majors majors;
  Refusal which;
  std::string_view message;
};

// clang-format off
constexpr std::array k_refusals = {
    RefusalRow{{12, 24}, Refusal::tail_call_on_s390x, "Tail calls are not supported on s390x yet: https://github.com/bytecodealliance/wasmtime/issues/6530"},
    RefusalRow{{20, 24}, Refusal::winch_tail_call, "Winch does not support the WebAssembly tail call proposal"},
    RefusalRow{{22, 26}, Refusal::winch_table_lazy_init, "Winch requires the table-lazy-init configuration option"},
    RefusalRow{{27, 49}, Refusal::winch_table_lazy_init, "Winch requires the table-lazy-init option to be enabled"},
    RefusalRow{{26, 26}, Refusal::winch_signals, "Winch requires signals-based traps to be enabled"},
    RefusalRow{{27, 49}, Refusal::winch_signals, "Winch requires the signals-based-traps option to be enabled"},
    RefusalRow{{27, 49}, Refusal::winch_debug_info, "Winch does not currently support generating native debug information"},
    RefusalRow{{39, 49}, Refusal::winch_guest_debug, "Winch does not currently support guest-level debugging"},
    RefusalRow{{40, 49}, Refusal::guest_debug_signals, "cannot use signals-based traps with guest debugging enabled"},
    RefusalRow{{3, 26}, Refusal::guard_order, "static memory guard size cannot be smaller than dynamic memory guard size"},
    RefusalRow{{3, 7}, Refusal::stack_over_any_async_stack, "max_wasm_stack size cannot exceed the async_stack_size"},
    RefusalRow{{8, 41}, Refusal::stack_over_async_stack, "max_wasm_stack size cannot exceed the async_stack_size"},
    RefusalRow{{42, 49}, Refusal::stack_over_any_async_stack, "max_wasm_stack size cannot exceed the async_stack_size"},
    RefusalRow{{3, 49}, Refusal::stack_zero, "max_wasm_stack size cannot be zero"},
    RefusalRow{{12, 49}, Refusal::wmemcheck, "wmemcheck (memory checker) was requested but is not enabled in this build"},
    RefusalRow{{42, 49}, Refusal::concurrency, "concurrency support must be enabled to use the component model async or threading features"},
    RefusalRow{{47, 49}, Refusal::symbols, "cannot enable native debug info while debug symbols are disabled"},
    RefusalRow{{45, 49}, Refusal::pooled_gc_heap, "when using the pooling allocator with GC, `{0}` ({1}) and `gc_heap_{2}` ({3}) must be the same"},
    RefusalRow{{47, 49}, Refusal::inlining_with_stack_switching, "cannot enable compiler inlining when stack switching is enabled"},
    RefusalRow{{3, 10}, Refusal::simd_flag, "compiler option 'enable_simd' must be enabled when 'simd' is enabled"},
    RefusalRow{{3, 37}, Refusal::safepoints_flag, "compiler option 'enable_safepoints' must be enabled when 'reference types' is enabled"},
    RefusalRow{{3, 7}, Refusal::unwind_demanded, "compiler option 'unwind_info' must be enabled profiling"},
    RefusalRow{{20, 49}, Refusal::winch_target, "This target is not supported yet"},
    RefusalRow{{8, 49}, Refusal::unwind_flag, "incompatible settings requested for Cranelift and Wasmtime `unwind-info` settings"},
};
// clang-format on

} // namespace

std::span<const UnsupportedRow> unsupported_features() noexcept { return k_unsupported; }

std::span<const NeedRow> feature_needs() noexcept { return k_needs; }

std::string_view refusal(Major major, Refusal which) noexcept {
  for (const auto& row : k_refusals) {
    if (row.which == which && row.majors.contains(major)) {
      return row.message;
    }
  }
  return {};
}

} // namespace cwasm::releases
