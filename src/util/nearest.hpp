#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cwasm::util {

/// The name closest to a mistyped one by edit distance, or nothing when none is close.
std::string nearest(std::string_view mistyped, std::span<const std::string> names);

/// ": did you mean 'X'?", or nothing.
std::string did_you_mean(std::string_view mistyped, std::span<const std::string> names);

} // namespace cwasm::util
