#pragma once

/// Packs: entries of a cache in one file, to be carried elsewhere. docs/pack-format.md is the
/// format.

#include <cwasm/digest.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace cwasm {

/// Which entries to export: those that fit each list that is not empty, by one of its values.
struct PackSelection {
  std::vector<ModuleDigest> modules = {};
  std::vector<CompatibilityHash> engines = {};
  std::vector<std::string> releases = {}; ///< "48.0.1"; a bare major stands for all of its releases
  std::vector<std::string> targets = {};
};

struct ExportReport {
  std::uint64_t entries = 0;
  std::uint64_t artifacts = 0; ///< distinct ones
  std::uint64_t bytes = 0;     ///< of the file
  std::uint64_t left_out = 0;  ///< entries whose artifact is damaged, or that went meanwhile
};

struct ImportOptions {
  bool replace = false; ///< what the cache has under a key when the pack has another artifact
};

struct ImportReport {
  std::uint64_t imported = 0; ///< entries
  std::uint64_t skipped = 0;  ///< that were there already, with the same artifact
  std::uint64_t kept = 0;     ///< that were there with another artifact, and not to be replaced
  std::uint64_t bytes = 0;    ///< of the artifacts of those imported
};

} // namespace cwasm
