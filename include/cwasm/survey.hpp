#pragma once

/// Many artifacts against many engines, on all cores.

#include <cwasm/artifact.hpp>
#include <cwasm/engine.hpp>
#include <cwasm/error.hpp>
#include <cwasm/export.hpp>
#include <cwasm/verdict.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cwasm {

/// What one engine says of a file.
struct SurveyedVerdict {
  /// As Engine::check gives it; the message of an error begins with the path, or says what could
  /// not be done with it.
  Result<Verdict> verdict = Verdict();
  std::vector<std::string> structure; ///< structure_complaints(), when asked for
};

/// What was found out about one file.
struct Surveyed {
  std::string path;
  Glance glance;
  std::vector<SurveyedVerdict> verdicts; ///< one for each engine, in their order
};

struct SurveyOptions {
  std::optional<Kind> kind; ///< what each is to be loaded as; nothing: what it is
  bool structure = true;    ///< whether to look for complaints about the structure
  unsigned threads = 0;     ///< at most; 0: as many as the machine runs at once
  /// How many files were looked at, of how many that were found so far. Called now and then, by the
  /// thread that called survey().
  std::function<void(std::uint64_t done, std::uint64_t found)> progress;
};

/// What survey() hands out; it may be changed or moved from.
using SurveySink = std::function<void(Surveyed& file)>;

/// Checks every artifact that the paths lead to (what that is, and in which order: see
/// visit_artifacts) against every engine. The answers come in that order, whatever the number of
/// threads, all from the thread that called; only a few hundred files are held at a time. Gives
/// the number of answers. What the sink throws passes through,
/// and so does that there is no memory left.
CWASM_EXPORT std::uint64_t survey(std::span<const std::filesystem::path> paths,
                                  std::span<const Engine> engines, const SurveyOptions& options,
                                  const SurveySink& sink);

} // namespace cwasm
