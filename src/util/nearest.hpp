#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cwasm::util {

/// The name closest to a mistyped one by edit distance, or nothing when none is close.
std::string nearest(std::string_view mistyped, std::span<const std::string> names);

/// ": did you mean 'X'?", or nothing.
std::string did_you_mean(std::string_view mistyped, std::span<const std::string> names);

/// The parts of "a|b|c", and the same as "a, b, c".
std::vector<std::string> split_choices(std::string_view choices);
std::string join_choices(std::string_view choices);

} // namespace cwasm::util
