#include <cwasm/settings.hpp>

#include "util/file.hpp"
#include "util/try.hpp"

#include <cstdint>
#include <system_error>
#include <utility>

namespace cwasm {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t k_file_limit = std::uint64_t{1} << 20U;

std::optional<std::string> variable(const Environment& environment, std::string_view name) {
  auto value = environment ? environment(name) : std::nullopt;
  return value && !value->empty() ? value : std::nullopt;
}

// The XDG specification: a relative path in such a variable is to be ignored.
std::optional<fs::path> user_directory(const Environment& environment, std::string_view xdg_name,
                                       std::string_view below_home) {
  if (const auto xdg = variable(environment, xdg_name); xdg && fs::path(*xdg).is_absolute()) {
    return fs::path(*xdg) / "cwasm";
  }
  if (const auto home = variable(environment, "HOME")) {
    return fs::path(*home) / below_home / "cwasm";
  }
  return std::nullopt;
}

} // namespace

Result<Settings> load_settings(const fs::path& file) {
  CWASM_TRY_ASSIGN(const auto content, util::read_file(file, k_file_limit));
  std::string text(content.size(), '\0');
  for (std::size_t i = 0; i < content.size(); ++i) {
    text[i] = static_cast<char>(content[i]);
  }
  return parse_settings(text, file.native());
}

Result<Settings> find_settings(const std::optional<fs::path>& explicit_file,
                               const Environment& environment) {
  if (explicit_file) {
    return load_settings(*explicit_file);
  }
  if (const auto named = variable(environment, "CWASM_CONFIG")) {
    auto settings = load_settings(*named);
    // What is wrong within the file begins with its name and place, which have to stay in front.
    const bool is_outside = !settings && settings.error().code() != ErrorCode::invalid_argument;
    return is_outside ? settings.error().with_context("CWASM_CONFIG") : std::move(settings);
  }
  const auto directory = user_directory(environment, "XDG_CONFIG_HOME", ".config");
  if (!directory) {
    return Settings();
  }
  const auto file = *directory / "config.toml";
  std::error_code error;
  const bool absent = !fs::exists(file, error) && !error;
  return absent ? Result<Settings>(Settings()) : load_settings(file);
}

Result<fs::path> default_cache_directory(const Environment& environment) {
  auto directory = user_directory(environment, "XDG_CACHE_HOME", ".cache");
  if (!directory || !directory->is_absolute()) {
    return Error(ErrorCode::invalid_argument,
                 "there is no place for a cache: XDG_CACHE_HOME and HOME name no absolute path; "
                 "name one with [cache] directory");
  }
  return *std::move(directory);
}

} // namespace cwasm
