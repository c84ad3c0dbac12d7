#pragma once

/// A whole artifact, read for people: what it is, and what it was compiled for.

#include <cwasm/elf.hpp>
#include <cwasm/engine_section.hpp>
#include <cwasm/error.hpp>
#include <cwasm/export.hpp>
#include <cwasm/metadata.hpp>
#include <cwasm/triple.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace cwasm {

/// Section names are views into the bytes it was read from.
struct Artifact {
  ElfFile elf;
  std::optional<Kind> kind;
  std::string version;       ///< the version text, which may say nothing
  std::uint16_t release = 0; ///< whose layout the metadata was read with
  /// All releases whose layout fits, when the version text names none.
  std::vector<std::uint16_t> fitting;
  DecodedMetadata decoded;
};

/// `release`: whose layout to use; 0: the one that the version text names, else the newest
/// published one that fits. Errors: malformed; unsupported for a release without a layout.
CWASM_EXPORT Result<Artifact> read_artifact(std::span<const std::byte> bytes,
                                            std::uint16_t release = 0);

/// What can be told of an artifact without decoding its metadata.
struct Glance {
  std::optional<Kind> kind;
  std::optional<std::string> release; ///< the version text, if it names a release
};

/// Never fails: what cannot be told is absent.
CWASM_EXPORT Glance glance(std::span<const std::byte> bytes);

/// What the loader's walk over the sections, which comes after the compatibility check, would
/// refuse: every complaint in its words for that release; nothing when it would refuse nothing. A
/// file whose sections cannot be read has one complaint. `host` is where it would be loaded.
CWASM_EXPORT std::vector<std::string> structure_complaints(std::span<const std::byte> artifact,
                                                           std::uint16_t release,
                                                           const Triple& host);

/// A tunable as people and JSON see it: nothing for an empty option.
struct NamedValue {
  std::string name;
  std::variant<std::monostate, bool, std::uint64_t, std::string> value;
};

/// The tunables that a release has, in wire order; enums by the names that settings take.
CWASM_EXPORT std::vector<NamedValue> describe_tunables(std::uint16_t release,
                                                       const Tunables& tunables);

/// The names of the features that are wholly on, as messages spell them.
CWASM_EXPORT std::vector<std::string> feature_names(std::uint16_t release, Features features);

} // namespace cwasm
