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

// "since 45", "up to 27" for a method that other releases have.
std::string other_releases(std::string_view method) {
  Major first = 0;
  Major last = 0;
  for (const auto& row : releases::config_rows()) {
    if (row.method == method) {
      first = first == 0 ? row.majors.first : std::min(first, row.majors.first);
      last = std::max(last, row.majors.last);
    }
  }
  if (first == 0) {
    return "";
  }
  return last == releases::k_newest ? fmt::format("it exists since {}", first)
                                    : fmt::format("it exists from {} to {}", first, last);
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
    if (const auto since = other_releases(setting.name); !since.empty()) {
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
