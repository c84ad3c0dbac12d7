#pragma once

/// What differs from release to release as a whole. One row a release; a new release is a new row.

#include "releases/majors.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cwasm::releases {

/// How metadata is serialized: bincode 1.3 up to release 20, postcard 1.x from 21.
enum class Encoding : std::uint8_t { bincode, postcard };

/// How the features of a release lie on the wire.
enum class FeatureEncoding : std::uint8_t { bools, u32_bits, u64_bits };

struct Release {
  Major major = 0;
  std::string_view first_version; ///< the first published version, "36.0.0"
  std::string_view last_version;  ///< the newest one known when the table was made
  /// The features of a default engine on x86-64 Linux with Cranelift, as wire bits
  /// (before 33: bit i is the i-th bool).
  std::uint64_t default_features = 0;
};

/// All rows, oldest first.
std::span<const Release> all() noexcept;

/// The row of a release, or null when the tables do not know it.
const Release* find(Major major) noexcept;

/// The release that a version text of the default strategy names: "36.0.7" or, from 38 on, "48".
/// Nothing when the text is not of that form or the release is not in the tables.
std::optional<Major> named_by(std::string_view version_text) noexcept;

/// Whether engines of this release write and compare only the major version (38 and later).
constexpr bool writes_major_only(Major major) noexcept { return major >= 38; }

constexpr Encoding encoding(Major major) noexcept {
  return major <= 20 ? Encoding::bincode : Encoding::postcard;
}

constexpr FeatureEncoding feature_encoding(Major major) noexcept {
  if (major <= 32) {
    return FeatureEncoding::bools;
  }
  return major == 33 ? FeatureEncoding::u32_bits : FeatureEncoding::u64_bits;
}

/// Up to 14 flags were written from a map sorted by name, later in Cranelift's order.
constexpr bool sorts_flags(Major major) noexcept { return major <= 14; }

/// Whether strategy `cranelift`, but not `auto`, turns tail calls on.
constexpr bool named_cranelift_has_tail_calls(Major major) noexcept {
  return major == 22 || major == 23;
}

/// Up to 39 a Config itself asked for opt_level speed and no verifier, later Cranelift's builder
/// does, so that Winch keeps Cranelift's own defaults.
constexpr bool config_sets_cranelift_defaults(Major major) noexcept { return major <= 39; }

/// In 3 the pooling allocator makes every memory static.
constexpr bool pooling_forces_static_memory(Major major) noexcept { return major == 3; }

/// Up to 31 the loader compares e_flags for equality, later it tests the bit of the kind.
constexpr bool compares_whole_e_flags(Major major) noexcept { return major <= 31; }

/// Up to 42 the loader looks at EI_OSABI and EI_ABIVERSION too.
constexpr bool checks_os_abi(Major major) noexcept { return major <= 42; }

/// From 43 the last section named .wasmtime.engine counts, before that the first.
constexpr bool reads_last_engine_section(Major major) noexcept { return major >= 43; }

/// Up to 41 the text for another version says "Wasmtime version" when the strategy is the default.
constexpr bool version_text_says_wasmtime(Major major) noexcept { return major <= 41; }

/// Up to 20 a host knew the isa flags of its own architecture only, later those of all.
constexpr bool knows_isa_flags_of_all(Major major) noexcept { return major >= 21; }

/// What the loader says of an isa flag that it does not know; {} is the flag.
constexpr std::string_view unknown_isa_flag_text(Major major) noexcept {
  return major <= 20 ? "cannot test if target-specific flag {} is available at runtime"
                     : "don't know how to test for target-specific flag {} at runtime";
}

/// From 37 the text for a host that cannot tell names the host's feature besides the flag.
constexpr bool names_undetectable_host_feature(Major major) noexcept { return major >= 37; }

/// From 28 the values pointer32 and pointer64 are compared with the host's pointers.
constexpr bool checks_pointer_width(Major major) noexcept { return major >= 28; }

/// From 37 an artifact without a collector fits every host.
constexpr bool fits_without_collector(Major major) noexcept { return major >= 37; }

/// Up to 36 the features of both must be equal, later the host may have more.
constexpr bool wants_equal_features(Major major) noexcept { return major <= 36; }

/// Pulley is a target since 25.
constexpr bool has_pulley(Major major) noexcept { return major >= 25; }

/// From 30 an engine for Pulley has neither signals-based traps nor guard regions unless asked.
constexpr bool pulley_does_without_signals(Major major) noexcept { return major >= 30; }

/// From 32 e_flags tell Pulley's pointer width.
constexpr bool marks_pulley_in_e_flags(Major major) noexcept { return major >= 32; }

/// What the collector `auto` is.
constexpr std::string_view automatic_collector(Major major) noexcept {
  return major >= 46 ? "copying" : "drc";
}

} // namespace cwasm::releases
