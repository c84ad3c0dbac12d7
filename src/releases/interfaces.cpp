#include "releases/interfaces.hpp"

#include "releases/settings.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace cwasm::releases {
namespace {

// How an option takes a value.
enum class Form : std::uint8_t {
  boolean,   // NAME=y, NAME=n
  value,     // NAME=VALUE
  completed, // NAME is completed by the value: -C cranelift-has_avx
  fuel,      // any amount compiles fuel counting in; without the option it is off
  opt_level, // 0, 1, 2 or s
  separate,  // OPTION VALUE
  when_true, // OPTION stands for true and there is none for false
  when_false,
  features, // --wasm-features=threads, --wasm-features=-threads
};

struct OptionRow {
  Majors majors; ///< the releases of `wasmtime` that have the option
  std::string_view method;
  std::string_view option;
  Form form;
};

// clang-format off
constexpr std::array k_options = {
    // 14 redesigned the command line.
    OptionRow{{3, 49}, "target", "--target", Form::separate},
    OptionRow{{3, 13}, "cranelift_opt_level", "--opt-level", Form::opt_level},
    OptionRow{{3, 13}, "cranelift_debug_verifier", "--enable-cranelift-debug-verifier", Form::when_true},
    OptionRow{{3, 13}, "cranelift_nan_canonicalization", "--enable-cranelift-nan-canonicalization", Form::when_true},
    OptionRow{{3, 13}, "cranelift_flag_enable", "--cranelift-enable", Form::separate},
    OptionRow{{3, 13}, "cranelift_flag_set", "--cranelift-set", Form::separate},
    OptionRow{{3, 13}, "debug_info", "-g", Form::when_true},
    OptionRow{{3, 13}, "consume_fuel", "--fuel", Form::fuel},
    OptionRow{{3, 13}, "epoch_interruption", "--epoch-interruption", Form::when_true},
    OptionRow{{3, 13}, "static_memory_maximum_size", "--static-memory-maximum-size", Form::separate},
    OptionRow{{3, 13}, "static_memory_forced", "--static-memory-forced", Form::when_true},
    OptionRow{{3, 13}, "static_memory_guard_size", "--static-memory-guard-size", Form::separate},
    OptionRow{{3, 13}, "dynamic_memory_guard_size", "--dynamic-memory-guard-size", Form::separate},
    OptionRow{{8, 13}, "dynamic_memory_reserved_for_growth", "--dynamic-memory-reserved-for-growth", Form::separate},
    OptionRow{{3, 13}, "generate_address_map", "--disable-address-map", Form::when_false},
    OptionRow{{8, 13}, "relaxed_simd_deterministic", "--relaxed-simd-deterministic", Form::when_true},
    OptionRow{{8, 13}, "strategy", "--compiler", Form::separate},

    OptionRow{{14, 49}, "strategy", "-C compiler", Form::value},
    OptionRow{{14, 49}, "cranelift_opt_level", "-O opt-level", Form::opt_level},
    OptionRow{{28, 49}, "cranelift_regalloc_algorithm", "-O regalloc-algorithm", Form::value},
    OptionRow{{14, 49}, "cranelift_debug_verifier", "-C cranelift-debug-verifier", Form::boolean},
    OptionRow{{14, 49}, "cranelift_nan_canonicalization", "-W nan-canonicalization", Form::boolean},
    OptionRow{{15, 43}, "cranelift_pcc", "-C pcc", Form::boolean},
    OptionRow{{28, 49}, "native_unwind_info", "-C native-unwind-info", Form::boolean},
    OptionRow{{14, 49}, "cranelift_flag_enable", "-C cranelift-", Form::completed},
    OptionRow{{14, 49}, "cranelift_flag_set", "-C cranelift-", Form::completed},
    OptionRow{{14, 49}, "debug_info", "-D debug-info", Form::boolean},
    OptionRow{{47, 49}, "debug_symbols", "-D debug-symbols", Form::boolean},
    OptionRow{{39, 49}, "guest_debug", "-D guest-debug", Form::boolean},
    OptionRow{{14, 49}, "generate_address_map", "-D address-map", Form::boolean},
    OptionRow{{14, 49}, "consume_fuel", "-W fuel", Form::fuel},
    OptionRow{{14, 49}, "epoch_interruption", "-W epoch-interruption", Form::boolean},
    OptionRow{{14, 27}, "static_memory_maximum_size", "-O static-memory-maximum-size", Form::value},
    OptionRow{{14, 27}, "static_memory_forced", "-O static-memory-forced", Form::boolean},
    OptionRow{{14, 26}, "static_memory_guard_size", "-O static-memory-guard-size", Form::value},
    OptionRow{{14, 26}, "dynamic_memory_guard_size", "-O dynamic-memory-guard-size", Form::value},
    OptionRow{{14, 27}, "dynamic_memory_reserved_for_growth", "-O dynamic-memory-reserved-for-growth", Form::value},
    OptionRow{{28, 49}, "memory_reservation", "-O memory-reservation", Form::value},
    OptionRow{{27, 49}, "memory_guard_size", "-O memory-guard-size", Form::value},
    OptionRow{{28, 49}, "memory_reservation_for_growth", "-O memory-reservation-for-growth", Form::value},
    OptionRow{{28, 49}, "memory_may_move", "-O memory-may-move", Form::boolean},
    OptionRow{{28, 49}, "guard_before_linear_memory", "-O guard-before-linear-memory", Form::boolean},
    OptionRow{{22, 49}, "table_lazy_init", "-O table-lazy-init", Form::boolean},
    OptionRow{{14, 49}, "memory_init_cow", "-O memory-init-cow", Form::boolean},
    OptionRow{{26, 49}, "signals_based_traps", "-O signals-based-traps", Form::boolean},
    OptionRow{{14, 49}, "relaxed_simd_deterministic", "-W relaxed-simd-deterministic", Form::boolean},
    OptionRow{{36, 49}, "compiler_inlining", "-C inlining", Form::value},
    OptionRow{{42, 49}, "concurrency_support", "-W concurrency-support", Form::boolean},
    OptionRow{{27, 49}, "collector", "-C collector", Form::value},
    OptionRow{{33, 49}, "gc_support", "-W gc-support", Form::boolean},
    OptionRow{{45, 49}, "gc_heap_reservation", "-O gc-heap-reservation", Form::value},
    OptionRow{{45, 49}, "gc_heap_guard_size", "-O gc-heap-guard-size", Form::value},
    OptionRow{{45, 49}, "gc_heap_reservation_for_growth", "-O gc-heap-reservation-for-growth", Form::value},
    OptionRow{{47, 49}, "gc_heap_initial_size", "-O gc-heap-initial-size", Form::value},
    OptionRow{{45, 49}, "gc_heap_may_move", "-O gc-heap-may-move", Form::boolean},
    OptionRow{{46, 49}, "wasm_branch_hinting", "-W branch-hinting", Form::boolean},
};

// Every feature that has a method has an option of the same name.
constexpr std::array k_feature_options = {
    OptionRow{{3, 13}, "wasm_", "--wasm-features", Form::features},
    OptionRow{{14, 49}, "wasm_", "-W ", Form::boolean},
};

/// A function of the C API. Its name is wasmtime_config_METHOD_set where `function` is empty.
struct FunctionRow {
  Majors majors; ///< the releases whose C API has it
  std::string_view method;
  std::string_view function;
};

constexpr std::array k_functions = {
    FunctionRow{{3, 49}, "debug_info", ""},
    FunctionRow{{3, 49}, "consume_fuel", ""},
    FunctionRow{{3, 49}, "epoch_interruption", ""},
    FunctionRow{{3, 49}, "max_wasm_stack", ""},
    FunctionRow{{3, 49}, "strategy", ""},
    FunctionRow{{3, 49}, "cranelift_debug_verifier", ""},
    FunctionRow{{3, 49}, "cranelift_opt_level", ""},
    FunctionRow{{3, 27}, "static_memory_maximum_size", ""},
    FunctionRow{{3, 26}, "static_memory_guard_size", ""},
    FunctionRow{{3, 26}, "dynamic_memory_guard_size", ""},
    FunctionRow{{12, 27}, "static_memory_forced", ""},
    FunctionRow{{13, 27}, "dynamic_memory_reserved_for_growth", ""},
    FunctionRow{{13, 49}, "native_unwind_info", ""},
    FunctionRow{{12, 49}, "cranelift_nan_canonicalization", ""},
    FunctionRow{{12, 49}, "parallel_compilation", ""},
    FunctionRow{{22, 49}, "target", ""},
    FunctionRow{{22, 49}, "cranelift_flag_enable", "wasmtime_config_cranelift_flag_enable"},
    FunctionRow{{22, 49}, "cranelift_flag_set", "wasmtime_config_cranelift_flag_set"},
    FunctionRow{{24, 49}, "memory_init_cow", ""},
    FunctionRow{{27, 49}, "memory_guard_size", ""},
    FunctionRow{{28, 49}, "memory_reservation", ""},
    FunctionRow{{28, 49}, "memory_reservation_for_growth", ""},
    FunctionRow{{28, 49}, "memory_may_move", ""},
    FunctionRow{{39, 49}, "signals_based_traps", ""},
    FunctionRow{{43, 49}, "gc_support", ""},
    FunctionRow{{43, 49}, "concurrency_support", ""},
    FunctionRow{{43, 49}, "shared_memory", ""},
    FunctionRow{{45, 49}, "cranelift_regalloc_algorithm", ""},
    FunctionRow{{12, 49}, "relaxed_simd_deterministic", "wasmtime_config_wasm_relaxed_simd_deterministic_set"},
    FunctionRow{{3, 49}, "wasm_threads", ""},
    FunctionRow{{3, 49}, "wasm_reference_types", ""},
    FunctionRow{{3, 49}, "wasm_simd", ""},
    FunctionRow{{3, 49}, "wasm_bulk_memory", ""},
    FunctionRow{{3, 49}, "wasm_multi_value", ""},
    FunctionRow{{3, 49}, "wasm_multi_memory", ""},
    FunctionRow{{3, 49}, "wasm_memory64", ""},
    FunctionRow{{12, 49}, "wasm_relaxed_simd", ""},
    FunctionRow{{22, 49}, "wasm_tail_call", ""},
    FunctionRow{{28, 49}, "wasm_function_references", ""},
    FunctionRow{{28, 49}, "wasm_gc", ""},
    FunctionRow{{28, 49}, "wasm_wide_arithmetic", ""},
    FunctionRow{{36, 49}, "wasm_stack_switching", ""},
    FunctionRow{{45, 49}, "wasm_exceptions", ""},
    FunctionRow{{45, 49}, "wasm_custom_page_sizes", ""},
};
// clang-format on

/// A value that the C API spells as a constant.
struct ConstantRow {
  std::string_view method;
  std::string_view value;
  std::string_view constant;
};
constexpr std::array k_constants = {
    ConstantRow{"strategy", "auto", "WASMTIME_STRATEGY_AUTO"},
    ConstantRow{"strategy", "cranelift", "WASMTIME_STRATEGY_CRANELIFT"},
    ConstantRow{"strategy", "winch", "WASMTIME_STRATEGY_WINCH"},
    ConstantRow{"cranelift_opt_level", "none", "WASMTIME_OPT_LEVEL_NONE"},
    ConstantRow{"cranelift_opt_level", "speed", "WASMTIME_OPT_LEVEL_SPEED"},
    ConstantRow{"cranelift_opt_level", "speed_and_size", "WASMTIME_OPT_LEVEL_SPEED_AND_SIZE"},
    ConstantRow{"cranelift_regalloc_algorithm", "backtracking", "WASMTIME_REGALLOC_BACKTRACKING"},
    ConstantRow{"cranelift_regalloc_algorithm", "single_pass", "WASMTIME_REGALLOC_SINGLE_PASS"},
};

constexpr std::string_view k_feature_prefix = "wasm_";
constexpr Majors k_winch_in_c{45, 49};

const OptionRow* find_option(Major major, std::string_view method) {
  for (const auto& row : k_options) {
    if (row.method == method && row.majors.contains(major)) {
      return &row;
    }
  }
  if (find_config_row(major, method) == nullptr && feature_of_setting(major, method)) {
    for (const auto& row : k_feature_options) {
      if (row.majors.contains(major)) {
        return &row;
      }
    }
  }
  return nullptr;
}

std::string_view opt_level_argument(std::string_view level) {
  if (level == "none") {
    return "0";
  }
  return level == "speed" ? "2" : "s";
}

// The option's own name: "-O opt-level" has "opt-level" behind a group.
std::vector<std::string> words(std::string_view option, std::string_view value) {
  const auto space = option.find(' ');
  if (space == std::string_view::npos) {
    return {std::string(option), std::string(value)};
  }
  auto name = std::string(option.substr(space + 1));
  return {std::string(option.substr(0, space)), name.append("=").append(value)};
}

std::string quoted(std::string_view text) { return std::string("\"").append(text).append("\""); }

// The arguments of a C call behind `config`.
std::string c_arguments(std::string_view method, std::string_view value) {
  for (const auto& row : k_constants) {
    if (row.method == method && row.value == value) {
      return std::string(row.constant);
    }
  }
  if (method == "cranelift_flag_set") {
    const auto equals = value.find('=');
    const auto rest =
        equals == std::string_view::npos ? std::string_view() : value.substr(equals + 1);
    return quoted(value.substr(0, equals)).append(", ").append(quoted(rest));
  }
  return method == "target" || method == "cranelift_flag_enable" ? quoted(value)
                                                                 : std::string(value);
}

} // namespace

