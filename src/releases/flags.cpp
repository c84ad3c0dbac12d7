#include "releases/flags.hpp"

#include "releases/release.hpp"

#include <array>
#include <charconv>

namespace cwasm::releases {
namespace {

constexpr std::array k_shared_settings = {
    SettingRow{{28, 32},
               IsaFamily::none,
               "regalloc_algorithm",
               FlagKind::enumerator,
               "backtracking",
               "backtracking|single_pass"},
    SettingRow{{37, 49},
               IsaFamily::none,
               "regalloc_algorithm",
               FlagKind::enumerator,
               "backtracking",
               "backtracking|single_pass"},
    SettingRow{{33, 36},
               IsaFamily::none,
               "regalloc_algorithm",
               FlagKind::enumerator,
               "backtracking",
               "backtracking"},
    SettingRow{{3, 49},
               IsaFamily::none,
               "opt_level",
               FlagKind::enumerator,
               "none",
               "none|speed|speed_and_size"},
    SettingRow{{3, 49},
               IsaFamily::none,
               "tls_model",
               FlagKind::enumerator,
               "none",
               "none|elf_gd|macho|coff"},
    SettingRow{{25, 49},
               IsaFamily::none,
               "stack_switch_model",
               FlagKind::enumerator,
               "none",
               "none|basic|update_windows_tib"},
    SettingRow{{3, 40},
               IsaFamily::none,
               "libcall_call_conv",
               FlagKind::enumerator,
               "isa_default",
               "isa_default|fast|cold|system_v|windows_fastcall|apple_aarch64|probestack"},
    SettingRow{{41, 49},
               IsaFamily::none,
               "libcall_call_conv",
               FlagKind::enumerator,
               "isa_default",
               "isa_default|fast|system_v|windows_fastcall|apple_aarch64|probestack|preserve_all"},
    SettingRow{{3, 49}, IsaFamily::none, "probestack_size_log2", FlagKind::number, "12", ""},
    SettingRow{{3, 49},
               IsaFamily::none,
               "probestack_strategy",
               FlagKind::enumerator,
               "outline",
               "outline|inline"},
    SettingRow{{10, 49}, IsaFamily::none, "bb_padding_log2_minus_one", FlagKind::number, "0", ""},
    SettingRow{{32, 49}, IsaFamily::none, "log2_min_function_alignment", FlagKind::number, "0", ""},
    SettingRow{{3, 49}, IsaFamily::none, "regalloc_checker", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::none, "regalloc_verbose_logs", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::none, "enable_alias_analysis", FlagKind::boolean, "true", ""},
    SettingRow{{3, 5}, IsaFamily::none, "use_egraphs", FlagKind::boolean, "false", ""},
    SettingRow{{6, 8}, IsaFamily::none, "use_egraphs", FlagKind::boolean, "true", ""},
    SettingRow{{3, 49}, IsaFamily::none, "enable_verifier", FlagKind::boolean, "true", ""},
    SettingRow{{15, 43}, IsaFamily::none, "enable_pcc", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::none, "is_pic", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::none, "use_colocated_libcalls", FlagKind::boolean, "false", ""},
    SettingRow{{3, 7}, IsaFamily::none, "avoid_div_traps", FlagKind::boolean, "false", ""},
    SettingRow{{3, 37}, IsaFamily::none, "enable_float", FlagKind::boolean, "true", ""},
    SettingRow{
        {3, 49}, IsaFamily::none, "enable_nan_canonicalization", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::none, "enable_pinned_reg", FlagKind::boolean, "false", ""},
    SettingRow{
        {3, 4}, IsaFamily::none, "use_pinned_reg_as_heap_base", FlagKind::boolean, "false", ""},
    SettingRow{{3, 10}, IsaFamily::none, "enable_simd", FlagKind::boolean, "false", ""},
    SettingRow{{3, 37}, IsaFamily::none, "enable_atomics", FlagKind::boolean, "true", ""},
    SettingRow{{3, 37}, IsaFamily::none, "enable_safepoints", FlagKind::boolean, "false", ""},
    SettingRow{
        {3, 49}, IsaFamily::none, "enable_llvm_abi_extensions", FlagKind::boolean, "false", ""},
    SettingRow{{27, 49},
               IsaFamily::none,
               "enable_multi_ret_implicit_sret",
               FlagKind::boolean,
               "false",
               ""},
    SettingRow{{3, 49}, IsaFamily::none, "unwind_info", FlagKind::boolean, "true", ""},
    SettingRow{{3, 49}, IsaFamily::none, "preserve_frame_pointers", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::none, "machine_code_cfg_info", FlagKind::boolean, "false", ""},
    SettingRow{{3, 3}, IsaFamily::none, "enable_probestack", FlagKind::boolean, "true", ""},
    SettingRow{{4, 49}, IsaFamily::none, "enable_probestack", FlagKind::boolean, "false", ""},
    SettingRow{
        {3, 20}, IsaFamily::none, "probestack_func_adjusts_sp", FlagKind::boolean, "false", ""},
    SettingRow{{3, 37}, IsaFamily::none, "enable_jump_tables", FlagKind::boolean, "true", ""},
    SettingRow{{3, 49},
               IsaFamily::none,
               "enable_heap_access_spectre_mitigation",
               FlagKind::boolean,
               "true",
               ""},
    SettingRow{{3, 49},
               IsaFamily::none,
               "enable_table_access_spectre_mitigation",
               FlagKind::boolean,
               "true",
               ""},
    SettingRow{{3, 49},
               IsaFamily::none,
               "enable_incremental_compilation_cache_checks",
               FlagKind::boolean,
               "false",
               ""},
    SettingRow{
        {46, 49}, IsaFamily::none, "enable_compact_unwind_abi", FlagKind::boolean, "false", ""},
};

constexpr std::array k_isa_settings = {
    SettingRow{{3, 10}, IsaFamily::x86_64, "has_sse3", FlagKind::boolean, "true", ""},
    SettingRow{{11, 49}, IsaFamily::x86_64, "has_sse3", FlagKind::boolean, "false", ""},
    SettingRow{{3, 10}, IsaFamily::x86_64, "has_ssse3", FlagKind::boolean, "true", ""},
    SettingRow{{11, 49}, IsaFamily::x86_64, "has_ssse3", FlagKind::boolean, "false", ""},
    SettingRow{{27, 49}, IsaFamily::x86_64, "has_cmpxchg16b", FlagKind::boolean, "false", ""},
    SettingRow{{3, 9}, IsaFamily::x86_64, "has_sse41", FlagKind::boolean, "true", ""},
    SettingRow{{10, 49}, IsaFamily::x86_64, "has_sse41", FlagKind::boolean, "false", ""},
    SettingRow{{3, 8}, IsaFamily::x86_64, "has_sse42", FlagKind::boolean, "true", ""},
    SettingRow{{9, 49}, IsaFamily::x86_64, "has_sse42", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::x86_64, "has_avx", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::x86_64, "has_avx2", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::x86_64, "has_fma", FlagKind::boolean, "false", ""},
    SettingRow{{48, 49}, IsaFamily::x86_64, "has_avx_vnni", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::x86_64, "has_avx512bitalg", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::x86_64, "has_avx512dq", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::x86_64, "has_avx512vl", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::x86_64, "has_avx512vbmi", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::x86_64, "has_avx512f", FlagKind::boolean, "false", ""},
    SettingRow{{48, 49}, IsaFamily::x86_64, "has_avx512vnni", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::x86_64, "has_popcnt", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::x86_64, "has_bmi1", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::x86_64, "has_bmi2", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::x86_64, "has_lzcnt", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::aarch64, "has_lse", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::aarch64, "has_pauth", FlagKind::boolean, "false", ""},
    SettingRow{{25, 49}, IsaFamily::aarch64, "has_fp16", FlagKind::boolean, "false", ""},
    SettingRow{{47, 49}, IsaFamily::aarch64, "has_dotprod", FlagKind::boolean, "false", ""},
    SettingRow{{48, 49}, IsaFamily::aarch64, "has_i8mm", FlagKind::boolean, "false", ""},
    SettingRow{
        {3, 49}, IsaFamily::aarch64, "sign_return_address_all", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::aarch64, "sign_return_address", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49},
               IsaFamily::aarch64,
               "sign_return_address_with_bkey",
               FlagKind::boolean,
               "false",
               ""},
    SettingRow{{3, 49}, IsaFamily::aarch64, "use_bti", FlagKind::boolean, "false", ""},
    SettingRow{{44, 49}, IsaFamily::aarch64, "use_csdb", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::riscv64, "has_m", FlagKind::boolean, "true", ""},
    SettingRow{{3, 49}, IsaFamily::riscv64, "has_a", FlagKind::boolean, "true", ""},
    SettingRow{{3, 49}, IsaFamily::riscv64, "has_f", FlagKind::boolean, "true", ""},
    SettingRow{{3, 49}, IsaFamily::riscv64, "has_d", FlagKind::boolean, "true", ""},
    SettingRow{{21, 49}, IsaFamily::riscv64, "has_zfa", FlagKind::boolean, "false", ""},
    SettingRow{{33, 49}, IsaFamily::riscv64, "has_zfhmin", FlagKind::boolean, "false", ""},
    SettingRow{{25, 49}, IsaFamily::riscv64, "has_zfh", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::riscv64, "has_v", FlagKind::boolean, "false", ""},
    SettingRow{{3, 6}, IsaFamily::riscv64, "has_b", FlagKind::boolean, "false", ""},
    SettingRow{{33, 49}, IsaFamily::riscv64, "has_zvfh", FlagKind::boolean, "false", ""},
    SettingRow{{3, 13}, IsaFamily::riscv64, "has_c", FlagKind::boolean, "false", ""},
    SettingRow{{14, 49}, IsaFamily::riscv64, "has_zca", FlagKind::boolean, "false", ""},
    SettingRow{{14, 49}, IsaFamily::riscv64, "has_zcd", FlagKind::boolean, "false", ""},
    SettingRow{{14, 49}, IsaFamily::riscv64, "has_zcb", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::riscv64, "has_zbkb", FlagKind::boolean, "false", ""},
    SettingRow{{7, 49}, IsaFamily::riscv64, "has_zba", FlagKind::boolean, "false", ""},
    SettingRow{{5, 49}, IsaFamily::riscv64, "has_zbb", FlagKind::boolean, "false", ""},
    SettingRow{{7, 49}, IsaFamily::riscv64, "has_zbc", FlagKind::boolean, "false", ""},
    SettingRow{{7, 49}, IsaFamily::riscv64, "has_zbs", FlagKind::boolean, "false", ""},
    SettingRow{{22, 49}, IsaFamily::riscv64, "has_zicond", FlagKind::boolean, "false", ""},
    SettingRow{{47, 49}, IsaFamily::riscv64, "has_zvbb", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::riscv64, "has_zicsr", FlagKind::boolean, "true", ""},
    SettingRow{{3, 49}, IsaFamily::riscv64, "has_zifencei", FlagKind::boolean, "true", ""},
    SettingRow{{9, 49}, IsaFamily::riscv64, "has_zvl32b", FlagKind::boolean, "false", ""},
    SettingRow{{9, 49}, IsaFamily::riscv64, "has_zvl64b", FlagKind::boolean, "false", ""},
    SettingRow{{9, 49}, IsaFamily::riscv64, "has_zvl128b", FlagKind::boolean, "false", ""},
    SettingRow{{9, 49}, IsaFamily::riscv64, "has_zvl256b", FlagKind::boolean, "false", ""},
    SettingRow{{9, 49}, IsaFamily::riscv64, "has_zvl512b", FlagKind::boolean, "false", ""},
    SettingRow{{9, 49}, IsaFamily::riscv64, "has_zvl1024b", FlagKind::boolean, "false", ""},
    SettingRow{{9, 49}, IsaFamily::riscv64, "has_zvl2048b", FlagKind::boolean, "false", ""},
    SettingRow{{9, 49}, IsaFamily::riscv64, "has_zvl4096b", FlagKind::boolean, "false", ""},
    SettingRow{{9, 49}, IsaFamily::riscv64, "has_zvl8192b", FlagKind::boolean, "false", ""},
    SettingRow{{9, 49}, IsaFamily::riscv64, "has_zvl16384b", FlagKind::boolean, "false", ""},
    SettingRow{{9, 49}, IsaFamily::riscv64, "has_zvl32768b", FlagKind::boolean, "false", ""},
    SettingRow{{9, 49}, IsaFamily::riscv64, "has_zvl65536b", FlagKind::boolean, "false", ""},
    SettingRow{{3, 35}, IsaFamily::s390x, "has_mie2", FlagKind::boolean, "false", ""},
    SettingRow{{36, 49}, IsaFamily::s390x, "has_mie3", FlagKind::boolean, "false", ""},
    SettingRow{{3, 49}, IsaFamily::s390x, "has_vxrs_ext2", FlagKind::boolean, "false", ""},
    SettingRow{{36, 49}, IsaFamily::s390x, "has_mie4", FlagKind::boolean, "false", ""},
    SettingRow{{36, 49}, IsaFamily::s390x, "has_vxrs_ext3", FlagKind::boolean, "false", ""},
    SettingRow{{25, 49},
               IsaFamily::pulley,
               "pointer_width",
               FlagKind::enumerator,
               "pointer64",
               "pointer32|pointer64"},
    SettingRow{{29, 49}, IsaFamily::pulley, "big_endian", FlagKind::boolean, "false", ""},
};

constexpr std::array k_shared_rules = {
    SharedRuleRow{{3, 7}, "avoid_div_traps", SharedRule::equals, "true"},
    SharedRuleRow{{3, 49}, "libcall_call_conv", SharedRule::equals, "isa_default"},
    SharedRuleRow{{3, 49}, "preserve_frame_pointers", SharedRule::equals, "true"},
    SharedRuleRow{{3, 49}, "enable_llvm_abi_extensions", SharedRule::equals, "false"},
    SharedRuleRow{{3, 49}, "enable_pinned_reg", SharedRule::equals, "false"},
    SharedRuleRow{{3, 3}, "enable_probestack", SharedRule::equals, "false"},
    SharedRuleRow{{4, 26}, "enable_probestack", SharedRule::true_on_x86_64_aarch64_riscv64, ""},
    SharedRuleRow{{27, 49}, "enable_probestack", SharedRule::equals, "true"},
    SharedRuleRow{{3, 3}, "probestack_strategy", SharedRule::equals, "outline"},
    SharedRuleRow{{4, 49}, "probestack_strategy", SharedRule::equals, "inline"},
    SharedRuleRow{{3, 49}, "use_colocated_libcalls", SharedRule::equals, "false"},
    SharedRuleRow{{3, 49}, "use_pinned_reg_as_heap_base", SharedRule::equals, "false"},
    SharedRuleRow{{3, 37}, "enable_safepoints", SharedRule::true_with_reference_types, ""},
    SharedRuleRow{{3, 49}, "unwind_info", SharedRule::true_on_windows, ""},
    SharedRuleRow{{3, 49}, "enable_heap_access_spectre_mitigation", SharedRule::ignored, ""},
    SharedRuleRow{{3, 49}, "enable_table_access_spectre_mitigation", SharedRule::ignored, ""},
    SharedRuleRow{{3, 49}, "enable_nan_canonicalization", SharedRule::ignored, ""},
    SharedRuleRow{{3, 37}, "enable_jump_tables", SharedRule::ignored, ""},
    SharedRuleRow{{3, 49}, "enable_float", SharedRule::ignored, ""},
    SharedRuleRow{{3, 10}, "enable_simd", SharedRule::ignored, ""},
    SharedRuleRow{{3, 49}, "enable_verifier", SharedRule::ignored, ""},
    SharedRuleRow{{3, 49}, "regalloc_checker", SharedRule::ignored, ""},
    SharedRuleRow{{3, 49}, "regalloc_verbose_logs", SharedRule::ignored, ""},
    SharedRuleRow{{3, 49}, "is_pic", SharedRule::ignored, ""},
    SharedRuleRow{{3, 49}, "machine_code_cfg_info", SharedRule::ignored, ""},
    SharedRuleRow{{3, 49}, "tls_model", SharedRule::ignored, ""},
    SharedRuleRow{{3, 49}, "opt_level", SharedRule::ignored, ""},
    SharedRuleRow{{3, 8}, "use_egraphs", SharedRule::ignored, ""},
    SharedRuleRow{{3, 49}, "enable_alias_analysis", SharedRule::ignored, ""},
    SharedRuleRow{{3, 20}, "probestack_func_adjusts_sp", SharedRule::ignored, ""},
    SharedRuleRow{{3, 49}, "probestack_size_log2", SharedRule::ignored, ""},
    SharedRuleRow{{3, 49}, "regalloc", SharedRule::ignored, ""},
    SharedRuleRow{{3, 49}, "enable_incremental_compilation_cache_checks", SharedRule::ignored, ""},
    SharedRuleRow{{3, 49}, "enable_atomics", SharedRule::ignored, ""},
    SharedRuleRow{{10, 49}, "bb_padding_log2_minus_one", SharedRule::ignored, ""},
    SharedRuleRow{{15, 43}, "enable_pcc", SharedRule::ignored, ""},
    SharedRuleRow{{25, 34}, "stack_switch_model", SharedRule::ignored, ""},
    SharedRuleRow{{35, 49}, "stack_switch_model", SharedRule::stack_switch_model, ""},
    SharedRuleRow{{27, 49}, "enable_multi_ret_implicit_sret", SharedRule::equals, "true"},
    SharedRuleRow{{28, 49}, "regalloc_algorithm", SharedRule::ignored, ""},
    SharedRuleRow{{32, 49}, "log2_min_function_alignment", SharedRule::ignored, ""},
    SharedRuleRow{{46, 49}, "enable_compact_unwind_abi", SharedRule::ignored, ""},
};

constexpr std::array k_isa_rules = {
    IsaRuleRow{{3, 49}, IsaFamily::aarch64, "has_lse", IsaRule::host_feature, "lse"},
    IsaRuleRow{{3, 49}, IsaFamily::aarch64, "has_pauth", IsaRule::host_feature, "paca"},
    IsaRuleRow{{3, 49}, IsaFamily::aarch64, "sign_return_address_all", IsaRule::ok, ""},
    IsaRuleRow{{3, 49}, IsaFamily::aarch64, "sign_return_address", IsaRule::ok, ""},
    IsaRuleRow{{3, 49}, IsaFamily::aarch64, "sign_return_address_with_bkey", IsaRule::ok, ""},
    IsaRuleRow{{3, 49}, IsaFamily::aarch64, "use_bti", IsaRule::ok, ""},
    IsaRuleRow{
        {3, 20}, IsaFamily::s390x, "has_vxrs_ext2", IsaRule::host_feature, "hwcap:vxrs_ext2"},
    IsaRuleRow{{21, 49}, IsaFamily::s390x, "has_vxrs_ext2", IsaRule::host_feature, "vxrs_ext2"},
    IsaRuleRow{{3, 20}, IsaFamily::s390x, "has_mie2", IsaRule::host_feature, "hwcap:vxrs_ext2"},
    IsaRuleRow{{21, 35}, IsaFamily::s390x, "has_mie2", IsaRule::host_feature, "mie2"},
    IsaRuleRow{{3, 49}, IsaFamily::x86_64, "has_sse3", IsaRule::host_feature, "sse3"},
    IsaRuleRow{{3, 49}, IsaFamily::x86_64, "has_ssse3", IsaRule::host_feature, "ssse3"},
    IsaRuleRow{{3, 49}, IsaFamily::x86_64, "has_sse41", IsaRule::host_feature, "sse4.1"},
    IsaRuleRow{{3, 49}, IsaFamily::x86_64, "has_sse42", IsaRule::host_feature, "sse4.2"},
    IsaRuleRow{{3, 49}, IsaFamily::x86_64, "has_popcnt", IsaRule::host_feature, "popcnt"},
    IsaRuleRow{{3, 49}, IsaFamily::x86_64, "has_avx", IsaRule::host_feature, "avx"},
    IsaRuleRow{{3, 49}, IsaFamily::x86_64, "has_avx2", IsaRule::host_feature, "avx2"},
    IsaRuleRow{{3, 49}, IsaFamily::x86_64, "has_fma", IsaRule::host_feature, "fma"},
    IsaRuleRow{{3, 49}, IsaFamily::x86_64, "has_bmi1", IsaRule::host_feature, "bmi1"},
    IsaRuleRow{{3, 49}, IsaFamily::x86_64, "has_bmi2", IsaRule::host_feature, "bmi2"},
    IsaRuleRow{
        {3, 49}, IsaFamily::x86_64, "has_avx512bitalg", IsaRule::host_feature, "avx512bitalg"},
    IsaRuleRow{{3, 49}, IsaFamily::x86_64, "has_avx512dq", IsaRule::host_feature, "avx512dq"},
    IsaRuleRow{{3, 49}, IsaFamily::x86_64, "has_avx512f", IsaRule::host_feature, "avx512f"},
    IsaRuleRow{{3, 49}, IsaFamily::x86_64, "has_avx512vl", IsaRule::host_feature, "avx512vl"},
    IsaRuleRow{{3, 49}, IsaFamily::x86_64, "has_avx512vbmi", IsaRule::host_feature, "avx512vbmi"},
    IsaRuleRow{{3, 49}, IsaFamily::x86_64, "has_lzcnt", IsaRule::host_feature, "lzcnt"},
    IsaRuleRow{{25, 49}, IsaFamily::aarch64, "has_fp16", IsaRule::host_feature, "fp16"},
    IsaRuleRow{{27, 49}, IsaFamily::x86_64, "has_cmpxchg16b", IsaRule::host_feature, "cmpxchg16b"},
    IsaRuleRow{{29, 49}, IsaFamily::pulley, "big_endian", IsaRule::host_is_big_endian, ""},
    IsaRuleRow{{36, 49}, IsaFamily::s390x, "has_vxrs_ext3", IsaRule::host_feature, "vxrs_ext3"},
    IsaRuleRow{{36, 49}, IsaFamily::s390x, "has_mie3", IsaRule::host_feature, "mie3"},
    IsaRuleRow{{36, 49}, IsaFamily::s390x, "has_mie4", IsaRule::host_feature, "mie4"},
    IsaRuleRow{{47, 49}, IsaFamily::aarch64, "has_dotprod", IsaRule::host_feature, "dotprod"},
    IsaRuleRow{{48, 49}, IsaFamily::aarch64, "has_i8mm", IsaRule::host_feature, "i8mm"},
    IsaRuleRow{{48, 49}, IsaFamily::x86_64, "has_avx_vnni", IsaRule::host_feature, "avxvnni"},
    IsaRuleRow{{48, 49}, IsaFamily::x86_64, "has_avx512vnni", IsaRule::host_feature, "avx512vnni"},
};

// Up to 5 Cranelift had a short list of its own; Intel's names come from LLVM since 6, AMD's and
// the generic ones since 7. A preset's flags that a release does not have yet (has_cmpxchg16b up to
// 26) are passed over. Between 36 and 47 `x84_64_v3` and `x86_64_v4` got the names they have now,
// so both spellings are taken for the releases between.
// macOS signs return addresses, with the B key.
constexpr std::array k_system_flags = {
    SystemFlagRow{{3, 49}, IsaFamily::aarch64, "darwin", "sign_return_address"},
    SystemFlagRow{{3, 49}, IsaFamily::aarch64, "darwin", "sign_return_address_with_bkey"},
    SystemFlagRow{{3, 49}, IsaFamily::aarch64, "macosx", "sign_return_address"},
    SystemFlagRow{{3, 49}, IsaFamily::aarch64, "macosx", "sign_return_address_with_bkey"},
};

constexpr std::array k_presets = {
    PresetRow{
        {3, 5}, IsaFamily::x86_64, "nehalem", "has_sse3 has_ssse3 has_sse41 has_sse42 has_popcnt"},
    PresetRow{{3, 5},
              IsaFamily::x86_64,
              "haswell",
              "has_sse3 has_ssse3 has_sse41 has_sse42 has_popcnt has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{
        {3, 5},
        IsaFamily::x86_64,
        "broadwell",
        "has_sse3 has_ssse3 has_sse41 has_sse42 has_popcnt has_bmi1 has_bmi2 has_lzcnt has_fma"},
    PresetRow{
        {3, 5},
        IsaFamily::x86_64,
        "skylake",
        "has_sse3 has_ssse3 has_sse41 has_sse42 has_popcnt has_bmi1 has_bmi2 has_lzcnt has_fma"},
    PresetRow{
        {3, 5},
        IsaFamily::x86_64,
        "cannonlake",
        "has_sse3 has_ssse3 has_sse41 has_sse42 has_popcnt has_bmi1 has_bmi2 has_lzcnt has_fma"},
    PresetRow{
        {3, 5},
        IsaFamily::x86_64,
        "icelake",
        "has_sse3 has_ssse3 has_sse41 has_sse42 has_popcnt has_bmi1 has_bmi2 has_lzcnt has_fma"},
    PresetRow{{3, 6},
              IsaFamily::x86_64,
              "znver1",
              "has_sse3 has_ssse3 has_sse41 has_sse42 has_popcnt has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{3, 49}, IsaFamily::x86_64, "sse3", "has_sse3"},
    PresetRow{{3, 49}, IsaFamily::x86_64, "ssse3", "has_sse3 has_ssse3"},
    PresetRow{{3, 49}, IsaFamily::x86_64, "sse41", "has_sse3 has_ssse3 has_sse41"},
    PresetRow{{3, 49}, IsaFamily::x86_64, "sse42", "has_sse3 has_ssse3 has_sse41 has_sse42"},
    PresetRow{{3, 49}, IsaFamily::x86_64, "baseline", ""},
    PresetRow{{6, 49}, IsaFamily::x86_64, "nocona", "has_sse3 has_cmpxchg16b"},
    PresetRow{{6, 49}, IsaFamily::x86_64, "core2", "has_sse3 has_cmpxchg16b"},
    PresetRow{{6, 49}, IsaFamily::x86_64, "penryn", "has_sse3 has_ssse3 has_cmpxchg16b has_sse41"},
    PresetRow{{6, 49}, IsaFamily::x86_64, "atom", "has_sse3 has_ssse3 has_cmpxchg16b"},
    PresetRow{{6, 49}, IsaFamily::x86_64, "bonnell", "has_sse3 has_ssse3 has_cmpxchg16b"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "silvermont",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_popcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "slm",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_popcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "goldmont",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_popcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "goldmont-plus",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_popcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "tremont",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_popcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "alderlake",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_fma has_popcnt has_bmi1 "
              "has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "sierraforest",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_fma has_popcnt has_bmi1 "
              "has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "grandridge",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_fma has_popcnt has_bmi1 "
              "has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "nehalem",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_popcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "corei7",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_popcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "westmere",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_popcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "sandybridge",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_popcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "corei7-avx",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_popcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "ivybridge",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_popcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "core-avx-i",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_popcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "haswell",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma "
              "has_popcnt has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "core-avx2",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma "
              "has_popcnt has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "broadwell",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma "
              "has_popcnt has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "skylake",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma "
              "has_popcnt has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "knl",
              "has_cmpxchg16b has_fma has_avx512f has_popcnt has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "knm",
              "has_cmpxchg16b has_fma has_avx512f has_popcnt has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "skylake-avx512",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma "
              "has_avx512dq has_avx512vl has_avx512f has_popcnt has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "skx",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma "
              "has_avx512dq has_avx512vl has_avx512f has_popcnt has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "cascadelake",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma "
              "has_avx512dq has_avx512vl has_avx512f has_popcnt has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "cooperlake",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma "
              "has_avx512dq has_avx512vl has_avx512f has_popcnt has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "cannonlake",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma "
              "has_avx512dq has_avx512vl has_avx512vbmi has_avx512f has_popcnt has_bmi1 has_bmi2 "
              "has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "icelake-client",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma "
              "has_avx512bitalg has_avx512dq has_avx512vl has_avx512vbmi has_avx512f has_popcnt "
              "has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "icelake",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma "
              "has_avx512bitalg has_avx512dq has_avx512vl has_avx512vbmi has_avx512f has_popcnt "
              "has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "icelake-server",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma "
              "has_avx512bitalg has_avx512dq has_avx512vl has_avx512vbmi has_avx512f has_popcnt "
              "has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "tigerlake",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma "
              "has_avx512bitalg has_avx512dq has_avx512vl has_avx512vbmi has_avx512f has_popcnt "
              "has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "sapphirerapids",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma "
              "has_avx512bitalg has_avx512dq has_avx512vl has_avx512vbmi has_avx512f has_popcnt "
              "has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "raptorlake",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_fma has_popcnt has_bmi1 "
              "has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "meteorlake",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_fma has_popcnt has_bmi1 "
              "has_bmi2 has_lzcnt"},
    PresetRow{{6, 49},
              IsaFamily::x86_64,
              "graniterapids",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma "
              "has_avx512bitalg has_avx512dq has_avx512vl has_avx512vbmi has_avx512f has_popcnt "
              "has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{7, 49}, IsaFamily::x86_64, "opteron", ""},
    PresetRow{{7, 49}, IsaFamily::x86_64, "k8", ""},
    PresetRow{{7, 49}, IsaFamily::x86_64, "athlon64", ""},
    PresetRow{{7, 49}, IsaFamily::x86_64, "athlon-fx", ""},
    PresetRow{{7, 49}, IsaFamily::x86_64, "opteron-sse3", "has_sse3 has_cmpxchg16b"},
    PresetRow{{7, 49}, IsaFamily::x86_64, "k8-sse3", "has_sse3 has_cmpxchg16b"},
    PresetRow{{7, 49}, IsaFamily::x86_64, "athlon64-sse3", "has_sse3 has_cmpxchg16b"},
    PresetRow{{7, 49}, IsaFamily::x86_64, "barcelona", "has_cmpxchg16b has_popcnt has_lzcnt"},
    PresetRow{{7, 49}, IsaFamily::x86_64, "amdfam10", "has_cmpxchg16b has_popcnt has_lzcnt"},
    PresetRow{{7, 49},
              IsaFamily::x86_64,
              "btver1",
              "has_sse3 has_ssse3 has_cmpxchg16b has_popcnt has_lzcnt"},
    PresetRow{{7, 49},
              IsaFamily::x86_64,
              "btver2",
              "has_sse3 has_ssse3 has_cmpxchg16b has_avx has_popcnt has_bmi1 has_lzcnt"},
    PresetRow{{7, 49},
              IsaFamily::x86_64,
              "bdver1",
              "has_sse3 has_ssse3 has_cmpxchg16b has_popcnt has_lzcnt"},
    PresetRow{{7, 49},
              IsaFamily::x86_64,
              "bdver2",
              "has_sse3 has_ssse3 has_cmpxchg16b has_popcnt has_bmi1 has_lzcnt"},
    PresetRow{{7, 49},
              IsaFamily::x86_64,
              "bdver3",
              "has_sse3 has_ssse3 has_cmpxchg16b has_popcnt has_bmi1 has_lzcnt"},
    PresetRow{{7, 49},
              IsaFamily::x86_64,
              "bdver4",
              "has_sse3 has_ssse3 has_cmpxchg16b has_avx2 has_popcnt has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{7, 49},
              IsaFamily::x86_64,
              "znver1",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_fma has_popcnt has_bmi1 "
              "has_bmi2 has_lzcnt"},
    PresetRow{{7, 49},
              IsaFamily::x86_64,
              "znver2",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_fma has_popcnt has_bmi1 "
              "has_bmi2 has_lzcnt"},
    PresetRow{{7, 49},
              IsaFamily::x86_64,
              "znver3",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_fma has_popcnt has_bmi1 "
              "has_bmi2 has_lzcnt"},
    PresetRow{{7, 49},
              IsaFamily::x86_64,
              "znver4",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_fma has_avx512bitalg "
              "has_avx512dq has_avx512vl has_avx512vbmi has_avx512f has_popcnt has_bmi1 has_bmi2 "
              "has_lzcnt"},
    PresetRow{{7, 49}, IsaFamily::x86_64, "x86-64", ""},
    PresetRow{{7, 49},
              IsaFamily::x86_64,
              "x86-64-v2",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_popcnt"},
    PresetRow{{7, 46},
              IsaFamily::x86_64,
              "x84_64_v3",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx2 has_fma has_popcnt "
              "has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{7, 46},
              IsaFamily::x86_64,
              "x86_64_v4",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx2 has_fma has_avx512dq "
              "has_avx512vl has_popcnt has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{37, 49},
              IsaFamily::x86_64,
              "x86-64-v3",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx2 has_fma has_popcnt "
              "has_bmi1 has_bmi2 has_lzcnt"},
    PresetRow{{37, 49},
              IsaFamily::x86_64,
              "x86-64-v4",
              "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx2 has_fma has_avx512dq "
              "has_avx512vl has_popcnt has_bmi1 has_bmi2 has_lzcnt"},
};

const SettingRow* find_setting(std::span<const SettingRow> rows, Major major, IsaFamily family,
                               std::string_view name) noexcept {
  for (const auto& row : rows) {
    if (row.family == family && row.name == name && row.majors.contains(major)) {
      return &row;
    }
  }
  return nullptr;
}

bool is_choice(std::string_view choices, std::string_view text) {
  while (!choices.empty()) {
    const auto bar = choices.find('|');
    if (choices.substr(0, bar) == text) {
      return true;
    }
    choices = bar == std::string_view::npos ? std::string_view() : choices.substr(bar + 1);
  }
  return false;
}

} // namespace

std::optional<FlagValue> SettingRow::parse(std::string_view text) const {
  if (kind == FlagKind::boolean) {
    const bool on = text == "true" || text == "on" || text == "yes" || text == "1";
    const bool off = text == "false" || text == "off" || text == "no" || text == "0";
    return on || off ? std::optional(FlagValue::boolean(on)) : std::nullopt;
  }
  if (kind == FlagKind::number) {
    std::uint8_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || rest != end) {
      return std::nullopt;
    }
    return FlagValue::number(number);
  }
  if (!is_choice(choices, text)) {
    return std::nullopt;
  }
  return FlagValue::enumerator(std::string(text));
}

std::span<const SettingRow> shared_settings() noexcept { return k_shared_settings; }
std::span<const SettingRow> isa_settings() noexcept { return k_isa_settings; }
std::span<const SharedRuleRow> shared_rules() noexcept { return k_shared_rules; }
std::span<const IsaRuleRow> isa_rules() noexcept { return k_isa_rules; }
std::span<const SystemFlagRow> system_flags() noexcept { return k_system_flags; }
std::span<const PresetRow> presets() noexcept { return k_presets; }

const SettingRow* find_shared_setting(Major major, std::string_view name) noexcept {
  return find_setting(k_shared_settings, major, IsaFamily::none, name);
}

const SettingRow* find_isa_setting(Major major, IsaFamily family, std::string_view name) noexcept {
  return find_setting(k_isa_settings, major, family, name);
}

const SharedRuleRow* find_shared_rule(Major major, std::string_view name) noexcept {
  for (const auto& row : k_shared_rules) {
    if (row.name == name && row.majors.contains(major)) {
      return &row;
    }
  }
  return nullptr;
}

IsaFamily isa_family(const Triple& target) noexcept {
  const auto& arch = target.architecture;
  if (arch == "x86_64" || arch == "x86_64h") {
    return IsaFamily::x86_64;
  }
  if (arch == "aarch64") {
    return IsaFamily::aarch64;
  }
  if (arch.starts_with("riscv64")) {
    return IsaFamily::riscv64;
  }
  if (arch == "s390x") {
    return IsaFamily::s390x;
  }
  return target.is_pulley() ? IsaFamily::pulley : IsaFamily::none;
}

const IsaRuleRow* find_isa_rule(Major major, IsaFamily host, std::string_view name) noexcept {
  for (const auto& row : k_isa_rules) {
    const bool known = knows_isa_flags_of_all(major) || row.family == host;
    if (row.name == name && row.majors.contains(major) && known) {
      return &row;
    }
  }
  return nullptr;
}

const PresetRow* find_preset(Major major, IsaFamily family, std::string_view name) noexcept {
  for (const auto& row : k_presets) {
    if (row.family == family && row.name == name && row.majors.contains(major)) {
      return &row;
    }
  }
  return nullptr;
}

} // namespace cwasm::releases
