#pragma once

/// The WebAssembly features of every release. Up to 32 they are a struct of bools of Wasmtime's
/// own, from 33 the bits of wasmparser's `WasmFeatures`. Bits move between releases.

#include "releases/majors.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace cwasm::releases {

/// A bool of the struct (up to 32). For one release, the rows that contain it are in wire order.
struct FeatureBoolRow {
  Majors majors;
  std::string_view name;
};

/// A comparison of such a bool, in the loader's order (which is not the wire's).
struct FeatureCheckRow {
  Majors majors;
  std::string_view name;
  std::string_view label; ///< what the loader's message calls it
  /// The message differs when the host was built without the `gc` cargo feature; hosts are taken to
  /// be built with default cargo features.
  bool by_cargo_feature;
};

/// A named flag (from 33) and its bits, in wasmparser's list order, which the loader walks.
struct FeatureBitsRow {
  Majors majors;
  std::string_view name; ///< lower case, as messages and settings spell it
  std::uint64_t mask;    ///< one bit, or two for reference_types and bulk_memory
};

std::span<const FeatureBoolRow> feature_bools() noexcept;
std::span<const FeatureCheckRow> feature_checks() noexcept;
std::span<const FeatureBitsRow> feature_bits() noexcept;

/// A feature as a release has it: its name and its wire bits.
struct Feature {
  std::string_view name;
  std::uint64_t mask = 0;
};

/// The feature of that name in a release, or nothing.
std::optional<Feature> find_feature(Major major, std::string_view name) noexcept;

/// The bits of a feature, or 0 when the release has none of that name.
std::uint64_t feature_mask(Major major, std::string_view name) noexcept;

/// All features of a release in list (33+) or wire order.
std::vector<Feature> features_of(Major major);

} // namespace cwasm::releases
