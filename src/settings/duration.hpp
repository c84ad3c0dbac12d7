#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cwasm::settings {

/// The longest duration a setting takes; it bounds what deadlines have to add up.
inline constexpr std::chrono::seconds k_longest_duration = std::chrono::hours(24 * 30);
/// The same for what deadlines have no part in.
inline constexpr std::chrono::seconds k_longest_age = std::chrono::hours(24 * 3650);

/// A text as Wasmtime writes durations: digits and a unit, s, m, h or d, with spaces around either.
/// Nothing for other texts, for zero, and beyond the longest.
std::optional<std::chrono::seconds>
parse_duration(std::string_view text, std::chrono::seconds longest = k_longest_duration) noexcept;

/// The same for a number of seconds.
std::optional<std::chrono::seconds>
duration_of(std::int64_t seconds, std::chrono::seconds longest = k_longest_duration) noexcept;

} // namespace cwasm::settings
