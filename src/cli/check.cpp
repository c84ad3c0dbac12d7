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

/// What is said of one file and one profile.
struct Answer {
  std::string file;
  Glance glance;
  Result<Verdict> verdict;
  std::vector<std::string> structure; ///< what the loader's later walk would refuse
};

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
  return {{"code", mismatch.code()},   {"aspect", mismatch.aspect()},     {"name", mismatch.name()},
          {"found", mismatch.found()}, {"expected", mismatch.expected()}, {"message", mismatch.message()},
          {"hint", mismatch.hint()}};
}

Json answer_json(const Profile& profile, const Answer& answer) {
  const auto& [file, glance, verdict, structure] = answer;
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
  json["structure"] = structure;
  json["error"] = verdict ? Json(nullptr) : error_json(verdict.error());
  return json;
}

std::string mismatches_text(const Verdict& verdict) {
  std::string out;
  for (const auto& mismatch : verdict.mismatches) {
    out += fmt::format("  {}\n    {}: found {}, expected {}\n    cure: {}\n", mismatch.message(),
                       mismatch.code(), mismatch.found(), mismatch.expected(), mismatch.hint());
  }
  return out;
}

std::string answer_text(const Profile& profile, const Answer& answer) {
  const auto subject =
      profile.name == "host" ? answer.file : fmt::format("{} on {}", answer.file, profile.name);
  const auto& verdict = *answer.verdict;
  const auto count = verdict.mismatches.size();
  std::string out =
      count == 0 ? fmt::format("{}: fits ({}, Wasmtime {}, {})\n", subject,
                               answer.glance.kind ? kind_name(*answer.glance.kind) : "artifact",
                               profile.engine.release_text(), profile.engine.target().to_string())
                 : fmt::format("{}: does not fit, {} mismatch{}\n{}", subject, count,
                               count == 1 ? "" : "es", mismatches_text(verdict));
  for (const auto& complaint : answer.structure) {
    out += fmt::format("  the loader would refuse its structure: {}\n", complaint);
  }
  return out;
}

Answer ask(const Context& context, const std::filesystem::path& path, const Profile& profile) {
  std::optional<Kind> kind;
  if (!context.line().kind.empty()) {
    kind = context.line().kind == "component" ? Kind::component : Kind::module;
  }
  const auto bytes = util::map_file(path);
  if (!bytes) {
    return {path.string(), {}, bytes.error(), {}};
  }
  Answer answer{path.string(), glance(bytes->view), profile.engine.check(bytes->view, kind), {}};
  if (answer.verdict) {
    answer.structure =
        structure_complaints(bytes->view, profile.engine.release(), profile.engine.host().triple);
  } else {
    answer.verdict = answer.verdict.error().with_context(answer.file);
  }
  return answer;
}

int check_one(const Context& context, const std::filesystem::path& path, const Profile& profile) {
  const auto answer = ask(context, path, profile);
  if (context.line().json) {
    Context::print(line(answer_json(profile, answer)));
  } else if (answer.verdict) {
    Context::show(answer_text(profile, answer));
  }
  if (!answer.verdict) {
    return Context::fail(answer.verdict.error());
  }
  if (!answer.verdict->compatible()) {
    return error_code_exit_status(ErrorCode::incompatible);
  }
  const bool malformed = context.line().strict && !answer.structure.empty();
  return malformed ? error_code_exit_status(ErrorCode::malformed) : 0;
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
