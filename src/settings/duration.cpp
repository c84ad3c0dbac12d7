#include "settings/duration.hpp"

#include <charconv>
#include <system_error>

namespace cwasm::settings {
namespace {

std::string_view trim(std::string_view text) noexcept {
  const auto begin = text.find_first_not_of(' ');
  return begin == std::string_view::npos
             ? std::string_view()
             : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::int64_t seconds_of_unit(std::string_view unit) noexcept {
  if (unit.size() != 1) {
    return 0;
  }
  switch (unit.front()) {
  case 's':
    return 1;
  case 'm':
    return 60;
  case 'h':
    return std::int64_t{60} * 60;
  case 'd':
    return std::int64_t{24} * 60 * 60;
  default:
    return 0;
  }
}

} // namespace

std::optional<std::chrono::seconds> duration_of(std::int64_t seconds) noexcept {
  return seconds > 0 && seconds <= k_longest_duration.count()
             ? std::optional(std::chrono::seconds(seconds))
             : std::nullopt;
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) noexcept {
  const auto whole = trim(text);
  std::uint32_t count = 0;
  const char* const end = whole.data() + whole.size();
  const auto [rest, error] = std::from_chars(whole.data(), end, count);
  if (error != std::errc{}) {
    return std::nullopt;
  }
  const auto digits = static_cast<std::size_t>(rest - whole.data());
  return duration_of(std::int64_t{count} * seconds_of_unit(trim(whole.substr(digits))));
}

} // namespace cwasm::settings
