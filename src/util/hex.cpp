#include "util/hex.hpp"

namespace cwasm::util {
namespace {

constexpr std::string_view k_digits = "0123456789abcdef";

std::optional<unsigned> digit_value(char digit) {
  if (digit >= '0' && digit <= '9') {
    return static_cast<unsigned>(digit - '0');
  }
  if (digit >= 'a' && digit <= 'f') {
    return static_cast<unsigned>(digit - 'a') + 10;
  }
  if (digit >= 'A' && digit <= 'F') {
    return static_cast<unsigned>(digit - 'A') + 10;
  }
  return std::nullopt;
}

} // namespace

std::string to_hex(std::span<const std::byte> bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes) {
    const auto value = std::to_integer<unsigned>(byte);
    out.push_back(k_digits[value >> 4U]);
    out.push_back(k_digits[value & 15U]);
  }
  return out;
}

std::optional<std::vector<std::byte>> from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) {
    return std::nullopt;
  }
  std::vector<std::byte> out;
  out.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto high = digit_value(digits[i]);
    const auto low = digit_value(digits[i + 1]);
    if (!high || !low) {
      return std::nullopt;
    }
    out.push_back(static_cast<std::byte>(*high << 4U | *low));
  }
  return out;
}

} // namespace cwasm::util
