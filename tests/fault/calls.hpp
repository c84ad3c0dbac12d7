#pragma once

/// What calls_program stores, for calls.cpp to look for.

#include <cwasm/cache.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace cwasm::test {

inline constexpr std::uint8_t k_calls_keys = 3;

inline CacheKey calls_key(std::uint8_t number) {
  CacheKey key;
  key.engine.bytes.fill(std::byte{number});
  return key;
}

/// Of 6 bytes, some pages and some hundred kilobytes.
inline std::string calls_artifact(std::uint8_t number) {
  return std::to_string(number) + " calls" +
         std::string(number * number * std::size_t{20'000} - 20'000, static_cast<char>(number));
}

} // namespace cwasm::test
