#include "releases/meanings.hpp"

#include <array>
#include <span>

namespace cwasm::releases {
namespace {

struct Meaning {
  std::string_view name;
  std::string_view words;
};

// clang-format off
constexpr std::array k_features = {
    Meaning{"mutable_global", "mutable globals in imports and exports"},
    Meaning{"saturating_float_to_int", "conversions of floats to integers that saturate"},
    Meaning{"sign_extension", "instructions that extend the sign"},
    Meaning{"reference_types", "references as values, tables of them, several tables"},
    Meaning{"multi_value", "blocks and functions with several results"},
    Meaning{"bulk_memory", "memory and table copy, fill and init"},
    Meaning{"simd", "128-bit vectors"},
    Meaning{"relaxed_simd", "vector instructions whose results may differ between hosts"},
    Meaning{"threads", "atomics and shared memories"},
    Meaning{"shared_everything_threads", "shared functions, tables and globals"},
    Meaning{"tail_call", "calls that take the place of their caller"},
    Meaning{"floats", "floating point at all"},
    Meaning{"multi_memory", "several memories in a module"},
    Meaning{"exceptions", "exceptions with exnref"},
    Meaning{"memory64", "memories and tables with 64-bit addresses"},
    Meaning{"extended_const", "arithmetic in constant expressions"},
    Meaning{"component_model", "components"},
    Meaning{"function_references", "typed references to functions"},
    Meaning{"memory_control", "protection and discarding of memory pages"},
    Meaning{"gc", "garbage-collected structs and arrays"},
    Meaning{"custom_page_sizes", "memories with pages of one byte"},
    Meaning{"legacy_exceptions", "exceptions as first proposed, with try and catch"},
    Meaning{"gc_types", "values that the collector looks after, externref among them"},
    Meaning{"stack_switching", "continuations"},
    Meaning{"wide_arithmetic", "128-bit integer arithmetic"},
    Meaning{"cm_values", "components: values as imports and exports"},
    Meaning{"cm_nested_names", "components: nested names"},
    Meaning{"cm_async", "components: asynchronous calls, futures, streams"},
    Meaning{"cm_async_stackful", "components: asynchronous calls that keep their stack"},
    Meaning{"cm_async_builtins", "components: more built-ins for asynchronous calls"},
    Meaning{"cm_more_async_builtins", "components: more built-ins for asynchronous calls"},
    Meaning{"cm_error_context", "components: error-context values"},
    Meaning{"cm_threading", "components: threads"},
    Meaning{"cm_fixed_size_list", "components: lists of a fixed length"},
    Meaning{"cm_fixed_length_lists", "components: lists of a fixed length"},
    Meaning{"cm_gc", "components: lifting and lowering of collected values"},
    Meaning{"call_indirect_overlong", "longer encodings of table indices"},
    Meaning{"bulk_memory_opt", "memory copy and fill alone"},
    Meaning{"custom_descriptors", "types with descriptors"},
    Meaning{"compact_imports", "import sections in a shorter form"},
    Meaning{"cm_map", "components: maps"},
    Meaning{"cm64", "components: 64-bit memories"},
    Meaning{"cm_implements", "components: names of what is implemented"},
    Meaning{"cm_canon_names", "components: canonical names"},
    Meaning{"deterministic_only", "no instruction whose result depends on the host"},
    Meaning{"component_model_more_flags", "components: more than 32 flags"},
    Meaning{"component_model_multiple_returns", "components: several results"},
    Meaning{"component_model_async", "components: asynchronous calls, futures, streams"},
    Meaning{"component_model_async_builtins", "components: more built-ins for asynchronous calls"},
    Meaning{"component_model_async_stackful", "components: asynchronous calls that keep their stack"},
};

constexpr std::array k_flags = {
    Meaning{"regalloc_algorithm", "the register allocator"},
    Meaning{"opt_level", "how much the compiler optimizes"},
    Meaning{"tls_model", "how thread-local storage is reached"},
    Meaning{"stack_switch_model", "how stacks are switched"},
    Meaning{"libcall_call_conv", "the calling convention of library calls"},
    Meaning{"probestack_size_log2", "distance of stack probes, as a power of two"},
    Meaning{"probestack_strategy", "how the stack is probed"},
    Meaning{"bb_padding_log2_minus_one", "padding of basic blocks, for tests"},
    Meaning{"log2_min_function_alignment", "alignment of functions, as a power of two"},
    Meaning{"regalloc_checker", "check the register allocator"},
    Meaning{"regalloc_verbose_logs", "let the register allocator log"},
    Meaning{"enable_alias_analysis", "optimize loads and stores by what they may touch"},
    Meaning{"use_egraphs", "optimize on e-graphs"},
    Meaning{"enable_verifier", "check the compiler's intermediate code"},
    Meaning{"enable_pcc", "proof-carrying code"},
    Meaning{"is_pic", "position-independent code"},
    Meaning{"use_colocated_libcalls", "library calls are near"},
    Meaning{"avoid_div_traps", "divisions check instead of trapping in hardware"},
    Meaning{"enable_float", "floating point at all"},
    Meaning{"enable_nan_canonicalization", "make every NaN the same"},
    Meaning{"enable_pinned_reg", "keep one register for the embedder"},
    Meaning{"use_pinned_reg_as_heap_base", "that register holds the base of the heap"},
    Meaning{"enable_simd", "vector instructions"},
    Meaning{"enable_atomics", "atomic instructions"},
    Meaning{"enable_safepoints", "record where references live"},
    Meaning{"enable_llvm_abi_extensions", "LLVM's extensions of calling conventions"},
    Meaning{"enable_multi_ret_implicit_sret", "return many values through memory"},
    Meaning{"unwind_info", "write unwind information"},
    Meaning{"preserve_frame_pointers", "keep frame pointers"},
    Meaning{"machine_code_cfg_info", "tell the control flow of the machine code"},
    Meaning{"enable_probestack", "probe the stack of large frames"},
    Meaning{"probestack_func_adjusts_sp", "the probe function moves the stack pointer"},
    Meaning{"enable_jump_tables", "jump tables"},
    Meaning{"enable_heap_access_spectre_mitigation", "no speculation past heap bounds"},
    Meaning{"enable_table_access_spectre_mitigation", "no speculation past table bounds"},
    Meaning{"enable_incremental_compilation_cache_checks", "check what the incremental cache gives"},
    Meaning{"enable_compact_unwind_abi", "macOS's compact unwind information"},
    Meaning{"has_sse3", "SSE3"},
    Meaning{"has_ssse3", "SSSE3"},
    Meaning{"has_cmpxchg16b", "CMPXCHG16B"},
    Meaning{"has_sse41", "SSE4.1"},
    Meaning{"has_sse42", "SSE4.2"},
    Meaning{"has_avx", "AVX"},
    Meaning{"has_avx2", "AVX2"},
    Meaning{"has_fma", "FMA3"},
    Meaning{"has_avx_vnni", "AVX-VNNI"},
    Meaning{"has_avx512bitalg", "AVX-512 BITALG"},
    Meaning{"has_avx512dq", "AVX-512 DQ"},
    Meaning{"has_avx512vl", "AVX-512 VL"},
    Meaning{"has_avx512vbmi", "AVX-512 VBMI"},
    Meaning{"has_avx512f", "AVX-512 F"},
    Meaning{"has_avx512vnni", "AVX-512 VNNI"},
    Meaning{"has_popcnt", "POPCNT"},
    Meaning{"has_bmi1", "BMI1"},
    Meaning{"has_bmi2", "BMI2"},
    Meaning{"has_lzcnt", "LZCNT"},
    Meaning{"has_lse", "large system extensions (atomics)"},
    Meaning{"has_pauth", "pointer authentication"},
    Meaning{"has_fp16", "half-precision floats"},
    Meaning{"has_dotprod", "dot products"},
    Meaning{"has_i8mm", "8-bit matrix multiplication"},
    Meaning{"sign_return_address_all", "sign return addresses in leaf functions as well"},
    Meaning{"sign_return_address", "sign return addresses"},
    Meaning{"sign_return_address_with_bkey", "sign them with the B key"},
    Meaning{"use_bti", "branch target identification"},
    Meaning{"use_csdb", "CSDB against speculation"},
    Meaning{"has_m", "M: multiplication and division"},
    Meaning{"has_a", "A: atomics"},
    Meaning{"has_f", "F: single-precision floats"},
    Meaning{"has_d", "D: double-precision floats"},
    Meaning{"has_zfa", "Zfa: more float instructions"},
    Meaning{"has_zfhmin", "Zfhmin: half-precision conversions"},
    Meaning{"has_zfh", "Zfh: half-precision floats"},
    Meaning{"has_v", "V: vectors"},
    Meaning{"has_b", "B: bit manipulation"},
    Meaning{"has_zvfh", "Zvfh: half-precision vectors"},
    Meaning{"has_c", "C: compressed instructions"},
    Meaning{"has_zca", "Zca: compressed integer instructions"},
    Meaning{"has_zcd", "Zcd: compressed double-precision instructions"},
    Meaning{"has_zcb", "Zcb: more compressed instructions"},
    Meaning{"has_zbkb", "Zbkb: bit manipulation for cryptography"},
    Meaning{"has_zba", "Zba: addresses"},
    Meaning{"has_zbb", "Zbb: basic bit manipulation"},
    Meaning{"has_zbc", "Zbc: carry-less multiplication"},
    Meaning{"has_zbs", "Zbs: single bits"},
    Meaning{"has_zicond", "Zicond: conditional zero"},
    Meaning{"has_zvbb", "Zvbb: bit manipulation in vectors"},
    Meaning{"has_zicsr", "Zicsr: control and status registers"},
    Meaning{"has_zifencei", "Zifencei: fences of instruction fetch"},
    Meaning{"has_mie2", "miscellaneous instructions 2"},
    Meaning{"has_mie3", "miscellaneous instructions 3"},
    Meaning{"has_mie4", "miscellaneous instructions 4"},
    Meaning{"has_vxrs_ext2", "vector enhancements 2"},
    Meaning{"has_vxrs_ext3", "vector enhancements 3"},
    Meaning{"pointer_width", "size of pointers"},
    Meaning{"big_endian", "big-endian memory"},
    Meaning{"has_zvl32b", "vectors of at least 32 bits"},
    Meaning{"has_zvl64b", "vectors of at least 64 bits"},
    Meaning{"has_zvl128b", "vectors of at least 128 bits"},
    Meaning{"has_zvl256b", "vectors of at least 256 bits"},
    Meaning{"has_zvl512b", "vectors of at least 512 bits"},
    Meaning{"has_zvl1024b", "vectors of at least 1024 bits"},
    Meaning{"has_zvl2048b", "vectors of at least 2048 bits"},
    Meaning{"has_zvl4096b", "vectors of at least 4096 bits"},
    Meaning{"has_zvl8192b", "vectors of at least 8192 bits"},
    Meaning{"has_zvl16384b", "vectors of at least 16384 bits"},
    Meaning{"has_zvl32768b", "vectors of at least 32768 bits"},
    Meaning{"has_zvl65536b", "vectors of at least 65536 bits"},
};
// clang-format on

std::string_view find(std::span<const Meaning> rows, std::string_view name) {
  for (const auto& row : rows) {
    if (row.name == name) {
      return row.words;
    }
  }
  return {};
}

} // namespace

std::string_view meaning_of_feature(std::string_view name) noexcept {
  return find(k_features, name);
}

std::string_view meaning_of_flag(std::string_view name) noexcept { return find(k_flags, name); }

} // namespace cwasm::releases
