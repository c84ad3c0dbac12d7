#include "engine/derive_features.hpp"

#include "releases/features.hpp"
#include "releases/release.hpp"
#include "releases/settings.hpp"

#include <fmt/format.h>

#include <array>

namespace cwasm::engine {
namespace {

// Features that a compiler cannot do on a target, after Wasmtime's
// Config::compiler_panicking_wasm_features.
std::uint64_t unsupported(const Choices& choices) {
  std::uint64_t bits = 0;
  const auto add = [&](std::initializer_list<std::string_view> names) {
    for (const auto name : names) {
      bits |= releases::feature_mask(choices.release, name);
    }
  };
  const auto& target = choices.target;
  if (choices.winch) {
    add({"gc", "function_references", "relaxed_simd", "tail_call", "gc_types", "exceptions",
         "legacy_exceptions", "stack_switching"});
    if (target.architecture == "aarch64") {
      add({"threads", "wide_arithmetic"});
    }
    return bits;
  }
  const bool switches_stacks =
      (target.architecture == "x86_64" || target.architecture == "x86_64h") &&
      (target.is_os("linux") || target.is_os("macosx") || target.is_os("darwin"));
  if (target.is_pulley()) {
    add({"threads"});
  }
  if (!switches_stacks) {
    add({"stack_switching"});
  }
  return bits;
}

Status refuse_impossible(const Choices& choices, Features features) {
  const auto impossible = features.bits & unsupported(choices);
  for (const auto& feature : releases::features_of(choices.release)) {
    if (impossible != 0 && (impossible & feature.mask) == feature.mask) {
      return Error(
          ErrorCode::invalid_argument,
          fmt::format("the wasm_{} feature is not supported on this compiler configuration",
                      feature.name));
    }
  }
  if (has_feature(choices, features, "relaxed_simd") && !has_feature(choices, features, "simd")) {
    return Error(ErrorCode::invalid_argument,
                 "cannot disable the simd proposal but enable the relaxed simd proposal");
  }
  if (choices.release >= 49 && has_feature(choices, features, "cm_async") &&
      !has_feature(choices, features, "reference_types")) {
    return Error(ErrorCode::invalid_argument,
                 "the component-model-async feature requires the wasm reference-types proposal");
  }
  return ok();
}

} // namespace

bool has_feature(const Choices& choices, Features features, std::string_view name) {
  const auto mask = releases::feature_mask(choices.release, name);
  return mask != 0 && (features.bits & mask) == mask;
}

Result<Features> derive_features(const Choices& choices) {
  Features features{releases::find(choices.release)->default_features & ~unsupported(choices)};
  for (const auto& setting : choices.config.settings()) {
    std::uint64_t mask = 0;
    if (setting.name == "gc_support") {
      mask = releases::feature_mask(choices.release, "gc_types");
    } else if (releases::find_config_row(choices.release, setting.name) == nullptr) {
      const auto feature = releases::feature_of_setting(choices.release, setting.name);
      mask = feature ? feature->mask : 0;
    }
    features.bits = setting.value == "true" ? features.bits | mask : features.bits & ~mask;
  }
  const auto possible = refuse_impossible(choices, features);
  return possible ? Result<Features>(features) : possible.error();
}

} // namespace cwasm::engine
