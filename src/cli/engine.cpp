#include "cli/context.hpp"
#include "cli/describe.hpp"
#include "cli/json.hpp"
#include "util/file.hpp"

#include <cwasm/engine_settings.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <unistd.h>

namespace cwasm::cli {
namespace {

Json engine_json(const Engine& engine) {
  Json json{{"release", engine.release_text()},
            {"version", engine.version_text()},
            {"hash", engine.precompile_compatibility_hash().to_hex()},
            {"host", engine.host().triple.to_string()},
            {"host_features", engine.host().features.to_string()}};
  json.update(metadata_json(engine.release(), engine.metadata()));
  return json;
}

std::string engine_text(const Engine& engine) {
  return fmt::format("Wasmtime {}\n  hash      {}\n  version   '{}'\n  host      {} ({})\n{}",
                     engine.release_text(), engine.precompile_compatibility_hash().to_hex(),
                     engine.version_text(), engine.host().triple.to_string(),
                     engine.host().features.to_string(),
                     metadata_text(engine.release(), engine.metadata()));
}

Json default_json(const SettingInfo& setting) {
  if (!setting.default_value) {
    return nullptr;
  }
  const auto& text = *setting.default_value;
  // Booleans and numbers are written as JSON writes them.
  return setting.type == "boolean" || setting.type == "number" ? Json::parse(text) : Json(text);
}

Json setting_json(const SettingInfo& setting) {
  Json json{{"name", setting.name},     {"group", setting_group_name(setting.group)},
            {"type", setting.type},     {"default", default_json(setting)},
            {"since", setting.since},   {"until", setting.until ? Json(*setting.until) : Json()},
            {"effect", setting.effect}, {"meaning", setting.meaning}};
  if (!setting.choices.empty()) {
    json["choices"] = setting.choices;
  }
  return json;
}

std::string_view group_title(SettingGroup group) {
  switch (group) {
  case SettingGroup::engine:
    return "engine settings (NAME = VALUE)";
  case SettingGroup::feature:
    return "features (NAME = true or false)";
  case SettingGroup::cranelift:
    return "flags of the code generator (cranelift_flag_set = NAME=VALUE)";
  case SettingGroup::isa:
    return "flags of the instruction set (cranelift_flag_set = NAME=VALUE)";
  case SettingGroup::preset:
    break;
  }
  return "presets (cranelift_flag_enable = NAME)";
}

std::string meaning_text(const SettingInfo& setting) {
  auto text = setting.meaning;
  if (!setting.choices.empty()) {
    text += fmt::format(": {}", fmt::join(setting.choices, ", "));
  }
  return setting.effect == "runtime" ? text + " (changes no artifact)" : text;
}

std::string releases_text(const SettingInfo& setting) {
  return setting.until ? fmt::format("{}-{}", setting.since, *setting.until)
                       : fmt::format("{}-", setting.since);
}

// A table of all groups; a column is as wide as the widest cell of its group.
std::string settings_text(const std::vector<SettingInfo>& settings) {
  std::string text;
  for (std::size_t first = 0; first < settings.size();) {
    std::size_t end = first;
    std::size_t name = 0;
    std::size_t value = 0;
    for (; end < settings.size() && settings[end].group == settings[first].group; ++end) {
      name = std::max(name, settings[end].name.size());
      value = std::max(value, settings[end].default_value.value_or("").size());
    }
    text += fmt::format("{}{}\n", first == 0 ? "" : "\n", group_title(settings[first].group));
    for (; first < end; ++first) {
      const auto& setting = settings[first];
      text += fmt::format("  {:<{}}  {:<7}  {:<{}}  {:<5}  {}\n", setting.name, name, setting.type,
                          setting.default_value.value_or(""), value, releases_text(setting),
                          meaning_text(setting));
    }
  }
  return text;
}

} // namespace

int run_engine_show(const Context& context) {
  const auto engine = context.engine();
  if (!engine) {
    return Context::fail(engine.error());
  }
  if (context.line().json) {
    Context::print(line(engine_json(*engine)));
  } else {
    Context::show(engine_text(*engine));
  }
  return 0;
}

int run_engine_hash(const Context& context) {
  const auto engine = context.engine();
  if (!engine) {
    return Context::fail(engine.error());
  }
  const auto hash = engine->precompile_compatibility_hash().to_hex();
  if (context.line().json) {
    Json json{{"hash", hash},
              {"release", engine->release_text()},
              {"target", engine->target().to_string()}};
    if (context.line().explain) {
      json["fields"] = Json::array();
      for (const auto& field : engine->explain()) {
        json["fields"].push_back({{"name", field.name}, {"value", field.value}});
      }
    }
    Context::print(line(json));
    return 0;
  }
  Context::print(hash + "\n");
  if (context.line().explain) {
    for (const auto& field : engine->explain()) {
      Context::show(fmt::format("  {:<52} {}\n", field.name, field.value));
    }
  }
  return 0;
}

int run_engine_section(const Context& context) {
  const auto engine = context.engine();
  if (!engine) {
    return Context::fail(engine.error());
  }
  const auto section = engine->engine_section();
  if (const auto& output = context.line().output) {
    const auto written = util::write_output(*output, section);
    return written ? 0 : Context::fail(written.error());
  }
  if (::isatty(STDOUT_FILENO) == 1) {
    return Context::fail(
        Error(ErrorCode::invalid_argument,
              "the section is binary: name a file with -o, or redirect the output"));
  }
  Context::print({reinterpret_cast<const char*>(section.data()), section.size()});
  return 0;
}

int run_engine_settings(const Context& context) {
  const auto engine = context.engine();
  if (!engine) {
    return Context::fail(engine.error());
  }
  const auto settings = describe_settings(engine->release_text(), engine->target());
  if (!settings) {
    return Context::fail(settings.error());
  }
  if (!context.line().json) {
    Context::show(settings_text(*settings));
    return 0;
  }
  for (const auto& setting : *settings) {
    Context::print(line(setting_json(setting)));
  }
  return 0;
}

} // namespace cwasm::cli
