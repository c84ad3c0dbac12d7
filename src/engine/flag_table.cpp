#include "engine/flag_table.hpp"

#include "releases/release.hpp"
#include "util/nearest.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cwasm::engine {
namespace {

using releases::IsaFamily;
using releases::SettingRow;

Error refusal(std::string message) { return {ErrorCode::invalid_argument, std::move(message)}; }

Status at_origin(const FlagRequests::Request& request, Status done) {
  return done || request.origin.empty() ? std::move(done)
                                        : Status(done.error().with_context(request.origin));
}

std::string expected(const SettingRow& row) {
  switch (row.kind) {
  case releases::FlagKind::boolean:
    return "true or false";
  case releases::FlagKind::number:
    return "a number from 0 to 255";
  case releases::FlagKind::enumerator:
    break;
  }
  return "any among " + util::join_choices(row.choices);
}

} // namespace

FlagTable::FlagTable(releases::Major release, IsaFamily family)
    : m_release(release), m_family(family) {
  const auto fill = [&](std::span<const SettingRow> rows, IsaFamily wanted,
                        std::vector<Flag>& flags) {
    for (const auto& row : rows) {
      if (row.family == wanted && row.majors.contains(m_release)) {
        flags.push_back({std::string(row.name), *row.parse(row.default_text)});
      }
    }
  };
  fill(releases::shared_settings(), IsaFamily::none, m_flags.shared);
  fill(releases::isa_settings(), family, m_flags.isa);
}

void FlagTable::set(std::string_view name, std::string_view text) {
  if (auto* const flag = find(name); flag != nullptr) {
    flag->value = *row_of(name)->parse(text);
  }
}

Status FlagTable::apply(const FlagRequests& requests) {
  for (const auto& [name, request] : requests.values()) {
    CWASM_TRY(at_origin(request, set_checked(name, request.text)));
  }
  for (const auto& request : requests.enabled()) {
    CWASM_TRY(at_origin(request, enable(request.text)));
  }
  return ok();
}

Status FlagTable::set_checked(std::string_view name, std::string_view text) {
  const auto* const row = row_of(name);
  if (row == nullptr) {
    return refusal(
        fmt::format("No existing setting named '{}'{}", name, util::did_you_mean(name, names())));
  }
  auto value = row->parse(text);
  if (!value) {
    return refusal(
        fmt::format("Unexpected value for a setting '{}', expected {}", name, expected(*row)));
  }
  find(name)->value = *std::move(value);
  return ok();
}

Status FlagTable::enable(std::string_view name) {
  const auto* const preset = releases::find_preset(m_release, m_family, name);
  if (preset == nullptr) {
    const auto* const row = row_of(name);
    if (row != nullptr && row->kind != releases::FlagKind::boolean) {
      return refusal(fmt::format(
          "Trying to set a setting with the wrong type ('{}' cannot be enabled)", name));
    }
    return set_checked(name, "true");
  }
  auto flags = preset->flags;
  while (!flags.empty()) {
    const auto space = flags.find(' ');
    set(flags.substr(0, space), "true");
    flags = space == std::string_view::npos ? std::string_view() : flags.substr(space + 1);
  }
  return ok();
}

bool FlagTable::is(std::string_view name, std::string_view text) const {
  const auto* const row = row_of(name);
  if (row == nullptr) {
    return false;
  }
  for (const auto* const list : {&m_flags.shared, &m_flags.isa}) {
    const auto flag = std::ranges::find(*list, name, &Flag::name);
    if (flag != list->end()) {
      return row->parse(text) == flag->value;
    }
  }
  return false;
}

DerivedFlags FlagTable::take() && {
  if (releases::sorts_flags(m_release)) {
    std::ranges::sort(m_flags.shared, {}, &Flag::name);
    std::ranges::sort(m_flags.isa, {}, &Flag::name);
  }
  return std::move(m_flags);
}

const SettingRow* FlagTable::row_of(std::string_view name) const {
  const auto* const shared = releases::find_shared_setting(m_release, name);
  return shared != nullptr ? shared : releases::find_isa_setting(m_release, m_family, name);
}

Flag* FlagTable::find(std::string_view name) {
  for (auto* const list : {&m_flags.shared, &m_flags.isa}) {
    const auto flag = std::ranges::find(*list, name, &Flag::name);
    if (flag != list->end()) {
      return &*flag;
    }
  }
  return nullptr;
}

std::vector<std::string> FlagTable::names() const {
  std::vector<std::string> out;
  for (const auto* const list : {&m_flags.shared, &m_flags.isa}) {
    for (const auto& flag : *list) {
      out.push_back(flag.name);
    }
  }
  for (const auto& preset : releases::presets()) {
    if (preset.family == m_family && preset.majors.contains(m_release)) {
      out.emplace_back(preset.name);
    }
  }
  return out;
}

} // namespace cwasm::engine
