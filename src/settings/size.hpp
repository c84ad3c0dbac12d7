#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cwasm::settings {

/// A text as Wasmtime writes sizes and counts: digits and a unit, with spaces around either. Units
/// are none, K M G T P (thousands) and Ki Mi Gi Ti Pi (1024s). Nothing for other texts and for more
/// than 2^63 - 1.
std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;

/// "70%": 0 to 100.
std::optional<unsigned> parse_percentage(std::string_view text) noexcept;

} // namespace cwasm::settings
