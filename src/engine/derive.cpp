#include "engine/derive.hpp"

#include "engine/derive_features.hpp"
#include "engine/derive_flags.hpp"
#include "engine/derive_tunables.hpp"
#include "releases/limits.hpp"
#include "releases/release.hpp"
#include "releases/settings.hpp"
#include "util/try.hpp"
#include "util/utf8.hpp"

#include <fmt/format.h>

namespace cwasm::engine {
namespace {

using compat::VersionStrategy;

Status derive_version(const Config& config, const ReleaseVersion& version,
                      compat::HostModel& model) {
  const auto text = config.find("module_version").value_or("wasmtime");
  constexpr std::string_view k_custom = "custom:";
  if (text == "wasmtime") {
    model.strategy = VersionStrategy::wasmtime;
    model.version = version.version_text;
    return ok();
  }
  if (text == "none") {
    model.strategy = VersionStrategy::none;
    return ok();
  }
  if (!text.starts_with(k_custom)) {
    return Error(
        ErrorCode::invalid_argument,
        fmt::format("'module_version' takes wasmtime, none or custom:TEXT, not '{}'", text));
  }
  model.strategy = VersionStrategy::custom;
  model.version = std::string(text.substr(k_custom.size()));
  if (!util::is_utf8(model.version)) {
    return Error(ErrorCode::invalid_argument, "'module_version' takes UTF-8 text");
  }
  if (model.version.size() > 255) {
    return Error(
        ErrorCode::invalid_argument,
        fmt::format("custom module version cannot be more than 255 bytes: {}", model.version));
  }
  return ok();
}

// What Wasmtime refuses of the settings that change nothing that is compiled in.
Status check_runtime_settings(const Choices& choices) {
  using releases::Refusal;
  const auto& config = choices.config;
  const auto refuse = [&](std::string_view setting, Refusal which) -> Status {
    const auto words = releases::refusal(choices.release, which);
    return words.empty() ? ok()
                         : Status(config.blame(
                               setting, Error(ErrorCode::invalid_argument, std::string(words))));
  };
  const auto bytes = [&](std::string_view name) {
    const auto* const row = releases::find_config_row(choices.release, name);
    return parse_number(config.find(name).value_or(row->default_text)).value_or(0);
  };
  const auto stack = bytes("max_wasm_stack");
  const bool over_async_stack = stack > bytes("async_stack_size");
  if (over_async_stack) {
    CWASM_TRY(refuse("max_wasm_stack", Refusal::stack_over_any_async_stack));
  }
  if (over_async_stack && choices.flag("async_support") == true) {
    CWASM_TRY(refuse("max_wasm_stack", Refusal::stack_over_async_stack));
  }
  if (stack == 0) {
    CWASM_TRY(refuse("max_wasm_stack", Refusal::stack_zero));
  }
  return choices.flag("wmemcheck") == true ? refuse("wmemcheck", Refusal::wmemcheck) : ok();
}

// Winch: isa::lookup.
Status check_winch_target(const Choices& choices) {
  const auto family = releases::isa_family(choices.target);
  const auto words = releases::refusal(choices.release, releases::Refusal::winch_target);
  const bool knows =
      family == releases::IsaFamily::x86_64 || family == releases::IsaFamily::aarch64;
  return !choices.winch || knows || words.empty()
             ? ok()
             : Status(choices.config.blame("strategy",
                                           Error(ErrorCode::invalid_argument, std::string(words))));
}

Result<Triple> derive_target(const Config& config, releases::Major release, const Host& host) {
  const auto text = config.find("target");
  auto target = text ? parse_triple(*text) : Result<Triple>(host.triple);
  if (!target) {
    return config.blame("target", target.error().with_context(fmt::format("target '{}'", *text)));
  }
  if (releases::isa_family(*target) == releases::IsaFamily::none) {
    return config.blame(
        "target", Error(ErrorCode::invalid_argument,
                        fmt::format("Wasmtime has no compiler for the architecture of target '{}' "
                                    "(it has for x86_64, aarch64, riscv64, s390x and pulley)",
                                    target->to_string())));
  }
  if (target->is_pulley() && !releases::has_pulley(release)) {
    return config.blame(
        "target", Error(ErrorCode::invalid_argument,
                        fmt::format("Wasmtime {} has no Pulley: it exists since 25", release)));
  }
  return target;
}

} // namespace

Result<Derived> derive(const Config& config, const Host& host) {
  CWASM_TRY(config.validate());
  Derived derived;
  CWASM_TRY_ASSIGN(derived.version, parse_release(config));
  auto& model = derived.model;
  model.release = derived.version.major;
  model.host = host;
  if (const auto features = config.find("host_features")) {
    CWASM_TRY_ASSIGN(model.host.features, HostFeatures::parse(*features));
  }
  if (auto done = derive_version(config, derived.version, model); !done) {
    return config.blame("module_version", done.error());
  }
  CWASM_TRY_ASSIGN(model.target, derive_target(config, model.release, model.host));

  const Choices choices{model.release,
                        config,
                        model.target,
                        config.find("target").has_value(),
                        config.find("strategy") == "winch",
                        model.host.page_size};
  auto& metadata = model.metadata;
  metadata.target = model.target.to_string();
  CWASM_TRY(check_winch_target(choices));
  CWASM_TRY(check_runtime_settings(choices));
  CWASM_TRY_ASSIGN(metadata.features, derive_features(choices));
  CWASM_TRY_ASSIGN(metadata.tunables, derive_tunables(choices, metadata.features));
  CWASM_TRY_ASSIGN(auto flags,
                   derive_flags(choices, metadata.features, metadata.tunables, model.host));
  metadata.shared_flags = std::move(flags.shared);
  metadata.isa_flags = std::move(flags.isa);
  return derived;
}

} // namespace cwasm::engine
