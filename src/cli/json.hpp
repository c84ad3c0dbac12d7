#pragma once

/// The door to nlohmann-json: keys in the order they are written.

#include <nlohmann/json.hpp>

#include <string>

namespace cwasm::cli {

using Json = nlohmann::ordered_json;

/// One line; what is not UTF-8 (a file name may be anything) is replaced.
inline std::string line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace cwasm::cli
