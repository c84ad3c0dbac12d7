#include "cli/check_table.hpp"
#include "cli/context.hpp"
#include "cli/describe.hpp"
#include "cli/json.hpp"

#include "util/try.hpp"

#include <cwasm/survey.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace cwasm::cli {
namespace {

/// The engines to check against, and what they are called.
struct Profiles {
  std::vector<std::string> names;
  std::vector<Engine> engines;
};

Result<Profiles> profiles(const Context& context) {
  Profiles out;
  for (const auto& file : context.line().profiles) {
    CWASM_TRY_ASSIGN(const auto settings, load_settings(file));
    CWASM_TRY_ASSIGN(auto engine, context.engine_of(settings));
    out.names.push_back(file.string());
    out.engines.push_back(std::move(engine));
  }
  if (out.engines.empty()) {
    CWASM_TRY_ASSIGN(auto engine, context.engine());
    out.names.emplace_back("host");
    out.engines.push_back(std::move(engine));
  }
  return out;
}

Json answer_json(const Surveyed& file, const std::string& profile, const SurveyedVerdict& answer) {
  const auto& [verdict, structure] = answer;
  Json json{{"file", file.path}, {"profile", profile}};
  json["kind"] = file.glance.kind ? Json(kind_name(*file.glance.kind)) : Json(nullptr);
  json["release"] = file.glance.release ? Json(*file.glance.release) : Json(nullptr);
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

/// Of one file and one profile.
std::string answer_text(const Surveyed& file, const std::string& profile, const Engine& engine) {
  const auto& [verdict, structure] = file.verdicts.front();
  const auto subject = profile == "host" ? file.path : fmt::format("{} on {}", file.path, profile);
  const auto count = verdict->mismatches.size();
  std::string out = count == 0
                        ? fmt::format("{}: fits ({}, Wasmtime {}, {})\n", subject,
                                      file.glance.kind ? kind_name(*file.glance.kind) : "artifact",
                                      engine.release_text(), engine.target().to_string())
                        : fmt::format("{}: does not fit, {} mismatch{}\n", subject, count,
                                      count == 1 ? "" : "es");
  for (const auto& mismatch : verdict->mismatches) {
    out += mismatch_text(mismatch);
  }
  for (const auto& complaint : structure) {
    out += structure_text(complaint);
  }
  return out;
}

/// Prints the answers as they come: as JSON, as prose when it is but one, else as a table.
class Report {
public:
  Report(const Context& context, const Profiles& profiles)
      : m_context(context), m_profiles(profiles), m_progress("checked", context.line().quiet) {}

  Progress& progress() noexcept { return m_progress; }

  void add(Surveyed& file) {
    for (const auto& answer : file.verdicts) {
      m_worst = std::max(m_worst, status_of(answer));
    }
    complain(file);
    if (m_context.line().json) {
      m_progress.clear();
      for (std::size_t i = 0; i < file.verdicts.size(); ++i) {
        Context::print(line(answer_json(file, m_profiles.names[i], file.verdicts[i])));
      }
    } else if (m_table) {
      add_row(file);
    } else if (m_only) {
      begin_table();
      add_row(file);
    } else if (m_only = std::move(file); m_profiles.names.size() > 1) {
      begin_table();
    }
  }

  /// Gives the exit status.
  int finish() {
    m_progress.clear();
    if (m_table) {
      Context::print(m_table->finish());
    } else if (m_only && m_only->verdicts.front().verdict) {
      Context::show(answer_text(*m_only, m_profiles.names.front(), m_profiles.engines.front()));
    }
    return m_worst;
  }

private:
  int status_of(const SurveyedVerdict& answer) const {
    const auto& [verdict, structure] = answer;
    if (!verdict) {
      return error_code_exit_status(verdict.error().code());
    }
    if (!verdict->compatible()) {
      return error_code_exit_status(ErrorCode::incompatible);
    }
    const bool malformed = m_context.line().strict && !structure.empty();
    return malformed ? error_code_exit_status(ErrorCode::malformed) : 0;
  }

  /// Once, if it is the same error for every profile.
  void complain(const Surveyed& file) {
    const Error* last = nullptr;
    for (const auto& [verdict, structure] : file.verdicts) {
      if (!verdict && (last == nullptr || *last != verdict.error())) {
        last = &verdict.error();
        m_progress.clear();
        Context::fail(*last);
      }
    }
  }

  void begin_table() {
    m_table.emplace(m_profiles.names, Terminal::detect());
    add_row(*m_only);
  }

  void add_row(const Surveyed& file) {
    m_table->add(file);
    if (const auto text = m_table->take(); !text.empty()) {
      m_progress.clear();
      Context::print(text);
    }
  }

  const Context& m_context;
  const Profiles& m_profiles;
  Progress m_progress;
  std::optional<Surveyed> m_only; ///< the first one, which may stay the only one
  std::optional<CheckTable> m_table;
  int m_worst = 0;
};

} // namespace

int run_check(const Context& context) {
  const auto against = profiles(context);
  if (!against) {
    return Context::fail(against.error());
  }
  Report report(context, *against);
  SurveyOptions options;
  if (!context.line().kind.empty()) {
    options.kind = context.line().kind == "component" ? Kind::component : Kind::module;
  }
  options.progress = [&](std::uint64_t done, std::uint64_t found) {
    report.progress().update(done, found);
  };
  const auto answers = survey(context.line().files, against->engines, options,
                              [&](Surveyed& file) { report.add(file); });
  if (answers == 0) {
    context.warn("there is no artifact in what was named");
  }
  return report.finish();
}

} // namespace cwasm::cli
