#pragma once

/// What the user typed, as plain values. The door to CLI11.

#include <cwasm/cache.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cwasm::cli {

enum class Verb : std::uint8_t {
  inspect,
  check,
  diff,
  host,
  engine_show,
  engine_hash,
  engine_section,
  engine_settings,
  compile,
  why,
  cache_stats,
  cache_ls,
  cache_show,
  cache_verify,
  cache_gc,
  cache_pin,
  cache_unpin,
  cache_export,
  cache_import,
  cache_clear,
};

struct CommandLine {
  Verb verb = Verb::inspect;
  // Common to all verbs.
  std::optional<std::filesystem::path> config;
  std::vector<std::string> settings; ///< NAME=VALUE
  bool json = false;
  bool quiet = false;
  // Of some.
  bool prometheus = false; ///< of cache stats
  bool unloadable = false; ///< of cache gc: remove what no profile loads
  bool explain = false;    ///< of engine hash
  bool strict = false;     ///< of check: complaints about the structure count as malformed
  bool replace = false;    ///< of cache import
  std::vector<std::filesystem::path> files;
  std::vector<std::filesystem::path> profiles;
  std::string by; ///< of cache stats: "engine", "module" or nothing
  std::optional<std::filesystem::path> output;
  std::optional<CacheMode> mode;     ///< of compile
  std::string kind;                  ///< of check: "module", "component" or nothing
  std::uint16_t release = 0;         ///< of inspect: whose layout to use; 0: the artifact's own
  std::optional<std::size_t> last;   ///< of why: so many misses, in place of a file
  std::vector<std::string> modules;  ///< of cache export: digests or files
  std::vector<std::string> hashes;   ///< of cache export
  std::vector<std::string> releases; ///< of cache export
  std::vector<std::string> targets;  ///< of cache export
};

/// A command line, or what to print and the exit status when there is nothing to run (--help,
/// --version, a usage error).
struct ParsedCommandLine {
  std::optional<CommandLine> command;
  std::string text;
  int exit_status = 0;
};

ParsedCommandLine parse_command_line(int argc, const char* const* argv);

} // namespace cwasm::cli
