#include "releases/features.hpp"

#include "releases/release.hpp"

#include <array>

namespace cwasm::releases {
namespace {

// Wire order. `tail_call` stands before `threads` from 12 on, after it up to 5.
constexpr std::array k_bools = {
    FeatureBoolRow{{3, 32}, "reference_types"},
    FeatureBoolRow{{3, 32}, "multi_value"},
    FeatureBoolRow{{3, 32}, "bulk_memory"},
    FeatureBoolRow{{3, 32}, "component_model"},
    FeatureBoolRow{{3, 32}, "simd"},
    FeatureBoolRow{{3, 5}, "threads"},
    FeatureBoolRow{{3, 5}, "tail_call"},
    FeatureBoolRow{{12, 32}, "tail_call"},
    FeatureBoolRow{{3, 4}, "deterministic_only"},
    FeatureBoolRow{{6, 32}, "threads"},
    FeatureBoolRow{{3, 32}, "multi_memory"},
    FeatureBoolRow{{3, 32}, "exceptions"},
    FeatureBoolRow{{3, 32}, "memory64"},
    FeatureBoolRow{{3, 32}, "relaxed_simd"},
    FeatureBoolRow{{3, 32}, "extended_const"},
    FeatureBoolRow{{10, 32}, "function_references"},
    FeatureBoolRow{{19, 32}, "gc"},
    FeatureBoolRow{{23, 32}, "custom_page_sizes"},
    FeatureBoolRow{{23, 30}, "component_model_more_flags"},
    FeatureBoolRow{{24, 30}, "component_model_multiple_returns"},
    FeatureBoolRow{{30, 32}, "component_model_async"},
    FeatureBoolRow{{32, 32}, "component_model_async_builtins"},
    FeatureBoolRow{{32, 32}, "component_model_async_stackful"},
    FeatureBoolRow{{25, 32}, "gc_types"},
    FeatureBoolRow{{27, 32}, "wide_arithmetic"},
    FeatureBoolRow{{31, 32}, "stack_switching"},
};

constexpr std::array k_checks = {
    FeatureCheckRow{{3, 18}, "reference_types", "WebAssembly reference types support", false},
    FeatureCheckRow{{25, 32}, "reference_types", "WebAssembly reference types support", false},
    FeatureCheckRow{{19, 24}, "reference_types", "WebAssembly reference types support", true},
    FeatureCheckRow{
        {25, 32}, "function_references", "WebAssembly function-references support", false},
    FeatureCheckRow{
        {19, 24}, "function_references", "WebAssembly function-references support", true},
    FeatureCheckRow{{25, 32}, "gc", "WebAssembly garbage collection support", false},
    FeatureCheckRow{{19, 24}, "gc", "WebAssembly garbage collection support", true},
    FeatureCheckRow{{3, 32}, "multi_value", "WebAssembly multi-value support", false},
    FeatureCheckRow{{3, 32}, "bulk_memory", "WebAssembly bulk memory support", false},
    FeatureCheckRow{{3, 32}, "component_model", "WebAssembly component model support", false},
    FeatureCheckRow{{3, 32}, "simd", "WebAssembly SIMD support", false},
    FeatureCheckRow{{12, 32}, "tail_call", "WebAssembly tail calls support", false},
    FeatureCheckRow{{3, 32}, "threads", "WebAssembly threads support", false},
    FeatureCheckRow{{3, 5}, "tail_call", "WebAssembly tail-call support", false},
    FeatureCheckRow{{3, 4}, "deterministic_only", "WebAssembly deterministic-only support", false},
    FeatureCheckRow{{3, 32}, "multi_memory", "WebAssembly multi-memory support", false},
    FeatureCheckRow{{3, 32}, "exceptions", "WebAssembly exceptions support", false},
    FeatureCheckRow{{3, 32}, "memory64", "WebAssembly 64-bit memory support", false},
    FeatureCheckRow{{3, 32}, "extended_const", "WebAssembly extended-const support", false},
    FeatureCheckRow{{3, 32}, "relaxed_simd", "WebAssembly relaxed-simd support", false},
    FeatureCheckRow{
        {10, 18}, "function_references", "WebAssembly function-references support", false},
    FeatureCheckRow{{23, 32}, "custom_page_sizes", "WebAssembly custom-page-sizes support", false},
    FeatureCheckRow{{23, 30},
                    "component_model_more_flags",
                    "WebAssembly component model support for more than 32 flags",
                    false},
    FeatureCheckRow{{24, 30},
                    "component_model_multiple_returns",
                    "WebAssembly component model support for multiple returns",
                    false},
    FeatureCheckRow{
        {30, 32},
        "component_model_async",
        "WebAssembly component model support for async lifts/lowers, futures, streams, and errors",
        false},
    FeatureCheckRow{{32, 32},
                    "component_model_async_builtins",
                    "WebAssembly component model support for async builtins",
                    false},
    FeatureCheckRow{{32, 32},
                    "component_model_async_stackful",
                    "WebAssembly component model support for async stackful",
                    false},
    FeatureCheckRow{{25, 32}, "gc_types", "support for WebAssembly gc types", true},
    FeatureCheckRow{{27, 32}, "wide_arithmetic", "WebAssembly wide-arithmetic support", false},
    FeatureCheckRow{{31, 32}, "stack_switching", "WebAssembly stack switching support", false},
};

// List order. 37 put cm_threading in at bit 30 and moved what stood above it up by one; 34 to 36
// have the second bits of reference_types and bulk_memory one lower for the same reason.
constexpr std::array k_bits = {
    FeatureBitsRow{{33, 49}, "mutable_global", 0x1},
    FeatureBitsRow{{33, 49}, "saturating_float_to_int", 0x2},
    FeatureBitsRow{{33, 49}, "sign_extension", 0x4},
    FeatureBitsRow{{33, 33}, "reference_types", 0x8},
    FeatureBitsRow{{34, 36}, "reference_types", 0x200000008},
    FeatureBitsRow{{37, 49}, "reference_types", 0x400000008},
    FeatureBitsRow{{33, 49}, "multi_value", 0x10},
    FeatureBitsRow{{33, 33}, "bulk_memory", 0x20},
    FeatureBitsRow{{34, 36}, "bulk_memory", 0x400000020},
    FeatureBitsRow{{37, 49}, "bulk_memory", 0x800000020},
    FeatureBitsRow{{33, 49}, "simd", 0x40},
    FeatureBitsRow{{33, 49}, "relaxed_simd", 0x80},
    FeatureBitsRow{{33, 49}, "threads", 0x100},
    FeatureBitsRow{{33, 49}, "shared_everything_threads", 0x200},
    FeatureBitsRow{{33, 49}, "tail_call", 0x400},
    FeatureBitsRow{{33, 49}, "floats", 0x800},
    FeatureBitsRow{{33, 49}, "multi_memory", 0x1000},
    FeatureBitsRow{{33, 49}, "exceptions", 0x2000},
    FeatureBitsRow{{33, 49}, "memory64", 0x4000},
    FeatureBitsRow{{33, 49}, "extended_const", 0x8000},
    FeatureBitsRow{{33, 49}, "component_model", 0x10000},
    FeatureBitsRow{{33, 49}, "function_references", 0x20000},
    FeatureBitsRow{{33, 49}, "memory_control", 0x40000},
    FeatureBitsRow{{33, 49}, "gc", 0x80000},
    FeatureBitsRow{{33, 49}, "custom_page_sizes", 0x100000},
    FeatureBitsRow{{33, 49}, "legacy_exceptions", 0x800000},
    FeatureBitsRow{{33, 49}, "gc_types", 0x1000000},
    FeatureBitsRow{{33, 49}, "stack_switching", 0x2000000},
    FeatureBitsRow{{33, 49}, "wide_arithmetic", 0x4000000},
    FeatureBitsRow{{33, 49}, "cm_values", 0x200000},
    FeatureBitsRow{{33, 49}, "cm_nested_names", 0x400000},
    FeatureBitsRow{{33, 49}, "cm_async", 0x8000000},
    FeatureBitsRow{{33, 49}, "cm_async_stackful", 0x10000000},
    FeatureBitsRow{{33, 44}, "cm_async_builtins", 0x20000000},
    FeatureBitsRow{{45, 49}, "cm_more_async_builtins", 0x20000000},
    FeatureBitsRow{{33, 36}, "cm_error_context", 0x40000000},
    FeatureBitsRow{{37, 49}, "cm_threading", 0x40000000},
    FeatureBitsRow{{34, 36}, "cm_fixed_size_list", 0x80000000},
    FeatureBitsRow{{37, 49}, "cm_error_context", 0x80000000},
    FeatureBitsRow{{34, 36}, "cm_gc", 0x100000000},
    FeatureBitsRow{{37, 42}, "cm_fixed_size_list", 0x100000000},
    FeatureBitsRow{{43, 49}, "cm_fixed_length_lists", 0x100000000},
    FeatureBitsRow{{34, 36}, "call_indirect_overlong", 0x200000000},
    FeatureBitsRow{{37, 49}, "cm_gc", 0x200000000},
    FeatureBitsRow{{34, 36}, "bulk_memory_opt", 0x400000000},
    FeatureBitsRow{{37, 49}, "call_indirect_overlong", 0x400000000},
    FeatureBitsRow{{37, 49}, "bulk_memory_opt", 0x800000000},
    FeatureBitsRow{{40, 49}, "custom_descriptors", 0x1000000000},
    FeatureBitsRow{{42, 49}, "compact_imports", 0x2000000000},
    FeatureBitsRow{{42, 49}, "cm_map", 0x4000000000},
    FeatureBitsRow{{45, 49}, "cm64", 0x8000000000},
    FeatureBitsRow{{46, 49}, "cm_implements", 0x10000000000},
    FeatureBitsRow{{48, 49}, "cm_canon_names", 0x20000000000},
};

} // namespace

std::span<const FeatureBoolRow> feature_bools() noexcept { return k_bools; }

std::span<const FeatureCheckRow> feature_checks() noexcept { return k_checks; }

std::span<const FeatureBitsRow> feature_bits() noexcept { return k_bits; }

std::optional<Feature> find_feature(Major major, std::string_view name) noexcept {
  if (feature_encoding(major) != FeatureEncoding::bools) {
    for (const auto& row : k_bits) {
      if (row.name == name && row.majors.contains(major)) {
        return Feature{row.name, row.mask};
      }
    }
    return std::nullopt;
  }
  unsigned position = 0;
  for (const auto& row : k_bools) {
    if (!row.majors.contains(major)) {
      continue;
    }
    if (row.name == name) {
      return Feature{row.name, std::uint64_t{1} << position};
    }
    ++position;
  }
  return std::nullopt;
}

std::uint64_t feature_mask(Major major, std::string_view name) noexcept {
  const auto feature = find_feature(major, name);
  return feature ? feature->mask : 0;
}

std::vector<Feature> features_of(Major major) {
  std::vector<Feature> out;
  if (feature_encoding(major) != FeatureEncoding::bools) {
    for (const auto& row : k_bits) {
      if (row.majors.contains(major)) {
        out.push_back({row.name, row.mask});
      }
    }
    return out;
  }
  for (const auto& row : k_bools) {
    if (row.majors.contains(major)) {
      out.push_back({row.name, std::uint64_t{1} << out.size()});
    }
  }
  return out;
}

} // namespace cwasm::releases
