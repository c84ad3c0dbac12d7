#include "cli/context.hpp"
#include "cli/describe.hpp"
#include "cli/json.hpp"
#include "util/file.hpp"

#include "util/try.hpp"

#include <cwasm/artifact.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cwasm::cli {
namespace {

/// An engine to check against, and what it is called.
struct Profile {
  std::string name;
  Engine engine;
};

Result<std::vector<Profile>> profiles(const Context& context) {
  std::vector<Profile> out;
  for (const auto& file : context.line().profiles) {
    CWASM_TRY_ASSIGN(const auto settings, load_settings(file));
    CWASM_TRY_ASSIGN(auto engine, context.engine_of(settings));
    out.push_back({file.string(), std::move(engine)});
  }
  if (out.empty()) {
    CWASM_TRY_ASSIGN(auto engine, context.engine());
    out.push_back({"host", std::move(engine)});
  }
  return out;
}

Json mismatch_json(const Mismatch& mismatch) {
  return {{"code", mismatch.code},   {"aspect", mismatch.aspect},     {"name", mismatch.name},
          {"found", mismatch.found}, {"expected", mismatch.expected}, {"message", mismatch.message},
          {"hint", mismatch.hint}};
}

Json answer_json(const std::string& file, const Profile& profile, const Glance& glance,
                 const Result<Verdict>& verdict) {
  Json json{{"file", file}, {"profile", profile.name}};
  json["kind"] = glance.kind ? Json(kind_name(*glance.kind)) : Json(nullptr);
  json["release"] = glance.release ? Json(*glance.release) : Json(nullptr);
  json["compatible"] = verdict && verdict->compatible();
  json["mismatches"] = Json::array();
  if (verdict) {
    for (const auto& mismatch : verdict->mismatches) {
      json["mismatches"].push_back(mismatch_json(mismatch));
    }
  }
  json["error"] = verdict ? Json(nullptr) : error_json(verdict.error());
  return json;
}

std::string answer_text(const std::string& file, const Profile& profile, const Glance& glance,
                        const Verdict& verdict) {
  const auto subject = profile.name == "host" ? file : fmt::format("{} on {}", file, profile.name);
  const auto count = verdict.mismatches.size();
  if (count == 0) {
    return fmt::format("{}: fits ({}, Wasmtime {}, {})\n", subject,
                       glance.kind ? kind_name(*glance.kind) : "artifact",
                       profile.engine.release_text(), profile.engine.target().to_string());
  }
  std::string out =
      fmt::format("{}: does not fit, {} mismatch{}\n", subject, count, count == 1 ? "" : "es");
  for (const auto& mismatch : verdict.mismatches) {
    out += fmt::format("  {}\n    {}: found {}, expected {}\n    cure: {}\n", mismatch.message,
                       mismatch.code, mismatch.found, mismatch.expected, mismatch.hint);
  }
  return out;
}

int check_one(const Context& context, const std::filesystem::path& path, const Profile& profile) {
  const auto file = path.string();
  std::optional<Kind> kind;
  if (!context.line().kind.empty()) {
    kind = context.line().kind == "component" ? Kind::component : Kind::module;
  }
  const auto bytes = util::map_file(path);
  const auto seen = bytes ? glance(bytes->view) : Glance{};
  auto verdict = bytes ? profile.engine.check(bytes->view, kind) : Result<Verdict>(bytes.error());
  if (!verdict && bytes) {
    verdict = verdict.error().with_context(file);
  }
  if (context.line().json) {
    Context::print(line(answer_json(file, profile, seen, verdict)));
  } else if (verdict) {
    Context::print(answer_text(file, profile, seen, *verdict));
  }
  if (!verdict) {
    return Context::fail(verdict.error());
  }
  return verdict->compatible() ? 0 : error_code_exit_status(ErrorCode::incompatible);
}

} // namespace

int run_check(const Context& context) {
  const auto engines = profiles(context);
  if (!engines) {
    return Context::fail(engines.error());
  }
  int worst = 0;
  for (const auto& file : context.line().files) {
    for (const auto& profile : *engines) {
      worst = std::max(worst, check_one(context, file, profile));
    }
  }
  return worst;
}

} // namespace cwasm::cli
