#pragma once

/// Where artifacts may be: the files that paths lead to, named or found in directories.

#include "format/artifact_reader.hpp"
#include "util/sorted_directory.hpp"

#include <cwasm/error.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cwasm::format {

/// A file that may be an artifact, or a directory that could not be read.
struct Candidate {
  const char* name = "";
  Wanted wanted = Wanted::any;
  std::optional<Error> error;
};

/// Neighbours in the order of the walk.
struct CandidateBatch {
  /// Whose names they are; none: they are paths of their own.
  std::shared_ptr<const util::SortedDirectory> directory;
  std::vector<Candidate> candidates;

  void path_of(const Candidate& candidate, std::string& out) const;
  /// What there is to say of a candidate. `path` is made to be its path.
  Result<std::optional<std::span<const std::byte>>>
  read(const Candidate& candidate, ArtifactReader& reader, std::string& path) const;
};

/// Goes through the paths as visit_artifacts says. Holds the names of one directory a level.
class ArtifactWalk {
public:
  /// `paths` must outlive the walk and its batches.
  explicit ArtifactWalk(std::span<const std::filesystem::path> paths) : m_paths(paths) {}

  /// The next candidates, at most `limit`, into memory that is used again; false at the end.
  bool next(CandidateBatch& batch, std::size_t limit);
  /// Whether next() would give nothing more.
  bool done() const noexcept { return m_levels.empty() && m_paths.empty(); }

private:
  struct Level {
    std::shared_ptr<const util::SortedDirectory> directory;
    std::size_t next = 0;
  };

  void take_named(CandidateBatch& batch, std::size_t limit);
  void take_found(CandidateBatch& batch, std::size_t limit);
  /// True: there is a new last level, and `level` is no longer where it was.
  bool descend(const Level& level, const char* name, CandidateBatch& batch);

  std::span<const std::filesystem::path> m_paths; ///< those to come
  std::vector<Level> m_levels;
};

} // namespace cwasm::format
