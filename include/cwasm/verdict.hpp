#pragma once

/// Whether an artifact fits an engine, and everything that is in the way.

#include <cwasm/export.hpp>

#include <string>
#include <vector>

namespace cwasm {

/// One reason why an engine would refuse an artifact.
struct Mismatch {
  /// Stable and append-only: "tunable.memory_guard_size", "feature.threads", "isa.has_avx512f",
  /// "shared.preserve_frame_pointers", "triple.architecture", "version", "kind".
  std::string code;
  std::string
      aspect;        ///< "kind" "version" "triple" "shared_flags" "isa_flags" "tunables" "features"
  std::string name;  ///< the setting, flag or feature; the part of the triple
  std::string found; ///< in the artifact
  std::string expected; ///< by the engine
  /// Wasmtime's own text for the engine's release, letter for letter; flags have its context line
  /// in front ("compilation settings of module incompatible with native host: …").
  std::string message;
  std::string hint; ///< what to change, where, and on which side

  friend bool operator==(const Mismatch&, const Mismatch&) = default;
};

/// Every mismatch, in the order in which Wasmtime's loader checks; the first is the error that it
/// would report.
struct Verdict {
  std::vector<Mismatch> mismatches;
  bool compatible() const noexcept { return mismatches.empty(); }
};

} // namespace cwasm
