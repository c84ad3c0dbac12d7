#include "cli/context.hpp"

#include "util/printable.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace cwasm::cli {
namespace {

// Not with fmt::print: that throws when standard error is full or closed.
void say(std::string_view text) {
  static_cast<void>(std::fputs(util::printable(text).c_str(), stderr));
}

} // namespace

void Context::print(std::string_view data) {
  // main looks at the stream's error flag in the end.
  static_cast<void>(std::fwrite(data.data(), 1, data.size(), stdout));
}

void Context::show(std::string_view text) { print(util::printable(text)); }

void Context::warn(std::string_view text) const {
  const bool said = std::find(m_warned.begin(), m_warned.end(), text) != m_warned.end();
  if (m_line.quiet || said) {
    return;
  }
  m_warned.emplace_back(text);
  say(fmt::format("cwasm: warning: {}\n", text));
}

int Context::fail(const Error& error) {
  say(fmt::format("cwasm: {}\n", error.message()));
  return error_code_exit_status(error.code());
}

Result<Config> Context::config_of(const Settings& settings) const {
  Config config = settings.engine;
  for (const auto& text : m_line.settings) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Error(ErrorCode::invalid_argument,
                   fmt::format("--set takes NAME=VALUE, not '{}'", text));
    }
    config.set(text.substr(0, equals), text.substr(equals + 1), "--set");
  }
  return config;
}

Status Context::check_settings() const {
  CWASM_TRY_ASSIGN(const auto config, config_of(m_settings));
  return m_line.profiles.empty() ? config.validate() : ok();
}

Result<Engine> Context::engine_of(const Settings& settings) const {
  CWASM_TRY_ASSIGN(const auto config, config_of(settings));
  return settings.host ? Engine::create(config, *settings.host) : Engine::create(config);
}

Result<std::filesystem::path> Context::cache_directory() const {
  const auto& configured = m_settings.cache.directory;
  return configured.empty() ? default_cache_directory(environment)
                            : Result<std::filesystem::path>(configured);
}

Result<ModuleCache> Context::open_cache(bool create) const {
  CacheOptions options;
  CWASM_TRY_ASSIGN(options.directory, cache_directory());
  const auto& settings = m_settings.cache;
  options.create = create;
  options.layers = settings.layers;
  options.name_space = settings.name_space;
  options.limits = settings.limits;
  options.limits.bytes = settings.limits.bytes.value_or(k_default_max_bytes);
  options.on_warning = [this](std::string_view text) { warn(text); };
  return ModuleCache::open(std::move(options));
}

Result<std::optional<ModuleCache>> Context::existing_cache() const {
  auto cache = open_cache(false);
  if (cache) {
    return std::optional<ModuleCache>(*std::move(cache));
  }
  if (cache.error().code() == ErrorCode::not_found) {
    return std::optional<ModuleCache>();
  }
  return cache.error();
}

std::optional<std::string> environment(std::string_view name) {
  const char* const value = std::getenv(std::string(name).c_str()); // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

} // namespace cwasm::cli
