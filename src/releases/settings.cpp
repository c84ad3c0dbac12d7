#include "releases/settings.hpp"

#include <algorithm>
#include <array>

namespace cwasm::releases {
namespace {

using Type = SettingType;
using Id = TunableId;

constexpr ConfigRow tunable(Majors majors, std::string_view method, Type type, Id id,
                            std::string_view meaning) {
  return {majors, method, type, {}, Effect::tunable, id, {}, meaning, {}};
}

constexpr ConfigRow paged(Majors majors, std::string_view method, Id id, Unit unit,
                          std::string_view meaning) {
  return {majors, method, Type::number, {}, Effect::tunable, id, {}, meaning, {}, unit};
}

constexpr ConfigRow flag(Majors majors, std::string_view method, Type type, std::string_view name,
                         std::string_view meaning, std::string_view choices = {}) {
  return {majors, method, type, choices, Effect::shared_flag, std::nullopt, name, meaning, {}};
}

constexpr ConfigRow special(Majors majors, std::string_view method, Type type,
                            std::string_view meaning, std::string_view choices = {},
                            std::string_view default_text = {}) {
  return {majors, method, type, choices, Effect::special, std::nullopt, {}, meaning, default_text};
}

// A setting that decides a tunable together with others.
constexpr ConfigRow decides(Id id, ConfigRow row) {
  row.tunable = id;
  return row;
}

constexpr ConfigRow decides_flag(std::string_view name, ConfigRow row) {
  row.flag = name;
  return row;
}

constexpr ConfigRow runtime(Majors majors, std::string_view method, Type type,
                            std::string_view meaning, std::string_view default_text,
                            std::string_view choices = {}) {
  return {majors,       method, type,    choices,     Effect::runtime_only,
          std::nullopt, {},     meaning, default_text};
}

// clang-format off
constexpr std::array k_rows = {
    special({3, 49}, "target", Type::text, "the triple to compile for; without it this host, with the CPU flags of its features"),
    special({3, 49}, "module_version", Type::text, "the version text written and compared: wasmtime, none or custom:TEXT", "", "wasmtime"),
    decides(Id::winch_callable, special({8, 49}, "strategy", Type::choice, "the compiler: auto means cranelift", "auto|cranelift|winch", "auto")),
    decides(Id::winch_callable, special({3, 7}, "strategy", Type::choice, "the compiler: auto means cranelift", "auto|cranelift", "auto")),
    flag({3, 49}, "cranelift_opt_level", Type::choice, "opt_level", "how much the compiler optimizes", "none|speed|speed_and_size"),
    flag({28, 49}, "cranelift_regalloc_algorithm", Type::choice, "regalloc_algorithm", "the register allocator", "backtracking|single_pass"),
    flag({3, 49}, "cranelift_debug_verifier", Type::boolean, "enable_verifier", "check the compiler's intermediate code"),
    flag({3, 49}, "cranelift_nan_canonicalization", Type::boolean, "enable_nan_canonicalization", "make every NaN the same"),
    flag({3, 8}, "cranelift_use_egraphs", Type::boolean, "use_egraphs", "optimize on e-graphs"),
    flag({15, 43}, "cranelift_pcc", Type::boolean, "enable_pcc", "proof-carrying code"),
    decides_flag("unwind_info", special({3, 49}, "native_unwind_info", Type::boolean, "write unwind information")),
    special({3, 49}, "cranelift_flag_enable", Type::list, "turn on a Cranelift flag or preset (has_avx2, haswell)"),
    special({3, 49}, "cranelift_flag_set", Type::list, "set a Cranelift flag: NAME=VALUE"),
    runtime({41, 49}, "cranelift_wasmtime_debug_checks", Type::boolean, "extra checks in generated code", "false"),
    tunable({39, 49}, "debug_info", Type::boolean, Id::debug_native, "native debug information"),
    tunable({3, 38}, "debug_info", Type::boolean, Id::generate_native_debuginfo, "native debug information"),
    tunable({47, 49}, "debug_symbols", Type::boolean, Id::debug_symbols, "a symbol for every function"),
    tunable({39, 49}, "guest_debug", Type::boolean, Id::debug_guest, "debugging of the guest"),
    decides(Id::parse_wasm_debuginfo, special({3, 49}, "wasm_backtrace_details", Type::choice, "parse the guest's debug information for backtraces", "enable|disable|environment", "environment")),
    tunable({3, 49}, "consume_fuel", Type::boolean, Id::consume_fuel, "count fuel"),
    decides(Id::operator_cost, special({43, 49}, "operator_cost", Type::text, "fuel per operator: default, table, or changes to the table (I32Add:5,Call:10)", "", "default")),
    tunable({3, 49}, "epoch_interruption", Type::boolean, Id::epoch_interruption, "interruption by epochs"),
    paged({3, 21}, "static_memory_maximum_size", Id::static_memory_bound, Unit::wasm_pages, "memories up to this size never move, in bytes"),
    paged({22, 27}, "static_memory_maximum_size", Id::static_memory_reservation, Unit::plain, "memories up to this size never move, in bytes"),
    tunable({3, 27}, "static_memory_forced", Type::boolean, Id::static_memory_bound_is_maximum, "no memory ever moves, nor grows past static_memory_maximum_size"),
    paged({3, 26}, "static_memory_guard_size", Id::static_memory_offset_guard_size, Unit::host_pages, "guard region of a memory that never moves, in bytes"),
    paged({3, 26}, "dynamic_memory_guard_size", Id::dynamic_memory_offset_guard_size, Unit::host_pages, "guard region of a memory that may move, in bytes"),
    paged({3, 27}, "dynamic_memory_reserved_for_growth", Id::dynamic_memory_growth_reserve, Unit::host_pages, "address space kept for the growth of a memory that may move, in bytes"),
    tunable({28, 49}, "memory_reservation", Type::number, Id::memory_reservation, "address space reserved for a linear memory, in bytes"),
    paged({27, 27}, "memory_guard_size", Id::memory_guard_size, Unit::host_pages, "guard region of a linear memory, in bytes"),
    tunable({28, 49}, "memory_guard_size", Type::number, Id::memory_guard_size, "guard region of a linear memory, in bytes"),
    tunable({28, 49}, "memory_reservation_for_growth", Type::number, Id::memory_reservation_for_growth, "address space kept for growth, in bytes"),
    tunable({28, 49}, "memory_may_move", Type::boolean, Id::memory_may_move, "linear memories may be moved when they grow"),
    tunable({3, 49}, "guard_before_linear_memory", Type::boolean, Id::guard_before_linear_memory, "a guard region before linear memories"),
    tunable({22, 49}, "table_lazy_init", Type::boolean, Id::table_lazy_init, "initialize tables on first use"),
    tunable({28, 49}, "memory_init_cow", Type::boolean, Id::memory_init_cow, "initialize memories copy-on-write"),
    tunable({26, 49}, "signals_based_traps", Type::boolean, Id::signals_based_traps, "trap by signal handlers"),
    tunable({3, 49}, "generate_address_map", Type::boolean, Id::generate_address_map, "map native addresses to WebAssembly offsets"),
    tunable({3, 49}, "debug_adapter_modules", Type::boolean, Id::debug_adapter_modules, "checks in component adapters"),
    tunable({8, 49}, "relaxed_simd_deterministic", Type::boolean, Id::relaxed_simd_deterministic, "the same relaxed SIMD results everywhere"),
    decides(Id::inlining, special({45, 49}, "compiler_inlining", Type::choice, "which calls are inlined", "yes|no|gc|inter_module|intrinsics|true|false", "no")),
    decides(Id::inlining, special({36, 44}, "compiler_inlining", Type::choice, "whether calls are inlined", "yes|no|true|false", "no")),
    tunable({42, 49}, "concurrency_support", Type::boolean, Id::concurrency_support, "component model concurrency"),
    decides(Id::collector, special({45, 49}, "collector", Type::choice, "the garbage collector", "auto|drc|null|copying", "auto")),
    decides(Id::collector, special({27, 44}, "collector", Type::choice, "the garbage collector", "auto|drc|null", "auto")),
    special({33, 49}, "gc_support", Type::boolean, "garbage-collected types at all", "", "true"),
    tunable({45, 49}, "gc_zeal_alloc_counter", Type::number, Id::gc_zeal_alloc_counter, "collect after so many allocations"),
    tunable({45, 49}, "gc_heap_reservation", Type::number, Id::gc_heap_reservation, "as memory_reservation, for the GC heap; the four follow the linear memory unless one of them is set"),
    tunable({45, 49}, "gc_heap_guard_size", Type::number, Id::gc_heap_guard_size, "as memory_guard_size, for the GC heap; the four follow the linear memory unless one of them is set"),
    tunable({45, 49}, "gc_heap_reservation_for_growth", Type::number, Id::gc_heap_reservation_for_growth, "as memory_reservation_for_growth, for the GC heap; the four follow the linear memory unless one of them is set"),
    tunable({47, 49}, "gc_heap_initial_size", Type::number, Id::gc_heap_initial_size, "size of a new GC heap, in bytes"),
    tunable({45, 49}, "gc_heap_may_move", Type::boolean, Id::gc_heap_may_move, "the GC heap may be moved when it grows"),
    tunable({46, 49}, "metadata_for_internal_asserts", Type::boolean, Id::metadata_for_internal_asserts, "keep metadata for internal assertions"),
    tunable({46, 49}, "metadata_for_gc_heap_corruption", Type::boolean, Id::metadata_for_gc_heap_corruption, "keep metadata that explains GC heap corruption"),
    tunable({46, 49}, "wasm_branch_hinting", Type::boolean, Id::branch_hinting, "read branch hints"),
    // Before it became a tunable it was the runtime's affair alone.
    runtime({3, 27}, "memory_init_cow", Type::boolean, "initialize memories copy-on-write", "true"),
    runtime({3, 49}, "memory_guaranteed_dense_image_size", Type::number, "how large an initial memory image always is", "16777216"),
    runtime({3, 49}, "force_memory_init_memfd", Type::boolean, "initialize memories from a copy in RAM", "false"),
    runtime({3, 49}, "allocation_strategy", Type::choice, "how instances are allocated", "on_demand", "on_demand|pooling"),
    runtime({3, 49}, "parallel_compilation", Type::boolean, "compile on several threads", "true"),
    runtime({40, 49}, "enable_compiler", Type::boolean, "whether the engine can compile at all", "true"),
    runtime({3, 49}, "async_support", Type::boolean, "asynchronous host calls; without effect since 42", "false"),
    runtime({3, 49}, "max_wasm_stack", Type::number, "stack that WebAssembly may use, in bytes", "524288"),
    runtime({3, 49}, "async_stack_size", Type::number, "stack of an asynchronous call, in bytes", "2097152"),
    runtime({30, 49}, "async_stack_zeroing", Type::boolean, "zero those stacks before they are used again", "false"),
    runtime({3, 49}, "wasm_backtrace", Type::boolean, "collect backtraces", "true"),
    runtime({43, 49}, "wasm_backtrace_max_frames", Type::number, "how deep backtraces go, in frames; 0 is none", "20"),
    runtime({14, 49}, "coredump_on_trap", Type::boolean, "attach a core dump to a trap", "false"),
    runtime({12, 49}, "wmemcheck", Type::boolean, "check memory accesses like valgrind does", "false"),
    runtime({15, 49}, "macos_use_mach_ports", Type::boolean, "catch traps with Mach ports on macOS", "true"),
    runtime({37, 49}, "x86_float_abi_ok", Type::boolean, "the host passes floats in registers, whatever its target says", "false"),
    runtime({40, 49}, "shared_memory", Type::boolean, "shared memories may be created", "false"),
    runtime({3, 49}, "profiler", Type::choice, "the profiler that is told of compiled code", "none", "none|jitdump|vtune|perfmap"),
};
// clang-format on

constexpr std::array k_renames = {
    RenameRow{27, "static_memory_maximum_size", "memory_reservation"},
    RenameRow{27, "static_memory_forced", "memory_may_move", true},
    RenameRow{26, "static_memory_guard_size", "memory_guard_size"},
    RenameRow{26, "dynamic_memory_guard_size", "memory_guard_size"},
    RenameRow{27, "dynamic_memory_reserved_for_growth", "memory_reservation_for_growth"},
    RenameRow{44, "wasm_component_model_async_builtins",
              "wasm_component_model_more_async_builtins"},
    RenameRow{42, "wasm_component_model_fixed_size_list",
              "wasm_component_model_fixed_length_lists"},
};

// Features whose Config method is not wasm_ and the feature's own name.
struct FeatureMethodRow {
  std::string_view method;
  std::string_view feature;
};
constexpr std::array k_feature_methods = {
    FeatureMethodRow{"wasm_component_model_async", "cm_async"},
    FeatureMethodRow{"wasm_component_model_async_builtins", "cm_async_builtins"},
    FeatureMethodRow{"wasm_component_model_more_async_builtins", "cm_more_async_builtins"},
    FeatureMethodRow{"wasm_component_model_async_stackful", "cm_async_stackful"},
    FeatureMethodRow{"wasm_component_model_threading", "cm_threading"},
    FeatureMethodRow{"wasm_component_model_error_context", "cm_error_context"},
    FeatureMethodRow{"wasm_component_model_fixed_size_list", "cm_fixed_size_list"},
    FeatureMethodRow{"wasm_component_model_fixed_length_lists", "cm_fixed_length_lists"},
    FeatureMethodRow{"wasm_component_model_gc", "cm_gc"},
    FeatureMethodRow{"wasm_component_model_map", "cm_map"},
    FeatureMethodRow{"wasm_component_model_memory64", "cm64"},
    FeatureMethodRow{"wasm_component_model_implements", "cm_implements"},
    FeatureMethodRow{"wasm_component_model_canon_names", "cm_canon_names"},
    FeatureMethodRow{"wasm_component_model_values", "cm_values"},
    FeatureMethodRow{"wasm_component_model_nested_names", "cm_nested_names"},
};

constexpr std::string_view k_feature_prefix = "wasm_";

} // namespace

std::span<const ConfigRow> config_rows() noexcept { return k_rows; }

std::span<const RenameRow> renames() noexcept { return k_renames; }

const ConfigRow* find_config_row(Major major, std::string_view method) noexcept {
  for (const auto& row : k_rows) {
    if (row.method == method && row.majors.contains(major)) {
      return &row;
    }
  }
  return nullptr;
}

const ConfigRow* config_row_of_tunable(Major major, TunableId id) noexcept {
  for (const auto& row : k_rows) {
    if (row.tunable == id && row.majors.contains(major)) {
      return &row;
    }
  }
  return nullptr;
}

const ConfigRow* config_row_of_flag(Major major, std::string_view flag_name) noexcept {
  for (const auto& row : k_rows) {
    if (row.flag == flag_name && row.majors.contains(major)) {
      return &row;
    }
  }
  return nullptr;
}

std::optional<Feature> feature_of_setting(Major major, std::string_view method) {
  if (!method.starts_with(k_feature_prefix)) {
    return std::nullopt;
  }
  if (auto feature = find_feature(major, method.substr(k_feature_prefix.size()))) {
    return feature;
  }
  for (const auto& row : k_feature_methods) {
    if (row.method == method) {
      return find_feature(major, row.feature);
    }
  }
  return std::nullopt;
}

std::string setting_of_feature(std::string_view feature) {
  for (const auto& row : k_feature_methods) {
    if (row.feature == feature) {
      return std::string(row.method);
    }
  }
  return std::string(k_feature_prefix).append(feature);
}

std::optional<Majors> releases_of_setting(std::string_view method) {
  Majors majors{k_newest, 0};
  const auto add = [&](Major first, Major last) {
    majors = {std::min(majors.first, first), std::max(majors.last, last)};
  };
  for (const auto& row : k_rows) {
    if (row.method == method) {
      add(row.majors.first, row.majors.last);
    }
  }
  for (Major major = k_oldest; major <= k_newest; ++major) {
    if (feature_of_setting(major, method)) {
      add(major, major);
    }
  }
  return majors.last == 0 ? std::nullopt : std::optional(majors);
}

std::vector<std::string> setting_names(Major major) {
  std::vector<std::string> names;
  for (const auto& row : k_rows) {
    if (row.majors.contains(major)) {
      names.emplace_back(row.method);
    }
  }
  for (const auto& feature : features_of(major)) {
    names.push_back(setting_of_feature(feature.name));
  }
  return names;
}

} // namespace cwasm::releases
