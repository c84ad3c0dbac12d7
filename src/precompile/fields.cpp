#include "precompile/fields.hpp"

#include "precompile/check_output.hpp"
#include "releases/features.hpp"
#include "releases/release.hpp"
#include "releases/tunables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace cwasm::precompile {
namespace {

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

std::string unescaped(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) {
      ++i;
      out += value[i] == 'n' ? '\n' : value[i];
    } else {
      out += value[i];
    }
  }
  return out;
}

std::optional<std::uint64_t> number(std::string_view text, int base) {
  std::uint64_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value, base);
  return error == std::errc{} && rest == end ? std::optional(value) : std::nullopt;
}

releases::Major release_of(std::span<const HashedField> fields) {
  const auto field = std::ranges::find(fields, "release", &HashedField::name);
  if (field == fields.end()) {
    return 0;
  }
  const auto major = number(std::string_view(field->value).substr(0, field->value.find('.')), 10);
  return major && *major <= releases::k_newest ? static_cast<releases::Major>(*major) : 0;
}

// "Bool(true)" is true, "Num(12)" 12, "Enum(\"speed\")" speed.
std::string flag_value(std::string_view text) {
  for (const std::string_view kind : {"Bool(", "Num(", "Enum("}) {
    if (text.starts_with(kind) && text.ends_with(')')) {
      text.remove_prefix(kind.size());
      text.remove_suffix(1);
      const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
      return std::string(quoted ? text.substr(1, text.size() - 2) : text);
    }
  }
  return std::string(text);
}

std::string tunable_value(releases::Major release, std::string_view name, std::string_view value) {
  const auto id = releases::tunable_named(name);
  const auto* const row = id ? releases::find_tunable(release, *id) : nullptr;
  const auto held = number(value, 10);
  return row != nullptr && held ? tunable_text(release, *row, *held) : std::string(value);
}

void add_features(releases::Major release, std::string_view value, std::vector<HashedField>& out) {
  auto bits = number(value.substr(value.starts_with("0x") ? 2 : 0), 16).value_or(0);
  std::uint64_t named = 0;
  for (const auto& feature : releases::features_of(release)) {
    const bool on = (bits & feature.mask) == feature.mask;
    out.push_back({fmt::format("feature.{}", feature.name), on ? "true" : "false"});
    named |= feature.mask;
  }
  if ((bits & ~named) != 0) {
    out.push_back({"features", fmt::format("{:#x}", bits & ~named)});
  }
}

} // namespace

std::string fields_text(std::span<const HashedField> fields) {
  std::string out;
  for (const auto& field : fields) {
    out += fmt::format("{}={}\n", field.name, escaped(field.value));
  }
  return out;
}

std::vector<HashedField> parse_fields(std::string_view text) {
  std::vector<HashedField> out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    if (const auto equals = line.find('='); equals != std::string_view::npos) {
      out.push_back({std::string(line.substr(0, equals)), unescaped(line.substr(equals + 1))});
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

Requirements requirements_of(const Engine& engine) {
  return {engine.load_requirements(), fields_text(engine.explain())};
}

std::vector<HashedField> readable_fields(std::span<const HashedField> fields) {
  constexpr std::string_view k_tunable = "tunable.";
  const auto release = release_of(fields);
  std::vector<HashedField> out;
  for (const auto& field : fields) {
    const std::string_view name = field.name;
    if (name == "features") {
      add_features(release, field.value, out);
    } else if (name.starts_with(k_tunable)) {
      out.push_back(
          {field.name, tunable_value(release, name.substr(k_tunable.size()), field.value)});
    } else {
      out.push_back({field.name, flag_value(field.value)});
    }
  }
  return out;
}

std::vector<FieldDifference> differences(std::span<const HashedField> found,
                                         std::span<const HashedField> wanted) {
  std::vector<FieldDifference> out;
  const auto value_in = [](std::span<const HashedField> fields, std::string_view name) {
    const auto field = std::ranges::find(fields, name, &HashedField::name);
    return field == fields.end() ? std::nullopt : std::optional(field->value);
  };
  for (const auto& field : wanted) {
    auto other = value_in(found, field.name);
    if (other != field.value) {
      out.push_back({field.name, std::move(other), field.value});
    }
  }
  for (const auto& field : found) {
    if (!value_in(wanted, field.name)) {
      out.push_back({field.name, field.value, std::nullopt});
    }
  }
  return out;
}

} // namespace cwasm::precompile
