#pragma once

#include "releases/majors.hpp"

#include <cwasm/config.hpp>
#include <cwasm/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cwasm::engine {

/// The release that a config names.
struct ReleaseVersion {
  releases::Major major = 0;
  std::string text; ///< as given: "48", "36.0.2"
  /// What an engine of this release writes and compares: the full version up to 37 ("36" stands for
  /// "36.0.0"), the major from 38 on.
  std::string version_text;
  /// What is hashed: the full version where it is known.
  std::string hashed_text;
};

/// Errors: invalid_argument for what is no version, or a release that the tables do not know.
Result<ReleaseVersion> parse_release(const Config& config);

/// A decimal number, or a hexadecimal one with 0x.
std::optional<std::uint64_t> parse_number(std::string_view text);

} // namespace cwasm::engine
