#include <cwasm/settings.hpp>

#include "releases/settings.hpp"
#include "settings/keys.hpp"
#include "settings/toml.hpp"
#include "util/nearest.hpp"
#include "util/printable.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cwasm {
namespace {

using settings::Entry;
using settings::error_at;
using settings::Table;
using settings::ValueKind;

// A setting that is a list of names in one text; the others that take lists add up.
constexpr std::string_view k_joined_list = "host_features";

bool takes_list(std::string_view name) {
  const auto rows = releases::config_rows();
  return name == k_joined_list ||
         std::any_of(rows.begin(), rows.end(), [&](const releases::ConfigRow& row) {
           return row.method == name && row.type == releases::SettingType::list;
         });
}

/// One file on its way into settings.
class Reader {
public:
  explicit Reader(std::string_view file_name) : m_file_name(file_name) {
    m_settings.file = std::filesystem::path(file_name);
  }

  Status read(const Table& table) {
    constexpr auto known = std::to_array<std::string_view>({"engine", "cache", "compiler", "host"});
    if (std::find(known.begin(), known.end(), table.name) == known.end()) {
      return error_at(m_file_name, table.position, unknown(table, {known.begin(), known.end()}));
    }
    if (table.kind != ValueKind::table) {
      return error_at(m_file_name, table.position,
                      fmt::format("'{0}' is a table, [{0}], not {1}", table.name,
                                  settings::kind_name(table.kind)));
    }
    if (table.name == "engine") {
      return read_engine(table);
    }
    if (table.name == "host") {
      m_settings.host.emplace();
      m_settings.host->features = HostFeatures(HostFeatures::Probe::unknown);
    }
    for (const auto& entry : table.entries) {
      CWASM_TRY(read_key(table.name, entry));
    }
    return table.name == "host" ? check_host(table) : ok();
  }

  Settings take() && { return std::move(m_settings); }

private:
  static std::string unknown(const Table& table, const std::vector<std::string>& known) {
    if (table.kind == ValueKind::table) {
      return fmt::format("unknown table [{}]{}", table.name, util::did_you_mean(table.name, known));
    }
    return fmt::format("unknown key '{}' outside of a table; the tables are [{}]", table.name,
                       fmt::join(known, "], ["));
  }

  Status read_key(const std::string& table, const Entry& entry) {
    const auto* const row = settings::find_key(table, entry.key);
    if (row == nullptr) {
      return error_at(m_file_name, entry.position,
                      fmt::format("unknown key '{}' in [{}]{}", entry.key, table,
                                  util::did_you_mean(entry.key, settings::key_names(table))));
    }
    if (entry.value.kind != row->kind && entry.value.kind != row->other_kind) {
      return error_at(
          m_file_name, entry.position,
          settings::takes(entry.key, row->shown.type, settings::kind_name(entry.value.kind)));
    }
    if (row->apply == nullptr) {
      m_settings.warnings.push_back(
          fmt::format("{}: '{}' is Wasmtime's and has no effect on cwasm's cache",
                      settings::place(m_file_name, entry.position), entry.key));
      return ok();
    }
    const auto trouble = row->apply(m_settings, entry);
    return trouble ? Status(error_at(m_file_name, trouble->position, trouble->message)) : ok();
  }

  Status check_host(const Table& table) const {
    const bool has_triple = std::any_of(table.entries.begin(), table.entries.end(),
                                        [](const Entry& entry) { return entry.key == "triple"; });
    return has_triple ? ok()
                      : Status(error_at(m_file_name, table.position, "[host] names no 'triple'"));
  }

  Status read_engine(const Table& table) {
    for (const auto& entry : table.entries) {
      CWASM_TRY(read_setting(entry));
    }
    const auto valid = m_settings.engine.validate();
    return valid ? ok()
                 : Status(Error(valid.error().code(), util::printable(valid.error().message())));
  }

  Status read_setting(const Entry& entry) {
    switch (entry.value.kind) {
    case ValueKind::boolean:
      set(entry, entry.value.boolean ? "true" : "false");
      return ok();
    case ValueKind::integer:
      set(entry, std::to_string(entry.value.integer));
      return ok();
    case ValueKind::text:
      set(entry, entry.value.text);
      return ok();
    case ValueKind::list:
      return read_list(entry);
    case ValueKind::floating:
    case ValueKind::date:
    case ValueKind::table:
      break;
    }
    return error_at(m_file_name, entry.position,
                    settings::takes(entry.key, "true or false, a whole number or a text",
                                    settings::kind_name(entry.value.kind)));
  }

  Status read_list(const Entry& entry) {
    if (!takes_list(entry.key)) {
      return error_at(m_file_name, entry.position,
                      settings::takes(entry.key, "one value", "a list"));
    }
    if (const auto trouble = settings::find_other_than_text(entry)) {
      return error_at(m_file_name, trouble->position, trouble->message);
    }
    if (entry.key == k_joined_list) {
      set(entry, fmt::format("{}", fmt::join(settings::texts_of(entry), ",")));
      return ok();
    }
    for (const auto& element : entry.elements) {
      m_settings.engine.set(entry.key, element.text,
                            settings::place(m_file_name, element.position));
    }
    return ok();
  }

  void set(const Entry& entry, std::string value) {
    m_settings.engine.set(entry.key, std::move(value),
                          settings::place(m_file_name, entry.position));
  }

  std::string_view m_file_name;
  Settings m_settings;
};

} // namespace

Result<Settings> parse_settings(std::string_view toml, std::string_view file_name) {
  CWASM_TRY_ASSIGN(const auto tables, settings::parse_toml(toml, file_name));
  Reader reader(file_name);
  for (const auto& table : tables) {
    CWASM_TRY(reader.read(table));
  }
  return std::move(reader).take();
}

} // namespace cwasm
