#pragma once

/// Why a module would, or would not, come out of the cache.

#include <cwasm/cache.hpp>
#include <cwasm/digest.hpp>
#include <cwasm/export.hpp>
#include <cwasm/metadata.hpp>
#include <cwasm/verdict.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cwasm {

/// Where an artifact came from.
enum class Outcome : std::uint8_t { hit, compatible_hit, remote_hit, miss };

/// "hit", "compatible_hit", "remote_hit" or "miss".
CWASM_EXPORT std::string_view outcome_name(Outcome outcome) noexcept;

/// A field of what an artifact was compiled for that this engine would have otherwise.
struct FieldDifference {
  std::string name;                  ///< "release", "shared.opt_level", "feature.threads"
  std::optional<std::string> found;  ///< of the artifact; nothing: it has no such field
  std::optional<std::string> wanted; ///< of the engine that asks
  friend bool operator==(const FieldDifference&, const FieldDifference&) = default;
};

/// An artifact of the module, beside what is wanted.
struct NearArtifact {
  Entry entry;
  std::filesystem::path path;
  bool described = true; ///< false: an older cwasm stored it, and differences are not known
  std::vector<FieldDifference> differences;
  std::vector<Mismatch> mismatches; ///< what the loader would have against it, each with its cure
  std::string damage;               ///< why it cannot be read; empty when it can
  std::string advice;               ///< of one that would load and is not taken: what would take it
};

struct Why {
  Outcome outcome = Outcome::miss; ///< what a compile would be
  CompatibilityHash hash;
  ModuleDigest digest;
  Kind kind = Kind::module;
  std::string reason;                ///< of a miss, one line
  std::filesystem::path path;        ///< of a hit
  std::optional<OtherEngine> other;  ///< of a compatible hit
  std::uint64_t artifacts = 0;       ///< of this module, for any engine; of a miss
  std::vector<NearArtifact> nearest; ///< of a miss: at most 5, the fewest differences first
};

} // namespace cwasm