std::vector<std::string> command_line_arguments(Major major, std::string_view method,
                                                std::string_view value) {
  const auto* const row = find_option(major, method);
  if (row == nullptr || (method == "strategy" && value == "auto")) {
    return {};
  }
  const bool on = value == "true";
  switch (row->form) {
  case Form::value:
  case Form::separate:
    return words(row->option, value);
  case Form::boolean: {
    auto option = std::string(row->option);
    if (option.ends_with(' ')) {
      option += method.substr(k_feature_prefix.size());
      std::replace(option.begin(), option.end(), '_', '-');
    }
    return words(option, on ? "y" : "n");
  }
  case Form::completed: {
    const auto space = row->option.find(' ');
    return {std::string(row->option.substr(0, space)),
            std::string(row->option.substr(space + 1)).append(value)};
  }
  case Form::fuel:
    return on ? words(row->option, "1") : std::vector<std::string>();
  case Form::opt_level:
    return words(row->option, opt_level_argument(value));
  case Form::when_true:
  case Form::when_false:
    if (on == (row->form == Form::when_true)) {
      return {std::string(row->option)};
    }
    return {};
  case Form::features: {
    auto name = std::string(method.substr(k_feature_prefix.size()));
    std::replace(name.begin(), name.end(), '_', '-');
    return {std::string(row->option).append(on ? "=" : "=-").append(name)};
  }
  }
  return {};
}

std::string c_api_call(Major major, std::string_view method, std::string_view value) {
  if (method == "strategy" && value == "winch" && !k_winch_in_c.contains(major)) {
    return {};
  }
  for (const auto& row : k_functions) {
    if (row.method == method && row.majors.contains(major)) {
      auto name = row.function.empty()
                      ? std::string("wasmtime_config_").append(method).append("_set")
                      : std::string(row.function);
      return name.append("(config, ").append(c_arguments(method, value)).append(")");
    }
  }
  return {};
}

} // namespace cwasm::releases
