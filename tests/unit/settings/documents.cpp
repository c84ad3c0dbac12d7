// What is written for people about the keys agrees with the rows. With CWASM_REWRITE_DOCS set, the
// generated parts of docs/configuration.md are written anew.

#include "releases/settings.hpp"
#include "support.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>

using namespace cwasm;
using cwasm::test::content_of;
using cwasm::test::parsed;

namespace {

const std::filesystem::path k_docs =
    std::filesystem::path(CWASM_SOURCE_DIR) / "docs/configuration.md";
const std::filesystem::path k_example =
    std::filesystem::path(CWASM_SOURCE_DIR) / "config/cwasm.toml";

std::string code(std::string_view text) { return text.empty() ? "" : fmt::format("`{}`", text); }

std::string keys_table() {
  std::string text =
      "| table | key | takes | unit | default | meaning |\n|---|---|---|---|---|---|\n";
  for (const auto& row : settings_keys()) {
    text += fmt::format("| `[{}]` | `{}` | {} | {} | {} | {} |\n", row.table, row.key, row.type,
                        row.unit, code(row.default_value), row.meaning);
  }
  return text;
}

std::string takes(const releases::ConfigRow& row) {
  switch (row.type) {
  case releases::SettingType::boolean:
    return "true or false";
  case releases::SettingType::number:
    return "a whole number";
  case releases::SettingType::choice: {
    std::string choices = "`" + std::string(row.choices) + "`";
    for (auto bar = choices.find('|'); bar != std::string::npos; bar = choices.find('|', bar)) {
      choices.replace(bar, 1, "` `");
    }
    return choices;
  }
  case releases::SettingType::text:
    return "a text";
  case releases::SettingType::list:
    break;
  }
  return "a list of texts";
}

bool is_feature(std::string_view name) {
  const auto rows = releases::config_rows();
  return std::none_of(rows.begin(), rows.end(),
                      [&](const auto& row) { return row.method == name; });
}

/// "28–", "15–43": from the first to the last release that has it, whatever it is there.
std::string releases_of(std::string_view method) {
  releases::Majors majors{releases::k_newest, 0};
  for (const auto& row : releases::config_rows()) {
    if (row.method == method) {
      majors.first = std::min(majors.first, row.majors.first);
      majors.last = std::max(majors.last, row.majors.last);
    }
  }
  const bool is_current = majors.last == releases::k_newest;
  return fmt::format("{}–{}", majors.first, is_current ? "" : std::to_string(majors.last));
}

std::string engine_table() {
  std::string text = "| key | takes | releases | meaning |\n|---|---|---|---|\n";
  std::set<std::string_view> shown;
  for (const auto& row : releases::config_rows()) {
    if (!shown.insert(row.method).second) {
      continue;
    }
    text += fmt::format("| `{}` | {} | {} | {} |\n", row.method, takes(row),
                        releases_of(row.method), row.meaning);
  }
  text += fmt::format("\nThe features of release {}, each true or false:",
                      releases::k_newest_published);
  for (const auto& name : releases::setting_names(releases::k_newest_published)) {
    text += is_feature(name) ? fmt::format("\n`{}`", name) : "";
  }
  return text + "\n";
}

/// Between the line that begins a part and the one that ends it.
std::pair<std::size_t, std::size_t> find_part(const std::string& docs, std::string_view name) {
  const auto begin = docs.find(fmt::format("<!-- {}: begin", name));
  REQUIRE(begin != std::string::npos);
  const auto start = docs.find('\n', begin) + 1;
  const auto end = docs.find(fmt::format("<!-- {}: end", name), start);
  REQUIRE(end != std::string::npos);
  return {start, end};
}

void check_part(std::string_view name, const std::string& expected) {
  auto docs = content_of(k_docs);
  auto [start, end] = find_part(docs, name);
  if (std::getenv("CWASM_REWRITE_DOCS") != nullptr) {
    docs.replace(start, end - start, expected);
    std::ofstream(k_docs, std::ios::binary) << docs;
    end = start + expected.size();
  }
  CHECK(docs.substr(start, end - start) == expected);
}

/// The example with every setting in force: '#' directly before a key or a table is taken away.
std::string example_in_force() {
  std::istringstream lines(content_of(k_example));
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const bool is_setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    text += (is_setting ? line.substr(1) : line) + "\n";
  }
  return text;
}

} // namespace

TEST_CASE("the documentation's tables are those of the code") {
  check_part("keys", keys_table());
  check_part("engine", engine_table());
}

TEST_CASE("the documentation's example is a settings file") {
  const auto docs = content_of(k_docs);
  const auto start = docs.find("```toml\n") + 8;
  CHECK(parsed(docs.substr(start, docs.find("```", start) - start)).engine.settings().size() == 9);
}

TEST_CASE("the example file changes nothing as it is") {
  const auto settings = parsed(content_of(k_example));
  CHECK(settings.engine == Config());
  CHECK(settings.cache == CacheSettings());
  CHECK(settings.compiler == CompilerSettings());
  CHECK_FALSE(settings.host.has_value());
}

TEST_CASE("the example file shows every key, with a value that is taken") {
  const auto text = example_in_force();
  const auto settings = parsed(text);
  std::vector<std::string> missing;
  for (const auto& row : settings_keys()) {
    const auto table = text.find(fmt::format("\n[{}]\n", row.table));
    REQUIRE(table != std::string::npos);
    const auto part = text.substr(table, text.find("\n[", table + 1) - table);
    if (part.find(fmt::format("\n{} = ", row.key)) == std::string::npos) {
      missing.emplace_back(row.key);
    }
  }
  for (const auto& name : releases::setting_names(releases::k_newest_published)) {
    if (!is_feature(name) && !settings.engine.find(name)) {
      missing.push_back(name);
    }
  }
  CHECK(missing == std::vector<std::string>());
  CHECK(settings.engine.find("release") == std::to_string(releases::k_newest_published));
  CHECK(settings.engine.find("host_features").has_value());
}

TEST_CASE("the example file's defaults are the defaults") {
  const auto settings = parsed(example_in_force());
  CHECK(settings.cache.enabled == CacheSettings().enabled);
  CHECK(settings.cache.digest == CacheSettings().digest);
  CHECK(settings.cache.policy == CacheSettings().policy);
  CHECK(settings.cache.allow_lower_opt_level == CacheSettings().allow_lower_opt_level);
  CHECK(settings.cache.mode == CacheSettings().mode);
  CHECK(settings.cache.limits.bytes == k_default_max_bytes);
  CHECK(settings.cache.limits.order == CacheLimits().order);
  CHECK(settings.cache.limits.bytes_percent == CacheLimits().bytes_percent);
  CHECK(settings.cache.limits.entries_percent == CacheLimits().entries_percent);
  CHECK(settings.cache.name_space.empty());
  CHECK(settings.compiler.timeout == CompilerSettings().timeout);
  REQUIRE(settings.host.has_value());
  CHECK(settings.host->page_size == Host().page_size);
}
