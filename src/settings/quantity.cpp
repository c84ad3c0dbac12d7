#include "settings/quantity.hpp"

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

} // namespace

std::optional<Quantity> parse_quantity(std::string_view text) noexcept {
  const auto whole = trim(text);
  Quantity quantity;
  const char* const end = whole.data() + whole.size();
  const auto [rest, error] = std::from_chars(whole.data(), end, quantity.count);
  if (error != std::errc{}) {
    return std::nullopt;
  }
  quantity.unit = trim(whole.substr(static_cast<std::size_t>(rest - whole.data())));
  return quantity;
}

} // namespace cwasm::settings
