#include "settings/size.hpp"

#include "settings/quantity.hpp"

#include <array>
#include <limits>

namespace cwasm::settings {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::uint64_t k_kilo = 1000;
constexpr std::uint64_t k_kibi = 1024;

constexpr std::array k_units = {
    Unit{"", 1},
    Unit{"K", k_kilo},
    Unit{"M", k_kilo* k_kilo},
    Unit{"G", k_kilo* k_kilo* k_kilo},
    Unit{"T", k_kilo* k_kilo* k_kilo* k_kilo},
    Unit{"P", k_kilo* k_kilo* k_kilo* k_kilo* k_kilo},
    Unit{"Ki", k_kibi},
    Unit{"Mi", k_kibi* k_kibi},
    Unit{"Gi", k_kibi* k_kibi* k_kibi},
    Unit{"Ti", k_kibi* k_kibi* k_kibi* k_kibi},
    Unit{"Pi", k_kibi* k_kibi* k_kibi* k_kibi* k_kibi},
};

} // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
  constexpr auto k_most = std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  const auto quantity = parse_quantity(text);
  if (!quantity) {
    return std::nullopt;
  }
  for (const Unit& unit : k_units) {
    if (unit.name == quantity->unit && quantity->count <= k_most / unit.factor) {
      return quantity->count * unit.factor;
    }
  }
  return std::nullopt;
}

std::optional<unsigned> parse_percentage(std::string_view text) noexcept {
  constexpr unsigned k_whole = 100;
  const auto quantity = parse_quantity(text);
  return quantity && quantity->unit == "%" && quantity->count <= k_whole
             ? std::optional(static_cast<unsigned>(quantity->count))
             : std::nullopt;
}

} // namespace cwasm::settings
