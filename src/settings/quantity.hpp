#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cwasm::settings {

/// Digits and a unit.
struct Quantity {
  std::uint64_t count = 0;
  std::string_view unit; ///< points into what was parsed
};

/// As Wasmtime's files have them: digits, then a unit, with spaces around either. Nothing when
/// there are no digits, or more than 64 bits hold.
std::optional<Quantity> parse_quantity(std::string_view text) noexcept;

} // namespace cwasm::settings
