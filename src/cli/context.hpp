#pragma once

/// What every verb works with: the command line, the settings, and where to print.

#include "cli/command_line.hpp"

#include <cwasm/cache.hpp>
#include <cwasm/engine.hpp>
#include <cwasm/error.hpp>
#include <cwasm/settings.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cwasm::cli {

class Context {
public:
  Context(CommandLine line, Settings settings)
      : m_line(std::move(line)), m_settings(std::move(settings)) {}

  const CommandLine& line() const noexcept { return m_line; }
  const Settings& settings() const noexcept { return m_settings; }

  /// Data: to standard output, as it is.
  static void print(std::string_view data);
  /// Text for people: to standard output, without what could drive their terminal.
  static void show(std::string_view text);
  /// "cwasm: warning: …" on standard error, once for each text, unless --quiet.
  void warn(std::string_view text) const;
  /// "cwasm: …" on standard error. Gives the error's exit status.
  static int fail(const Error& error);

  /// Whether every --set is one that the settings' release has. With profiles it is theirs that
  /// counts, which engine_of sees to.
  Status check_settings() const;
  /// The engine of the settings with --set on top.
  Result<Engine> engine() const { return engine_of(m_settings); }
  /// The same for a profile's settings.
  Result<Engine> engine_of(const Settings& settings) const;

  /// The configured cache. `create`: make the directory when it is not there.
  Result<ModuleCache> open_cache(bool create) const;
  /// The same without making one: nothing when it was never made.
  Result<std::optional<ModuleCache>> existing_cache() const;
  Result<std::filesystem::path> cache_directory() const;

private:
  Result<Config> config_of(const Settings& settings) const;

  CommandLine m_line;
  Settings m_settings;
  mutable std::vector<std::string> m_warned;
};

/// An environment variable of this process.
std::optional<std::string> environment(std::string_view name);

// The verbs. Each prints and gives the exit status.
int run_inspect(const Context& context);
int run_check(const Context& context);
int run_diff(const Context& context);
int run_host(const Context& context);
int run_engine_show(const Context& context);
int run_engine_hash(const Context& context);
int run_engine_section(const Context& context);
int run_engine_settings(const Context& context);
int run_compile(const Context& context);
int run_why(const Context& context);
int run_cache_stats(const Context& context);
int run_cache_ls(const Context& context);
int run_cache_show(const Context& context);
int run_cache_gc(const Context& context);
int run_cache_pin(const Context& context, bool pinned);
int run_cache_verify(const Context& context);
int run_cache_export(const Context& context);
int run_cache_import(const Context& context);
int run_cache_clear(const Context& context);

} // namespace cwasm::cli
