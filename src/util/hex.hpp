#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cwasm::util {

/// Lower-case hex digits, two a byte.
std::string to_hex(std::span<const std::byte> bytes);

/// The bytes that hex digits (either case, even in number) name, or nothing.
std::optional<std::vector<std::byte>> from_hex(std::string_view digits);

} // namespace cwasm::util
