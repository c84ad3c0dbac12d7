#include "engine/derive_flags.hpp"
#include "releases/meanings.hpp"
#include "releases/settings.hpp"
#include "releases/tunables.hpp"
#include "util/nearest.hpp"
#include "util/try.hpp"

#include <cwasm/engine.hpp>
#include <cwasm/engine_settings.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cwasm {
namespace {

using releases::Major;
using releases::Majors;
using releases::SettingType;

std::string_view type_name(SettingType type) {
  switch (type) {
  case SettingType::boolean:
    return "boolean";
  case SettingType::number:
    return "number";
  case SettingType::choice:
    return "choice";
  case SettingType::text:
    return "text";
  case SettingType::list:
    break;
  }
  return "list";
}

std::string_view type_name(releases::FlagKind kind) {
  switch (kind) {
  case releases::FlagKind::boolean:
    return "boolean";
  case releases::FlagKind::number:
    return "number";
  case releases::FlagKind::enumerator:
    break;
  }
  return "choice";
}

void put_releases(SettingInfo& info, Majors majors) {
  info.since = majors.first;
  info.until = majors.last == releases::k_newest ? std::nullopt : std::optional(majors.last);
}

std::optional<std::string> text_of(const std::vector<Flag>& flags, std::string_view name) {
  const auto found = std::ranges::find(flags, name, &Flag::name);
  if (found == flags.end()) {
    return std::nullopt;
  }
  const auto& value = found->value.value;
  if (const auto* const on = std::get_if<bool>(&value)) {
    return *on ? "true" : "false";
  }
  const auto* const number = std::get_if<std::uint8_t>(&value);
  return number != nullptr ? std::to_string(*number) : std::get<std::string>(value);
}

// The ranges of all rows of a name, as one.
template <class Rows, class Same> Majors all_releases(const Rows& rows, Same same) {
  Majors majors{releases::k_newest, releases::k_oldest};
  for (const auto& row : rows) {
    if (same(row)) {
      majors.first = std::min(majors.first, row.majors.first);
      majors.last = std::max(majors.last, row.majors.last);
    }
  }
  return majors;
}

/// Describes over the engine that a release and target have by default.
class Describer {
public:
  Describer(const Engine& engine, std::vector<SettingInfo>& out) : m_engine(engine), m_out(out) {}

  void describe() {
    add_methods();
    add_features();
    const auto family = releases::isa_family(m_engine.target());
    add_flags(releases::shared_settings(), releases::IsaFamily::none, SettingGroup::cranelift,
              m_engine.metadata().shared_flags);
    add_flags(releases::isa_settings(), family, SettingGroup::isa, m_engine.metadata().isa_flags);
    add_presets(family);
  }

private:
  Major release() const { return m_engine.release(); }

  std::optional<std::string> default_of(const releases::ConfigRow& row) const {
    if (!row.default_text.empty()) {
      return std::string(row.default_text);
    }
    if (!row.flag.empty()) {
      return text_of(m_engine.metadata().shared_flags, row.flag);
    }
    const auto value = row.tunable ? m_engine.metadata().tunables.find(*row.tunable) : std::nullopt;
    if (!value || *value == Tunables::k_none) {
      return std::nullopt;
    }
    if (row.type == SettingType::boolean) {
      return *value != 0 ? "true" : "false";
    }
    constexpr std::uint64_t k_wasm_page = 65536;
    return std::to_string(row.unit == releases::Unit::wasm_pages ? *value * k_wasm_page : *value);
  }

  void add_methods() {
    for (const auto& row : releases::config_rows()) {
      if (!row.majors.contains(release())) {
        continue;
      }
      SettingInfo info;
      info.name = row.method;
      info.type = type_name(row.type);
      info.choices = util::split_choices(row.choices);
      info.default_value = default_of(row);
      info.effect = row.effect == releases::Effect::runtime_only ? "runtime" : "artifact";
      put_releases(info, *releases::releases_of_setting(row.method));
      info.meaning = row.meaning;
      m_out.push_back(std::move(info));
    }
  }

  void add_features() {
    for (const auto& feature : releases::features_of(release())) {
      SettingInfo info;
      info.name = releases::setting_of_feature(feature.name);
      if (releases::find_config_row(release(), info.name) != nullptr) {
        continue;
      }
      info.group = SettingGroup::feature;
      info.type = type_name(SettingType::boolean);
      const bool on = (m_engine.metadata().features.bits & feature.mask) == feature.mask;
      info.default_value = on ? "true" : "false";
      info.effect = "artifact";
      put_releases(info, *releases::releases_of_setting(info.name));
      info.meaning = releases::meaning_of_feature(feature.name);
      m_out.push_back(std::move(info));
    }
  }

  void add_flags(std::span<const releases::SettingRow> rows, releases::IsaFamily family,
                 SettingGroup group, const std::vector<Flag>& values) {
    for (const auto& row : rows) {
      if (row.family != family || !row.majors.contains(release())) {
        continue;
      }
      SettingInfo info;
      info.name = row.name;
      info.group = group;
      info.type = type_name(row.kind);
      info.choices = util::split_choices(row.choices);
      info.default_value = text_of(values, row.name);
      info.effect = "artifact";
      put_releases(info, all_releases(rows, [&](const auto& other) {
                     return other.family == family && other.name == row.name;
                   }));
      info.meaning = releases::meaning_of_flag(row.name);
      m_out.push_back(std::move(info));
    }
  }

  void add_presets(releases::IsaFamily family) {
    for (const auto& row : releases::presets()) {
      if (row.family != family || !row.majors.contains(release())) {
        continue;
      }
      SettingInfo info;
      info.name = row.name;
      info.group = SettingGroup::preset;
      info.effect = "artifact";
      put_releases(info, all_releases(releases::presets(), [&](const auto& other) {
                     return other.family == family && other.name == row.name;
                   }));
      info.meaning = row.flags.empty() ? "turns on no flag" : fmt::format("turns on {}", row.flags);
      m_out.push_back(std::move(info));
    }
  }

  const Engine& m_engine;
  std::vector<SettingInfo>& m_out;
};

} // namespace

std::string_view setting_group_name(SettingGroup group) noexcept {
  switch (group) {
  case SettingGroup::engine:
    return "engine";
  case SettingGroup::feature:
    return "feature";
  case SettingGroup::cranelift:
    return "cranelift";
  case SettingGroup::isa:
    return "isa";
  case SettingGroup::preset:
    break;
  }
  return "preset";
}

Result<std::vector<SettingInfo>> describe_settings(std::string_view release, const Triple& target) {
  Host host;
  host.triple = target;
  CWASM_TRY_ASSIGN(
      const auto engine,
      Engine::create(Config().release(std::string(release)).target(target.to_string()), host));
  std::vector<SettingInfo> settings;
  Describer(engine, settings).describe();
  return settings;
}

} // namespace cwasm
