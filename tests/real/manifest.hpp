#pragma once

/// The real artifacts and the real loader's verdicts, as tests see them.

#include "support/shared.hpp"

#include <cwasm/engine.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace cwasm::test {

/// A config of a manifest: a list of NAME=VALUE.
inline Config config_of(const nlohmann::json& settings, const std::string& release,
                        const std::string& host_features) {
  Config config;
  config.release(release).set("host_features", host_features);
  for (const auto& setting : settings) {
    const auto text = setting.get<std::string>();
    const auto equals = text.find('=');
    config.set(text.substr(0, equals), text.substr(equals + 1));
  }
  return config;
}

inline std::string joined(const nlohmann::json& names) {
  std::string out;
  for (const auto& name : names) {
    out += (out.empty() ? "" : ",") + name.get<std::string>();
  }
  return out;
}

/// The machine that the verdicts were taken on.
inline Host verdict_host() {
  Host host;
  host.triple = *parse_triple("x86_64-unknown-linux-gnu");
  return host;
}

} // namespace cwasm::test
