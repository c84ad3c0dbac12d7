#pragma once

#include <cwasm/metadata.hpp>

#include <cstdint>
#include <string_view>
#include <variant>

namespace cwasm::model {

/// A flag where it was read: views into an artifact or into Metadata.
struct FlagView {
  std::string_view name;
  std::variant<std::string_view, std::uint8_t, bool> value; ///< in the order of FlagValue's
};

inline FlagView view(const Flag& flag) {
  FlagView out{flag.name, {}};
  std::visit([&](const auto& held) { out.value = held; }, flag.value.value);
  return out;
}

} // namespace cwasm::model
