#pragma once

#include <cwasm/settings.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"

#include <fstream>
#include <iterator>
#include <string>

namespace cwasm::test {

inline Settings parsed(std::string_view toml) {
  const auto settings = parse_settings(toml, "f.toml");
  REQUIRE(error_of(settings) == "");
  return *settings;
}

inline std::string refusal(std::string_view toml) {
  const auto settings = parse_settings(toml, "f.toml");
  if (settings) {
    return "taken: " + std::string(toml);
  }
  CHECK(settings.error().code() == ErrorCode::invalid_argument);
  return settings.error().message();
}

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  REQUIRE(stream);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

} // namespace cwasm::test
