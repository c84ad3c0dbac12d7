#include "engine/version.hpp"

#include "releases/release.hpp"

#include <fmt/format.h>

#include <charconv>

namespace cwasm::engine {
namespace {

// A number without a sign or a leading zero, of at most nine digits.
bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 9 && (text.size() == 1 || text.front() != '0') &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

// MAJOR, or MAJOR.MINOR.PATCH with an optional suffix that begins with '-' or '+'.
bool is_version(std::string_view text) {
  const auto end = text.find_first_of("-+");
  auto numbers = text.substr(0, end);
  int count = 0;
  while (true) {
    const auto dot = numbers.find('.');
    if (!is_number(numbers.substr(0, dot))) {
      return false;
    }
    ++count;
    if (dot == std::string_view::npos) {
      break;
    }
    numbers.remove_prefix(dot + 1);
  }
  return text.size() <= 255 && (count == 3 || (count == 1 && end == std::string_view::npos));
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
    return config.blame("release", error);
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
