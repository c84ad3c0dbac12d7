#include "engine/derive_features.hpp"

#include "releases/features.hpp"
#include "releases/limits.hpp"
#include "releases/release.hpp"
#include "releases/settings.hpp"

#include <fmt/format.h>

namespace cwasm::engine {
namespace {

bool applies(releases::Where where, const Choices& choices) {
  using releases::Where;
  const auto& target = choices.target;
  const bool switches_stacks =
      (target.architecture == "x86_64" || target.architecture == "x86_64h") &&
      (target.is_os("linux") || target.is_os("macosx") || target.is_os("darwin"));
  switch (where) {
  case Where::everywhere:
    return true;
  case Where::cranelift_on_pulley:
    return !choices.winch && target.is_pulley();
  case Where::cranelift_without_stack_switching:
    return !choices.winch && !switches_stacks;
  case Where::cranelift_on_s390x:
    return !choices.winch && target.architecture == "s390x";
  case Where::winch:
    return choices.winch;
  case Where::winch_on_aarch64:
    return choices.winch && target.architecture == "aarch64";
  }
  return false;
}

std::uint64_t unsupported(const Choices& choices) {
  std::uint64_t bits = 0;
  for (const auto& row : releases::unsupported_features()) {
    if (!row.majors.contains(choices.release) || !applies(row.where, choices)) {
      continue;
    }
    auto names = row.features;
    while (!names.empty()) {
      const auto space = names.find(' ');
      bits |= releases::feature_mask(choices.release, names.substr(0, space));
      names = space == std::string_view::npos ? std::string_view() : names.substr(space + 1);
    }
  }
  return bits;
}

Error refused(std::string_view words) { return {ErrorCode::invalid_argument, std::string(words)}; }

// The releases that had a message of their own for tail calls where they cannot be compiled.
std::string_view tail_call_words(const Choices& choices) {
  using releases::Refusal;
  if (choices.winch) {
    return releases::refusal(choices.release, Refusal::winch_tail_call);
  }
  return choices.target.architecture == "s390x"
             ? releases::refusal(choices.release, Refusal::tail_call_on_s390x)
             : std::string_view();
}

Status refuse_impossible(const Choices& choices, Features features) {
  const auto impossible = features.bits & unsupported(choices);
  for (const auto& feature : releases::features_of(choices.release)) {
    if ((impossible & feature.mask) == 0) {
      continue;
    }
    if (const auto words = tail_call_words(choices);
        feature.name == "tail_call" && !words.empty()) {
      return refused(words);
    }
    return refused(fmt::format(
        "the wasm_{} feature is not supported on this compiler configuration", feature.name));
  }
  for (const auto& need : releases::feature_needs()) {
    if (need.majors.contains(choices.release) && has_feature(choices, features, need.feature) &&
        !has_feature(choices, features, need.needs)) {
      return refused(need.message);
    }
  }
  const auto words = releases::refusal(choices.release, releases::Refusal::concurrency);
  if (!words.empty() && choices.flag("concurrency_support") == false) {
    for (const auto name : {"cm_async", "cm_async_builtins", "cm_more_async_builtins",
                            "cm_async_stackful", "cm_threading", "cm_error_context"}) {
      if (has_feature(choices, features, name)) {
        return refused(words);
      }
    }
  }
  return ok();
}

// What a Config's other settings make of the release's defaults.
std::uint64_t default_bits(const Choices& choices) {
  auto bits = releases::find(choices.release)->default_features;
  if (choices.flag("concurrency_support") == false) {
    bits &= ~releases::feature_mask(choices.release, "cm_async");
  }
  // 22 and 23 turn tail calls on for the compiler that is asked for by name.
  if (releases::named_cranelift_has_tail_calls(choices.release) &&
      choices.config.find("strategy") == "cranelift") {
    bits |= releases::feature_mask(choices.release, "tail_call");
  }
  return bits & ~unsupported(choices);
}

} // namespace

bool has_feature(const Choices& choices, Features features, std::string_view name) {
  const auto mask = releases::feature_mask(choices.release, name);
  return mask != 0 && (features.bits & mask) == mask;
}

Result<Features> derive_features(const Choices& choices) {
  Features features{default_bits(choices)};
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
