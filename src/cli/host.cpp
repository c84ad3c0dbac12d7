#include "cli/context.hpp"
#include "cli/json.hpp"

#include <cwasm/host.hpp>

#include <fmt/format.h>

namespace cwasm::cli {
namespace {

std::string features_toml(const HostFeatures& features) {
  if (features.probe() != HostFeatures::Probe::listed) {
    return fmt::format("\"{}\"", features.to_string());
  }
  return features.names().empty() ? "[]"
                                  : fmt::format("[\"{}\"]", fmt::join(features.names(), "\", \""));
}

} // namespace

int run_host(const Context& context) {
  // The engine's, because `host_features` is a setting.
  const auto engine = context.engine();
  if (!engine) {
    return Context::fail(engine.error());
  }
  const auto& host = engine->host();
  const auto triple = host.triple.to_string();
  if (context.line().json) {
    const auto features = host.features.probe() == HostFeatures::Probe::listed
                              ? Json(host.features.names())
                              : Json(host.features.to_string());
    Context::print(
        line({{"triple", triple}, {"features", features}, {"page_size", host.page_size}}));
    return 0;
  }
  Context::print(fmt::format("[host]\ntriple = \"{}\"\nfeatures = {}\npage_size = {}\n", triple,
                             features_toml(host.features), host.page_size));
  return 0;
}

} // namespace cwasm::cli
