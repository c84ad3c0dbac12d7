#pragma once

/// The WebAssembly operators that a cost table (`Config::operator_cost`, from 43) prices.

#include "releases/majors.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace cwasm::releases {

/// Operator names in wire order; the list has been the same since 43.
std::span<const std::string_view> operators() noexcept;

/// From 48, costs that depend on an operand follow the operators' own.
struct VariableCostRow {
  std::string_view name;
  std::uint8_t default_cost;
};
std::span<const VariableCostRow> variable_costs(Major major) noexcept;

/// Bytes that a table takes on the wire, 0 when the release has no operator costs.
std::size_t operator_cost_size(Major major) noexcept;

/// The table that a default engine would use.
std::vector<std::uint8_t> default_operator_costs(Major major);

/// Where in the table an operator ("I32Add") or a variable cost ("variable.memory_copy_per_byte")
/// stands, or nothing.
std::optional<std::size_t> operator_cost_index(Major major, std::string_view name) noexcept;

} // namespace cwasm::releases
