#pragma once

/// The door to toml++: TOML text as plain values. Settings are two levels deep (tables of values
/// or of lists of values), so what lies deeper is only told by its kind.

#include <cwasm/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cwasm::settings {

/// Both from 1; columns count characters.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

enum class ValueKind : std::uint8_t { boolean, integer, text, list, floating, date, table };

/// "a whole number": what a value of the kind is called in messages.
std::string_view kind_name(ValueKind kind) noexcept;

struct Value {
  ValueKind kind = ValueKind::boolean;
  bool boolean = false;
  std::int64_t integer = 0;
  std::string text;
  Position position;
};

struct Entry {
  std::string key;
  Position position; ///< of the key
  Value value;
  std::vector<Value> elements; ///< of a list
};

/// A key of the top level, which is to be a table.
struct Table {
  std::string name;
  Position position;
  ValueKind kind = ValueKind::table;
  std::vector<Entry> entries; ///< in the order of the text
};

/// The tables in the order of the text. Errors: invalid_argument, "FILE:LINE:COLUMN: …".
Result<std::vector<Table>> parse_toml(std::string_view text, std::string_view file_name);

/// invalid_argument with the position in front, made printable.
Error error_at(std::string_view file_name, Position position, std::string_view message);

/// "FILE:LINE:COLUMN"
std::string place(std::string_view file_name, Position position);

} // namespace cwasm::settings
