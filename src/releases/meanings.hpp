#pragma once

/// What features and Cranelift's flags are for, in a few words.

#include <string_view>

namespace cwasm::releases {

/// Empty for a name that no release has.
std::string_view meaning_of_feature(std::string_view name) noexcept;
std::string_view meaning_of_flag(std::string_view name) noexcept;

} // namespace cwasm::releases
