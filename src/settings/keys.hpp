#pragma once

/// The rows of [cache], [compiler] and [host]: what is shown of a key, and what it does.

#include "settings/toml.hpp"

#include <cwasm/settings.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cwasm::settings {

/// Why a value does not fit, and where.
struct Complaint {
  Position position;
  std::string message;
};

struct KeyRow {
  SettingsKey shown;
  /// The kinds of value it takes, the same one twice when there is one.
  ValueKind kind = ValueKind::text;
  ValueKind other_kind = ValueKind::text;
  /// Puts a value of one of these kinds into the settings. Null: Wasmtime's, without effect here.
  std::optional<Complaint> (*apply)(Settings& settings, const Entry& entry) = nullptr;
};

std::span<const KeyRow> key_rows() noexcept;

/// Null when the table has no such key.
const KeyRow* find_key(std::string_view table, std::string_view key) noexcept;

/// The keys of a table, for messages.
std::vector<std::string> key_names(std::string_view table);

/// "'KEY' takes WHAT, not GOT"
std::string takes(std::string_view key, std::string_view what, std::string_view got);

/// The first element of a list that is not a text, as a complaint.
std::optional<Complaint> find_other_than_text(const Entry& entry);

/// The elements of a list of texts, or the one text.
std::vector<std::string> texts_of(const Entry& entry);

} // namespace cwasm::settings
