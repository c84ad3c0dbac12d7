#include "engine/version.hpp"

#include "releases/release.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace cwasm::engine {
namespace {

// MAJOR, or MAJOR.MINOR.PATCH with an optional suffix that begins with '-' or '+'.
bool is_version(std::string_view text) {
  const auto end = text.find_first_of("-+");
  const auto numbers = text.substr(0, end);
  const auto dots = std::count(numbers.begin(), numbers.end(), '.');
  const bool digits = std::all_of(numbers.begin(), numbers.end(),
                                  [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  const bool gaps = numbers.empty() || numbers.front() == '.' || numbers.back() == '.' ||
                    numbers.find("..") != std::string_view::npos;
  const bool suffix_fits = end == std::string_view::npos || dots == 2;
  return digits && !gaps && suffix_fits && (dots == 0 || dots == 2) && text.size() <= 255;
}

std::string_view origin_of_release(const Config& config) {
  std::string_view origin;
  for (const auto& setting : config.settings()) {
    if (setting.name == "release") {
      origin = setting.origin;
    }
  }
  return origin;
}

} // namespace

Result<ReleaseVersion> parse_release(const Config& config) {
  const auto text =
      std::string(config.find("release").value_or(std::to_string(releases::k_newest_published)));
  const auto major = is_version(text) ? releases::named_by(text) : std::nullopt;
  if (!major) {
    const Error error(ErrorCode::invalid_argument,
                      fmt::format("'release' takes a Wasmtime release from {} to {} (\"{}\" or "
                                  "\"36.0.2\"), not '{}'",
                                  releases::k_oldest, releases::k_newest,
                                  releases::k_newest_published, text));
    const auto origin = origin_of_release(config);
    return origin.empty() ? error : error.with_context(origin);
  }
  const bool is_full = text.find('.') != std::string::npos;
  ReleaseVersion version{*major, text, text, text};
  if (releases::writes_major_only(*major)) {
    version.version_text = std::to_string(*major);
  } else if (!is_full) {
    version.version_text = std::string(releases::find(*major)->first_version);
    version.hashed_text = version.version_text;
  }
  return version;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x");
  const auto digits = hexadecimal ? text.substr(2) : text;
  std::uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, value, hexadecimal ? 16 : 10);
  if (error != std::errc{} || rest != end) {
    return std::nullopt;
  }
  return value;
}

} // namespace cwasm::engine
