#pragma once

/// The names that may stand in each field of a triple.

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cwasm::model {

/// The operating systems that may have a version behind their name.
inline constexpr auto k_versioned_systems = std::to_array<std::string_view>(
    {"darwin", "ios", "macosx", "tvos", "visionos", "watchos", "xros"});

inline bool is_one_of(std::span<const std::string_view> names, std::string_view text) noexcept {
  return std::find(names.begin(), names.end(), text) != names.end();
}

/// Each gives the name that is printed for the one that was read ("aarch64" for "arm64",
/// "macosx10.7.0" for "macosx10.7"), or nothing when it is no name of that field.
std::optional<std::string> canonical_architecture(std::string_view text);
std::optional<std::string> canonical_vendor(std::string_view text);
std::optional<std::string> canonical_system(std::string_view text);
std::optional<std::string> canonical_environment(std::string_view text);
std::optional<std::string> canonical_format(std::string_view text);

} // namespace cwasm::model
