#include <cwasm/config.hpp>

#include "engine/version.hpp"
#include "releases/settings.hpp"
#include "util/nearest.hpp"
#include "util/try.hpp"

#include <cwasm/host.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cwasm {
namespace {

using releases::Major;
using releases::SettingType;

Error wrong(const Config::Setting& setting, const std::string& message) {
  Error error(ErrorCode::invalid_argument, message);
  return setting.origin.empty() ? error : error.with_context(setting.origin);
}

bool is_choice(std::string_view choices, std::string_view value) {
  const auto names = util::split_choices(choices);
  return std::find(names.begin(), names.end(), value) != names.end();
}

// What the type takes, as a person would say it; nothing when the value is fine.
std::string complaint(SettingType type, std::string_view choices, std::string_view value) {
  switch (type) {
  case SettingType::boolean:
    return value == "true" || value == "false" ? "" : "true or false";
  case SettingType::number:
    return engine::parse_number(value) ? "" : "a number of bytes (decimal, or hexadecimal with 0x)";
  case SettingType::choice: {
    if (is_choice(choices, value)) {
      return "";
    }
    return "one of " + util::join_choices(choices);
  }
  case SettingType::text:
  case SettingType::list:
    break;
  }
  return "";
}

// "it exists since 45", "it existed up to 26 and is called memory_guard_size since" for a setting
// that other releases have; empty when none has.
std::string other_releases(Major release, std::string_view method) {
  const auto majors = releases::releases_of_setting(method);
  if (!majors) {
    return "";
  }
  std::vector<std::string_view> old_names;
  for (const auto& row : releases::renames()) {
    if (row.old_name == method && release > row.old_last) {
      return fmt::format("it existed up to {} and is called {}{} since", row.old_last, row.new_name,
                         row.inverted ? ", with the opposite value," : "");
    }
    if (row.new_name == method && release <= row.old_last) {
      old_names.push_back(row.old_name);
    }
  }
  if (!old_names.empty()) {
    return fmt::format("it exists since {} and was called {} before", majors->first,
                       fmt::join(old_names, " and "));
  }
  if (majors->last == releases::k_newest) {
    return fmt::format("it exists since {}", majors->first);
  }
  return fmt::format("it exists from {} to {}", majors->first, majors->last);
}

Status validate_setting(Major release, const Config::Setting& setting) {
  if (setting.name == "release") {
    return ok();
  }
  if (setting.name == "host_features") {
    const auto features = HostFeatures::parse(setting.value);
    return features ? ok() : Status(wrong(setting, features.error().message()));
  }
  const auto* const row = releases::find_config_row(release, setting.name);
  const bool is_feature =
      row == nullptr && releases::feature_of_setting(release, setting.name).has_value();
  if (row == nullptr && !is_feature) {
    if (const auto since = other_releases(release, setting.name); !since.empty()) {
      return wrong(setting, fmt::format("Wasmtime {} has no setting '{}': {}", release,
                                        setting.name, since));
    }
    auto names = releases::setting_names(release);
    names.emplace_back("release");
    names.emplace_back("host_features");
    return wrong(setting, fmt::format("Wasmtime {} has no setting '{}'{}", release, setting.name,
                                      util::did_you_mean(setting.name, names)));
  }
  const auto expected = complaint(is_feature ? SettingType::boolean : row->type,
                                  is_feature ? "" : row->choices, setting.value);
  if (!expected.empty()) {
    const auto names = is_feature ? std::vector<std::string>() : util::split_choices(row->choices);
    return wrong(setting, fmt::format("'{}' takes {}, not '{}'{}", setting.name, expected,
                                      setting.value, util::did_you_mean(setting.value, names)));
  }
  return ok();
}

} // namespace

Config& Config::set(std::string name, std::string value, std::string origin) {
  m_settings.push_back({std::move(name), std::move(value), std::move(origin)});
  return *this;
}

std::optional<std::string_view> Config::find(std::string_view name) const {
  const auto found = std::find_if(m_settings.rbegin(), m_settings.rend(),
                                  [&](const Setting& setting) { return setting.name == name; });
  return found == m_settings.rend() ? std::nullopt : std::optional<std::string_view>(found->value);
}

Error Config::blame(std::string_view name, const Error& error) const {
  const auto found = std::find_if(m_settings.rbegin(), m_settings.rend(),
                                  [&](const Setting& setting) { return setting.name == name; });
  return found == m_settings.rend() ? error : wrong(*found, error.message());
}

Status Config::validate() const {
  CWASM_TRY_ASSIGN(const auto version, engine::parse_release(*this));
  for (const auto& setting : m_settings) {
    CWASM_TRY(validate_setting(version.major, setting));
  }
  return ok();
}

} // namespace cwasm
