#pragma once

/// The tunables of every release: what lies on the wire, and what the loader compares.

#include "releases/majors.hpp"

#include <cwasm/metadata.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace cwasm::releases {

/// How a tunable is serialized.
enum class TunableType : std::uint8_t {
  boolean,
  u32,
  u64,
  usize,
  optional_nonzero_u32,
  optional_collector,
  intra_module_inlining,
  inlining,
  operator_cost,
};

/// A field of `Tunables`. For one release, the rows that contain it are in wire order.
struct TunableRow {
  Majors majors;
  TunableId id{};
  TunableType type{};
  std::uint64_t default64 = 0; ///< default on 64-bit targets, as `Tunables` holds values
  std::uint64_t default32 = 0; ///< default on 32-bit targets
};

/// How the loader compares a tunable.
enum class TunableCheck : std::uint8_t { integer, boolean, collector, inlining, operator_cost };

/// A comparison. For one release, the rows that contain it are in the loader's order; a tunable
/// without a row is not compared.
struct TunableCheckRow {
  Majors majors;
  TunableId id;
  TunableCheck check;
  std::string_view label; ///< what the loader's message calls it
};

std::span<const TunableRow> tunables() noexcept;
std::span<const TunableCheckRow> tunable_checks() noexcept;

/// The name in Wasmtime's `Tunables`, and the id that a name stands for.
std::string_view tunable_name(TunableId id) noexcept;
std::optional<TunableId> tunable_named(std::string_view name) noexcept;

/// The row of a tunable in a release, or null when the release has no such tunable.
const TunableRow* find_tunable(Major major, TunableId id) noexcept;

/// One variant of an enum that tunables use.
struct VariantRow {
  Majors majors;
  TunableType type;
  std::uint8_t index;       ///< on the wire
  std::string_view name;    ///< in Wasmtime's source
  std::string_view setting; ///< as the `Config` method takes it in text: "drc", "gc"
  std::string_view phrase;  ///< in the loader's messages
};

std::span<const VariantRow> variants() noexcept;

/// The variant at an index, or null when the release has none there.
const VariantRow* find_variant(Major major, TunableType type, std::uint64_t index) noexcept;

} // namespace cwasm::releases
