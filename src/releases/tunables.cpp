#include "releases/tunables.hpp"

#include <array>

namespace cwasm::releases {
namespace {

using Id = TunableId;
using Type = TunableType;
using Check = TunableCheck;
constexpr std::uint64_t k_none = Tunables::k_none;

// Wire order. A tunable whose default or type changed has a row for each.
constexpr std::array k_tunables = {
    TunableRow{{3, 19}, Id::static_memory_bound, Type::u64, 65536, 160},
    TunableRow{{20, 21}, Id::static_memory_bound, Type::u64, 65536, 65536},
    TunableRow{{27, 49}, Id::collector, Type::optional_collector, k_none, k_none},
    TunableRow{{22, 27}, Id::static_memory_reservation, Type::u64, 4294967296, 10485760},
    TunableRow{{28, 49}, Id::memory_reservation, Type::u64, 4294967296, 10485760},
    TunableRow{{3, 26}, Id::static_memory_offset_guard_size, Type::u64, 2147483648, 65536},
    TunableRow{{27, 27}, Id::memory_guard_size, Type::u64, 2147483648, 65536},
    TunableRow{{28, 49}, Id::memory_guard_size, Type::u64, 33554432, 65536},
    TunableRow{{3, 26}, Id::dynamic_memory_offset_guard_size, Type::u64, 65536, 65536},
    TunableRow{{28, 49}, Id::memory_reservation_for_growth, Type::u64, 2147483648, 1048576},
    TunableRow{{3, 27}, Id::dynamic_memory_growth_reserve, Type::u64, 2147483648, 1048576},
    TunableRow{{39, 49}, Id::debug_native, Type::boolean, 0, 0},
    TunableRow{{3, 38}, Id::generate_native_debuginfo, Type::boolean, 0, 0},
    TunableRow{{39, 49}, Id::debug_guest, Type::boolean, 0, 0},
    TunableRow{{47, 49}, Id::debug_symbols, Type::boolean, 1, 1},
    TunableRow{{3, 49}, Id::parse_wasm_debuginfo, Type::boolean, 1, 1},
    TunableRow{{3, 49}, Id::consume_fuel, Type::boolean, 0, 0},
    TunableRow{{43, 49}, Id::operator_cost, Type::operator_cost, 1, 1},
    TunableRow{{3, 49}, Id::epoch_interruption, Type::boolean, 0, 0},
    TunableRow{{3, 27}, Id::static_memory_bound_is_maximum, Type::boolean, 0, 0},
    TunableRow{{28, 49}, Id::memory_may_move, Type::boolean, 1, 1},
    TunableRow{{3, 49}, Id::guard_before_linear_memory, Type::boolean, 1, 1},
    TunableRow{{22, 49}, Id::table_lazy_init, Type::boolean, 1, 1},
    TunableRow{{3, 49}, Id::generate_address_map, Type::boolean, 1, 1},
    TunableRow{{3, 49}, Id::debug_adapter_modules, Type::boolean, 0, 0},
    TunableRow{{8, 49}, Id::relaxed_simd_deterministic, Type::boolean, 0, 0},
    TunableRow{{12, 23}, Id::tail_callable, Type::boolean, 0, 0},
    TunableRow{{20, 49}, Id::winch_callable, Type::boolean, 0, 0},
    TunableRow{{21, 22}, Id::cache_call_indirects, Type::boolean, 0, 0},
    TunableRow{{26, 49}, Id::signals_based_traps, Type::boolean, 1, 1},
    TunableRow{{21, 22}, Id::max_call_indirect_cache_slots, Type::usize, 50000, 50000},
    TunableRow{{28, 49}, Id::memory_init_cow, Type::boolean, 1, 1},
    TunableRow{{36, 44}, Id::inlining, Type::boolean, 0, 0},
    TunableRow{{45, 49}, Id::inlining, Type::inlining, 4, 4},
    TunableRow{{36, 44}, Id::inlining_intra_module, Type::intra_module_inlining, 2, 2},
    TunableRow{{36, 49}, Id::inlining_small_callee_size, Type::u32, 50, 50},
    TunableRow{{36, 49}, Id::inlining_sum_size_threshold, Type::u32, 2000, 2000},
    TunableRow{{42, 49}, Id::concurrency_support, Type::boolean, 1, 1},
    TunableRow{{43, 49}, Id::recording, Type::boolean, 0, 0},
    TunableRow{{45, 49}, Id::gc_zeal_alloc_counter, Type::optional_nonzero_u32, k_none, k_none},
    TunableRow{{45, 49}, Id::gc_heap_reservation, Type::u64, 4294967296, 10485760},
    TunableRow{{45, 49}, Id::gc_heap_guard_size, Type::u64, 33554432, 65536},
    TunableRow{{45, 49}, Id::gc_heap_reservation_for_growth, Type::u64, 2147483648, 1048576},
    TunableRow{{47, 49}, Id::gc_heap_initial_size, Type::u64, 0, 0},
    TunableRow{{45, 49}, Id::gc_heap_may_move, Type::boolean, 1, 1},
    TunableRow{{46, 49}, Id::metadata_for_internal_asserts, Type::boolean, 0, 0},
    TunableRow{{46, 49}, Id::metadata_for_gc_heap_corruption, Type::boolean, 1, 1},
    TunableRow{{46, 49}, Id::branch_hinting, Type::boolean, 0, 0},
};

// The loader's order, which is not the wire's: `inlining` moved behind `recording` in 45, and
// `gc_heap_initial_size` comes before `gc_heap_may_move`.
constexpr std::array k_checks = {
    TunableCheckRow{{3, 21}, Id::static_memory_bound, Check::integer, "static memory bound"},
    TunableCheckRow{{27, 49}, Id::collector, Check::collector, ""},
    TunableCheckRow{
        {22, 27}, Id::static_memory_reservation, Check::integer, "static memory reservation"},
    TunableCheckRow{{28, 49}, Id::memory_reservation, Check::integer, "memory reservation"},
    TunableCheckRow{
        {3, 26}, Id::static_memory_offset_guard_size, Check::integer, "static memory guard size"},
    TunableCheckRow{{27, 49}, Id::memory_guard_size, Check::integer, "memory guard size"},
    TunableCheckRow{
        {3, 26}, Id::dynamic_memory_offset_guard_size, Check::integer, "dynamic memory guard size"},
    TunableCheckRow{{39, 49}, Id::debug_native, Check::boolean, "native debug information support"},
    TunableCheckRow{
        {3, 38}, Id::generate_native_debuginfo, Check::boolean, "debug information support"},
    TunableCheckRow{{39, 49}, Id::debug_guest, Check::boolean, "guest debug"},
    TunableCheckRow{{47, 49}, Id::debug_symbols, Check::boolean, "debug symbols"},
    TunableCheckRow{
        {3, 49}, Id::parse_wasm_debuginfo, Check::boolean, "WebAssembly backtrace support"},
    TunableCheckRow{{3, 49}, Id::consume_fuel, Check::boolean, "fuel support"},
    TunableCheckRow{{43, 49}, Id::operator_cost, Check::operator_cost, ""},
    TunableCheckRow{{3, 49}, Id::epoch_interruption, Check::boolean, "epoch interruption"},
    TunableCheckRow{
        {3, 27}, Id::static_memory_bound_is_maximum, Check::boolean, "pooling allocation support"},
    TunableCheckRow{{28, 49}, Id::memory_may_move, Check::boolean, "memory may move"},
    TunableCheckRow{
        {3, 49}, Id::guard_before_linear_memory, Check::boolean, "guard before linear memory"},
    TunableCheckRow{{22, 49}, Id::table_lazy_init, Check::boolean, "table lazy init"},
    TunableCheckRow{{8, 49},
                    Id::relaxed_simd_deterministic,
                    Check::boolean,
                    "relaxed simd deterministic semantics"},
    TunableCheckRow{{12, 23}, Id::tail_callable, Check::boolean, "WebAssembly tail calls"},
    TunableCheckRow{{20, 49}, Id::winch_callable, Check::boolean, "Winch calling convention"},
    TunableCheckRow{
        {21, 22}, Id::cache_call_indirects, Check::boolean, "caching of call-indirect targets"},
    TunableCheckRow{{26, 49}, Id::signals_based_traps, Check::boolean, "Signals-based traps"},
    TunableCheckRow{{21, 22},
                    Id::max_call_indirect_cache_slots,
                    Check::integer,
                    "maximum slot count for caching of call-indirect targets"},
    TunableCheckRow{
        {28, 49}, Id::memory_init_cow, Check::boolean, "memory initialization with CoW"},
    TunableCheckRow{{36, 44}, Id::inlining, Check::boolean, "function inlining"},
    TunableCheckRow{{36, 49},
                    Id::inlining_small_callee_size,
                    Check::integer,
                    "function inlining small-callee size"},
    TunableCheckRow{{36, 49},
                    Id::inlining_sum_size_threshold,
                    Check::integer,
                    "function inlining sum-size threshold"},
    TunableCheckRow{{42, 49}, Id::concurrency_support, Check::boolean, "concurrency support"},
    TunableCheckRow{{43, 49}, Id::recording, Check::boolean, "RR recording support"},
    TunableCheckRow{{36, 44}, Id::inlining_intra_module, Check::inlining, ""},
    TunableCheckRow{{45, 49}, Id::inlining, Check::inlining, ""},
    TunableCheckRow{{45, 49}, Id::gc_heap_reservation, Check::integer, "GC heap reservation"},
    TunableCheckRow{{45, 49}, Id::gc_heap_guard_size, Check::integer, "GC heap guard size"},
    TunableCheckRow{{47, 49}, Id::gc_heap_initial_size, Check::integer, "GC heap initial size"},
    TunableCheckRow{{45, 49}, Id::gc_heap_may_move, Check::boolean, "GC heap may move"},
};

// By id.
constexpr std::array<std::string_view, k_tunable_count> k_names = {
    "static_memory_bound",
    "collector",
    "static_memory_reservation",
    "memory_reservation",
    "static_memory_offset_guard_size",
    "memory_guard_size",
    "dynamic_memory_offset_guard_size",
    "memory_reservation_for_growth",
    "dynamic_memory_growth_reserve",
    "debug_native",
    "generate_native_debuginfo",
    "debug_guest",
    "debug_symbols",
    "parse_wasm_debuginfo",
    "consume_fuel",
    "operator_cost",
    "epoch_interruption",
    "static_memory_bound_is_maximum",
    "memory_may_move",
    "guard_before_linear_memory",
    "table_lazy_init",
    "generate_address_map",
    "debug_adapter_modules",
    "relaxed_simd_deterministic",
    "tail_callable",
    "winch_callable",
    "cache_call_indirects",
    "signals_based_traps",
    "max_call_indirect_cache_slots",
    "memory_init_cow",
    "inlining",
    "inlining_intra_module",
    "inlining_small_callee_size",
    "inlining_sum_size_threshold",
    "concurrency_support",
    "recording",
    "gc_zeal_alloc_counter",
    "gc_heap_reservation",
    "gc_heap_guard_size",
    "gc_heap_reservation_for_growth",
    "gc_heap_initial_size",
    "gc_heap_may_move",
    "metadata_for_internal_asserts",
    "metadata_for_gc_heap_corruption",
    "branch_hinting",
};

constexpr std::array k_variants = {
    VariantRow{{27, 49},
               Type::optional_collector,
               0,
               "DeferredReferenceCounting",
               "drc",
               "deferred reference-counting"},
    VariantRow{{27, 49}, Type::optional_collector, 1, "Null", "null", "null"},
    VariantRow{{45, 49}, Type::optional_collector, 2, "Copying", "copying", "copying"},
    VariantRow{
        {36, 44}, Type::intra_module_inlining, 0, "Yes", "yes", "with intra-module inlining"},
    VariantRow{
        {36, 44}, Type::intra_module_inlining, 1, "No", "no", "without intra-module inlining"},
    VariantRow{{36, 44},
               Type::intra_module_inlining,
               2,
               "WhenUsingGc",
               "gc",
               "with intra-module inlining only when using GC"},
    VariantRow{{45, 49}, Type::inlining, 0, "Yes", "yes", "with intra-module inlining"},
    VariantRow{{45, 49},
               Type::inlining,
               1,
               "InterModuleAndIntraGc",
               "gc",
               "with intra-module inlining only when using GC"},
    VariantRow{
        {45, 49}, Type::inlining, 2, "InterModule", "inter_module", "with inter-module inlining"},
    VariantRow{{45, 49}, Type::inlining, 3, "Intrinsics", "intrinsics", "with intrinsic inlining"},
    VariantRow{{45, 49}, Type::inlining, 4, "No", "no", "without intra-module inlining"},
    VariantRow{{43, 49}, Type::operator_cost, 0, "Table", "table", ""},
    VariantRow{{43, 49}, Type::operator_cost, 1, "Default", "default", ""},
};

} // namespace

std::span<const TunableRow> tunables() noexcept { return k_tunables; }

std::span<const TunableCheckRow> tunable_checks() noexcept { return k_checks; }

std::string_view tunable_name(TunableId id) noexcept {
  return k_names[static_cast<std::size_t>(id)];
}

std::optional<TunableId> tunable_named(std::string_view name) noexcept {
  for (std::size_t i = 0; i < k_names.size(); ++i) {
    if (k_names[i] == name) {
      return static_cast<TunableId>(i);
    }
  }
  return std::nullopt;
}

const TunableRow* find_tunable(Major major, TunableId id) noexcept {
  for (const auto& row : k_tunables) {
    if (row.id == id && row.majors.contains(major)) {
      return &row;
    }
  }
  return nullptr;
}

std::span<const VariantRow> variants() noexcept { return k_variants; }

const VariantRow* find_variant(Major major, TunableType type, std::uint64_t index) noexcept {
  for (const auto& row : k_variants) {
    if (row.type == type && row.index == index && row.majors.contains(major)) {
      return &row;
    }
  }
  return nullptr;
}

} // namespace cwasm::releases
