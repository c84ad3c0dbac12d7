#include "cli/context.hpp"
#include "cli/describe.hpp"
#include "cli/json.hpp"
#include "util/file.hpp"

#include <fmt/format.h>

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

} // namespace cwasm::cli
