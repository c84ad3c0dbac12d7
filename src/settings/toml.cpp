#include "settings/toml.hpp"

#include "util/printable.hpp"
#include "util/try.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <tuple>
#include <utility>

namespace cwasm::settings {
namespace {

// toml++ bounds how deeply values nest (256), but not how many parts a dotted key has, and takes
// the tables it makes of them apart recursively: this many a line keep the stack far from its end.
constexpr std::size_t k_most_dots = 100;

Status check_dots(std::string_view text, std::string_view file_name) {
  Position position;
  std::size_t dots = 0;
  char previous = '\n';
  for (const char c : text) {
    if (c == '\n') {
      ++position.line;
      dots = 0;
    }
    // A row of dots joins no keys: it decorates a comment.
    dots += c == '.' && previous != '.' ? 1U : 0U;
    previous = c;
    if (dots > k_most_dots) {
      return error_at(file_name, position,
                      fmt::format("there are more than {} dots in this line", k_most_dots));
    }
  }
  return ok();
}

Position position_of(const toml::source_region& source) {
  return {source.begin.line, source.begin.column};
}

ValueKind kind_of(const toml::node& node) {
  switch (node.type()) {
  case toml::node_type::boolean:
    return ValueKind::boolean;
  case toml::node_type::integer:
    return ValueKind::integer;
  case toml::node_type::string:
    return ValueKind::text;
  case toml::node_type::array:
    return ValueKind::list;
  case toml::node_type::floating_point:
    return ValueKind::floating;
  case toml::node_type::date:
  case toml::node_type::time:
  case toml::node_type::date_time:
    return ValueKind::date;
  case toml::node_type::table:
  case toml::node_type::none:
    break;
  }
  return ValueKind::table;
}

Value value_of(const toml::node& node) {
  Value value;
  value.kind = kind_of(node);
  value.position = position_of(node.source());
  value.boolean = node.value_exact<bool>().value_or(false);
  value.integer = node.value_exact<std::int64_t>().value_or(0);
  value.text = node.value_exact<std::string>().value_or(std::string());
  return value;
}

// toml++ orders by name; people read, and settings that add up count, by place.
template <typename T> void sort_by_place(std::vector<T>& things) {
  std::sort(things.begin(), things.end(), [](const T& a, const T& b) {
    return std::tie(a.position.line, a.position.column) <
           std::tie(b.position.line, b.position.column);
  });
}

Entry entry_of(const toml::key& key, const toml::node& node) {
  Entry entry{std::string(key.str()), position_of(key.source()), value_of(node), {}};
  if (const auto* const list = node.as_array()) {
    for (const auto& element : *list) {
      entry.elements.push_back(value_of(element));
    }
  }
  return entry;
}

std::vector<Table> tables_of(const toml::table& root) {
  std::vector<Table> tables;
  for (const auto& [key, node] : root) {
    Table table{std::string(key.str()), position_of(key.source()), kind_of(node), {}};
    if (const auto* const entries = node.as_table()) {
      for (const auto& [name, value] : *entries) {
        table.entries.push_back(entry_of(name, value));
      }
      sort_by_place(table.entries);
    }
    tables.push_back(std::move(table));
  }
  sort_by_place(tables);
  return tables;
}

} // namespace

std::string_view kind_name(ValueKind kind) noexcept {
  switch (kind) {
  case ValueKind::boolean:
    return "a boolean";
  case ValueKind::integer:
    return "a whole number";
  case ValueKind::text:
    return "a text";
  case ValueKind::list:
    return "a list";
  case ValueKind::floating:
    return "a floating-point number";
  case ValueKind::date:
    return "a date or time";
  case ValueKind::table:
    break;
  }
  return "a table";
}

Result<std::vector<Table>> parse_toml(std::string_view text, std::string_view file_name) {
  CWASM_TRY(check_dots(text, file_name));
  try {
    return tables_of(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return error_at(file_name, position_of(error.source()), error.description());
  } catch (const std::exception& error) {
    return error_at(file_name, {}, error.what());
  }
}

Error error_at(std::string_view file_name, Position position, std::string_view message) {
  return {ErrorCode::invalid_argument,
          util::printable(fmt::format("{}: {}", place(file_name, position), message))};
}

std::string place(std::string_view file_name, Position position) {
  return fmt::format("{}:{}:{}", file_name, position.line, position.column);
}

} // namespace cwasm::settings
