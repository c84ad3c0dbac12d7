#include "settings/duration.hpp"

#include "settings/quantity.hpp"

#include <limits>

namespace cwasm::settings {
namespace {

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

std::optional<std::chrono::seconds> duration_of(std::int64_t seconds,
                                                std::chrono::seconds longest) noexcept {
  return seconds > 0 && seconds <= longest.count() ? std::optional(std::chrono::seconds(seconds))
                                                   : std::nullopt;
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text,
                                                   std::chrono::seconds longest) noexcept {
  constexpr std::uint64_t k_most = std::numeric_limits<std::uint32_t>::max();
  const auto quantity = parse_quantity(text);
  if (!quantity || quantity->count > k_most) {
    return std::nullopt;
  }
  return duration_of(static_cast<std::int64_t>(quantity->count) * seconds_of_unit(quantity->unit),
                     longest);
}

} // namespace cwasm::settings
