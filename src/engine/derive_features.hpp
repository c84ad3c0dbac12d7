#pragma once

#include "releases/majors.hpp"

#include <cwasm/config.hpp>
#include <cwasm/error.hpp>
#include <cwasm/metadata.hpp>
#include <cwasm/triple.hpp>

namespace cwasm::engine {

/// What a Config asks for that more than one part of the metadata depends on.
struct Choices {
  releases::Major release = 0;
  const Config& config;
  const Triple& target;
  bool explicit_target = false;
  bool winch = false;
  std::uint64_t page_size = 4096; ///< of the machine that compiles

  /// The value of a setting that is true or false; nothing when it is not given.
  std::optional<bool> flag(std::string_view name) const {
    const auto value = config.find(name);
    return value ? std::optional(*value == "true") : std::nullopt;
  }
};

/// The features of the engine: the release's defaults without what its compiler cannot do, then the
/// config's wishes in the order they were made.
Result<Features> derive_features(const Choices& choices);

/// Whether all bits of a feature are on.
bool has_feature(const Choices& choices, Features features, std::string_view name);

} // namespace cwasm::engine
