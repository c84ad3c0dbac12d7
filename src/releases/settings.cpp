#include "releases/settings.hpp"

#include <algorithm>
#include <array>

namespace cwasm::releases {
namespace {

using Type = SettingType;
using Id = TunableId;

constexpr ConfigRow tunable(Majors majors, std::string_view method, Type type, Id id,
                            std::string_view cli, std::string_view meaning,
                            std::string_view choices = {}) {
  return {majors, method, type, choices, Effect::tunable, id, {}, cli, meaning};
}

constexpr ConfigRow flag(Majors majors, std::string_view method, Type type, std::string_view name,
                         std::string_view cli, std::string_view meaning,
                         std::string_view choices = {}) {
  return {majors, method, type, choices, Effect::shared_flag, std::nullopt, name, cli, meaning};
}

constexpr ConfigRow special(Majors majors, std::string_view method, Type type, std::string_view cli,
                            std::string_view meaning, std::string_view choices = {}) {
  return {majors, method, type, choices, Effect::special, std::nullopt, {}, cli, meaning};
}

// A setting that decides a tunable together with others.
constexpr ConfigRow decides(Id id, ConfigRow row) {
  row.tunable = id;
  return row;
}

constexpr ConfigRow runtime(Majors majors, std::string_view method, Type type,
                            std::string_view meaning, std::string_view choices = {}) {
  return {majors, method, type, choices, Effect::runtime_only, std::nullopt, {}, {}, meaning};
}

// clang-format off
constexpr std::array k_rows = {
    special({3, 49}, "target", Type::text, "--target", "the triple to compile for; without it this host, with the CPU flags of its features"),
    special({3, 49}, "module_version", Type::text, "", "the version text written and compared: wasmtime, none or custom:TEXT"),
    decides(Id::winch_callable, special({3, 49}, "strategy", Type::choice, "-C compiler", "the compiler: auto means cranelift", "auto|cranelift|winch")),
    flag({3, 49}, "cranelift_opt_level", Type::choice, "opt_level", "-O opt-level", "how much the compiler optimizes", "none|speed|speed_and_size"),
    flag({28, 49}, "cranelift_regalloc_algorithm", Type::choice, "regalloc_algorithm", "-O regalloc-algorithm", "the register allocator", "backtracking|single_pass"),
    flag({3, 49}, "cranelift_debug_verifier", Type::boolean, "enable_verifier", "-C cranelift-debug-verifier", "check the compiler's intermediate code"),
    flag({3, 49}, "cranelift_nan_canonicalization", Type::boolean, "enable_nan_canonicalization", "-W nan-canonicalization", "make every NaN the same"),
    flag({15, 43}, "cranelift_pcc", Type::boolean, "enable_pcc", "-C pcc", "proof-carrying code"),
    flag({3, 49}, "native_unwind_info", Type::boolean, "unwind_info", "-C native-unwind-info", "write unwind information"),
    special({3, 49}, "cranelift_flag_enable", Type::list, "-C cranelift-", "turn on a Cranelift flag or preset (has_avx2, haswell)"),
    special({3, 49}, "cranelift_flag_set", Type::list, "-C cranelift-", "set a Cranelift flag: NAME=VALUE"),
    runtime({41, 49}, "cranelift_wasmtime_debug_checks", Type::boolean, "extra checks in generated code"),
    tunable({39, 49}, "debug_info", Type::boolean, Id::debug_native, "-D debug-info", "native debug information"),
    tunable({3, 38}, "debug_info", Type::boolean, Id::generate_native_debuginfo, "-D debug-info", "native debug information"),
    tunable({47, 49}, "debug_symbols", Type::boolean, Id::debug_symbols, "-D debug-symbols", "a symbol for every function"),
    tunable({39, 49}, "guest_debug", Type::boolean, Id::debug_guest, "-D guest-debug", "debugging of the guest"),
    decides(Id::parse_wasm_debuginfo, special({3, 49}, "wasm_backtrace_details", Type::choice, "", "parse the guest's debug information for backtraces", "enable|disable|environment")),
    tunable({3, 49}, "consume_fuel", Type::boolean, Id::consume_fuel, "-W fuel", "count fuel"),
    decides(Id::operator_cost, special({43, 49}, "operator_cost", Type::text, "", "fuel per operator: default, table, or changes to the table (I32Add:5,Call:10)")),
    tunable({3, 49}, "epoch_interruption", Type::boolean, Id::epoch_interruption, "-W epoch-interruption", "interruption by epochs"),
    tunable({28, 49}, "memory_reservation", Type::number, Id::memory_reservation, "-O memory-reservation", "address space reserved for a linear memory, in bytes"),
    tunable({27, 49}, "memory_guard_size", Type::number, Id::memory_guard_size, "-O memory-guard-size", "guard region of a linear memory, in bytes"),
    tunable({28, 49}, "memory_reservation_for_growth", Type::number, Id::memory_reservation_for_growth, "-O memory-reservation-for-growth", "address space kept for growth, in bytes"),
    tunable({28, 49}, "memory_may_move", Type::boolean, Id::memory_may_move, "-O memory-may-move", "linear memories may be moved when they grow"),
    tunable({3, 49}, "guard_before_linear_memory", Type::boolean, Id::guard_before_linear_memory, "-O guard-before-linear-memory", "a guard region before linear memories"),
    tunable({22, 49}, "table_lazy_init", Type::boolean, Id::table_lazy_init, "-O table-lazy-init", "initialize tables on first use"),
    tunable({28, 49}, "memory_init_cow", Type::boolean, Id::memory_init_cow, "-O memory-init-cow", "initialize memories copy-on-write"),
    tunable({26, 49}, "signals_based_traps", Type::boolean, Id::signals_based_traps, "-O signals-based-traps", "trap by signal handlers"),
    tunable({3, 49}, "generate_address_map", Type::boolean, Id::generate_address_map, "-D address-map", "map native addresses to WebAssembly offsets"),
    tunable({3, 49}, "debug_adapter_modules", Type::boolean, Id::debug_adapter_modules, "", "checks in component adapters"),
    tunable({8, 49}, "relaxed_simd_deterministic", Type::boolean, Id::relaxed_simd_deterministic, "-W relaxed-simd-deterministic", "the same relaxed SIMD results everywhere"),
    decides(Id::inlining, special({36, 49}, "compiler_inlining", Type::choice, "-C inlining", "which calls are inlined", "yes|no|gc|inter_module|intrinsics|true|false")),
    tunable({42, 49}, "concurrency_support", Type::boolean, Id::concurrency_support, "-W concurrency-support", "component model concurrency"),
    decides(Id::collector, special({27, 49}, "collector", Type::choice, "-C collector", "the garbage collector", "auto|drc|null|copying")),
    special({33, 49}, "gc_support", Type::boolean, "-W gc-support", "garbage-collected types at all"),
    tunable({45, 49}, "gc_zeal_alloc_counter", Type::number, Id::gc_zeal_alloc_counter, "", "collect after so many allocations"),
    tunable({45, 49}, "gc_heap_reservation", Type::number, Id::gc_heap_reservation, "-O gc-heap-reservation", "as memory_reservation, for the GC heap; follows it unless set"),
    tunable({45, 49}, "gc_heap_guard_size", Type::number, Id::gc_heap_guard_size, "-O gc-heap-guard-size", "as memory_guard_size, for the GC heap; follows it unless set"),
    tunable({45, 49}, "gc_heap_reservation_for_growth", Type::number, Id::gc_heap_reservation_for_growth, "-O gc-heap-reservation-for-growth", "as memory_reservation_for_growth, for the GC heap; follows it unless set"),
    tunable({47, 49}, "gc_heap_initial_size", Type::number, Id::gc_heap_initial_size, "-O gc-heap-initial-size", "size of a new GC heap, in bytes"),
    tunable({45, 49}, "gc_heap_may_move", Type::boolean, Id::gc_heap_may_move, "-O gc-heap-may-move", "the GC heap may be moved when it grows"),
    tunable({46, 49}, "metadata_for_internal_asserts", Type::boolean, Id::metadata_for_internal_asserts, "", "keep metadata for internal assertions"),
    tunable({46, 49}, "metadata_for_gc_heap_corruption", Type::boolean, Id::metadata_for_gc_heap_corruption, "", "keep metadata that explains GC heap corruption"),
    tunable({46, 49}, "wasm_branch_hinting", Type::boolean, Id::branch_hinting, "-W branch-hinting", "read branch hints"),
    runtime({3, 49}, "memory_guaranteed_dense_image_size", Type::number, "how large an initial memory image always is"),
    runtime({3, 49}, "allocation_strategy", Type::choice, "how instances are allocated", "on_demand|pooling"),
    runtime({3, 49}, "parallel_compilation", Type::boolean, "compile on several threads"),
    runtime({39, 49}, "enable_compiler", Type::boolean, "whether the engine can compile at all"),
    runtime({3, 49}, "async_support", Type::boolean, "asynchronous host calls"),
    runtime({3, 49}, "max_wasm_stack", Type::number, "stack that WebAssembly may use, in bytes"),
};
// clang-format on

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

// `wasmtime -O opt-level` takes 0, 1, 2 and s.
std::string_view opt_level_argument(std::string_view level) {
  if (level == "none") {
    return "0";
  }
  return level == "speed" ? "2" : "s";
}

std::string argument_value(const ConfigRow& row, std::string_view value) {
  if (row.method == "cranelift_opt_level") {
    return std::string(opt_level_argument(value));
  }
  if (row.method == "consume_fuel") {
    // The option takes the fuel to run with; any amount compiles fuel counting in.
    return "1";
  }
  if (row.type == Type::boolean) {
    return value == "true" ? "y" : "n";
  }
  return std::string(value);
}

} // namespace

std::span<const ConfigRow> config_rows() noexcept { return k_rows; }

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

std::vector<std::string> command_line_arguments(const ConfigRow& row, std::string_view value) {
  const bool needs_none = (row.method == "consume_fuel" && value == "false") ||
                          (row.method == "strategy" && value == "auto");
  if (row.cli.empty() || needs_none) {
    return {};
  }
  const auto space = row.cli.find(' ');
  if (space == std::string_view::npos) {
    return {std::string(row.cli), std::string(value)};
  }
  auto name = std::string(row.cli.substr(space + 1));
  // "-C cranelift-" is completed by the flag's own name.
  name += name.ends_with('-') ? std::string(value) : "=" + argument_value(row, value);
  return {std::string(row.cli.substr(0, space)), std::move(name)};
}

std::vector<std::string> command_line_arguments(std::string_view feature, bool on) {
  auto name = setting_of_feature(feature).substr(k_feature_prefix.size());
  std::replace(name.begin(), name.end(), '_', '-');
  return {"-W", name + (on ? "=y" : "=n")};
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
