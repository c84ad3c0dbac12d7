#pragma once

/// Settings files: TOML turned into what each part takes. The keys and where files are looked up
/// stand in docs/configuration.md.

#include <cwasm/cache.hpp>
#include <cwasm/config.hpp>
#include <cwasm/digest.hpp>
#include <cwasm/error.hpp>
#include <cwasm/export.hpp>
#include <cwasm/host.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cwasm {

/// [cache]
struct CacheSettings {
  bool enabled = true;
  std::filesystem::path directory; ///< absolute; empty: default_cache_directory()
  DigestAlgorithm digest = DigestAlgorithm::sha256;
  LookupPolicy policy = LookupPolicy::exact;
  bool allow_lower_opt_level = false;
  CacheMode mode = CacheMode::normal;
  std::vector<std::filesystem::path> layers; ///< absolute
  std::string name_space;
  CacheLimits limits; ///< bytes: nothing means k_default_max_bytes
  std::chrono::milliseconds wait_limit = ClaimOptions().wait_limit;
  friend bool operator==(const CacheSettings&, const CacheSettings&) = default;
};

/// What a cache is limited to when settings do not say.
inline constexpr std::uint64_t k_default_max_bytes = std::uint64_t{10} << 30U;

/// [compiler]
struct CompilerSettings {
  std::vector<std::string> command; ///< as CommandCompilerOptions has it; empty: its default
  std::chrono::milliseconds timeout = std::chrono::minutes(10);
  friend bool operator==(const CompilerSettings&, const CompilerSettings&) = default;
};

/// What a settings file, or a profile, says; where it is silent, the defaults.
struct Settings {
  Config engine;            ///< [engine]; each setting's origin is "FILE:LINE:COLUMN"
  std::optional<Host> host; ///< [host]: the machine to play; nothing: this one
  CacheSettings cache;
  CompilerSettings compiler;
  std::vector<std::string> warnings; ///< "FILE:LINE:COLUMN: …", what is allowed but has no effect
  std::filesystem::path file;        ///< where it came from; empty: no file, all defaults
};

/// Reads TOML text; `file_name` is for messages and for Settings::file. Errors: invalid_argument,
/// "FILE:LINE:COLUMN: …" for the first thing that is wrong: TOML's syntax, a table or key that is
/// not known (with the nearest one that is), a value that the key does not take. The position is
/// that of the key, or of the element of a list.
CWASM_EXPORT Result<Settings> parse_settings(std::string_view toml, std::string_view file_name);

/// Reads a file of at most 1 MiB. Errors: as parse_settings, not_found, io.
CWASM_EXPORT Result<Settings> load_settings(const std::filesystem::path& file);

/// Looks up an environment variable; nothing when it is not set. The library does not read the
/// environment on its own.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// Reads `explicit_file`, else the file that $CWASM_CONFIG names, else
/// $XDG_CONFIG_HOME/cwasm/config.toml or ~/.config/cwasm/config.toml when it exists, else gives the
/// defaults. Empty variables count as not set, as do relative XDG ones. Errors: as load_settings.
CWASM_EXPORT Result<Settings>
find_settings(const std::optional<std::filesystem::path>& explicit_file,
              const Environment& environment);

/// The cache directory when none is configured: $XDG_CACHE_HOME/cwasm, else ~/.cache/cwasm. Errors:
/// invalid_argument when the environment has neither XDG_CACHE_HOME nor HOME.
CWASM_EXPORT Result<std::filesystem::path> default_cache_directory(const Environment& environment);

/// A key of [cache], [compiler] or [host]. The keys of [engine] are Config's.
struct SettingsKey {
  std::string_view table;         ///< "cache"
  std::string_view key;           ///< "directory"
  std::string_view type;          ///< what it takes: "an absolute path"
  std::string_view unit;          ///< "bytes"; empty: none
  std::string_view default_value; ///< as a person would say it; empty: none
  std::string_view meaning;
};

/// All of them, table by table, in the order in which they are shown.
CWASM_EXPORT std::span<const SettingsKey> settings_keys() noexcept;

} // namespace cwasm
