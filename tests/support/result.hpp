#pragma once

#include <cwasm/error.hpp>

#include <string>

namespace cwasm::test {

/// The message of a result's error, or nothing: REQUIRE(error_of(result) == "").
template <typename T> std::string error_of(const Result<T>& result) {
  return result ? std::string() : result.error().message();
}

} // namespace cwasm::test
