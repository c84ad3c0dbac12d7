#include "cli/context.hpp"
#include "cli/describe.hpp"
#include "cli/json.hpp"
#include "cli/terminal.hpp"

#include "util/try.hpp"

#include <cwasm/artifact_file.hpp>
#include <cwasm/difference.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>

namespace cwasm::cli {
namespace {

/// One of the two: an artifact's bytes, or the engine of a profile.
struct Side {
  std::string name;
  Bytes bytes;
  std::optional<Engine> engine;
};

struct Answer {
  std::vector<Difference> differences;
  std::optional<Verdict> verdict; ///< when one is an artifact and the other is not
};

// A profile is text, in which there are no NULs; an artifact begins with an ELF header.
bool looks_like_artifact(const std::filesystem::path& file, std::span<const std::byte> bytes) {
  const auto start = bytes.first(std::min<std::size_t>(bytes.size(), 64));
  return file.extension() == ".cwasm" ||
         std::find(start.begin(), start.end(), std::byte{0}) != start.end();
}

Result<Side> load(const Context& context, const std::filesystem::path& file) {
  Side side{file.string(), {}, {}};
  CWASM_TRY_ASSIGN(side.bytes, open_artifact(file));
  if (!looks_like_artifact(file, side.bytes.view)) {
    CWASM_TRY_ASSIGN(const auto settings, load_settings(file));
    CWASM_TRY_ASSIGN(side.engine, context.engine_of(settings));
  }
  return side;
}

// A side of its own release, or nothing for an artifact whose version text names none.
std::optional<std::uint16_t> release_of(const Side& side) {
  if (side.engine) {
    return side.engine->release();
  }
  const auto artifact = read_artifact(side.bytes.view);
  return artifact && artifact->fitting.empty() ? std::optional(artifact->release) : std::nullopt;
}

// A version text that names no release leaves it to the other side.
std::uint16_t layout_of(const Artifact& artifact, const Side& other) {
  const auto& fitting = artifact.fitting;
  const auto release = release_of(other).value_or(0);
  const bool fits = std::find(fitting.begin(), fitting.end(), release) != fitting.end();
  return fits ? release : artifact.release;
}

Result<Comparand> comparand(const Side& side, const Side& other) {
  if (side.engine) {
    return comparand_of(*side.engine);
  }
  auto artifact = read_artifact(side.bytes.view);
  if (artifact && layout_of(*artifact, other) != artifact->release) {
    artifact = read_artifact(side.bytes.view, layout_of(*artifact, other));
  }
  return artifact ? Result<Comparand>(comparand_of(*artifact))
                  : Result<Comparand>(artifact.error().with_context(side.name));
}

Result<Answer> compare(const Side& a, const Side& b) {
  Answer answer;
  CWASM_TRY_ASSIGN(const auto first, comparand(a, b));
  CWASM_TRY_ASSIGN(const auto second, comparand(b, a));
  answer.differences = differences(first, second);
  if (a.engine.has_value() != b.engine.has_value()) {
    const auto& [artifact, profile] = a.engine ? std::tie(b, a) : std::tie(a, b);
    auto verdict = profile.engine->check(artifact.bytes.view);
    if (!verdict) {
      return verdict.error().with_context(artifact.name);
    }
    answer.verdict = *std::move(verdict);
  }
  return answer;
}

Json text_or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

Json answer_json(const Side& a, const Side& b, const Answer& answer) {
  Json json{{"a", a.name}, {"b", b.name}, {"equal", answer.differences.empty()}};
  if (answer.verdict) {
    json["compatible"] = answer.verdict->compatible();
  }
  json["differences"] = Json::array();
  for (const auto& difference : answer.differences) {
    json["differences"].push_back({{"aspect", difference.aspect},
                                   {"name", difference.name},
                                   {"a", text_or_null(difference.a)},
                                   {"b", text_or_null(difference.b)}});
  }
  return json;
}

std::string verdict_text(const Side& a, const Side& b, const Verdict& verdict) {
  const auto& [artifact, profile] = a.engine ? std::tie(b, a) : std::tie(a, b);
  const auto count = verdict.mismatches.size();
  return count == 0
             ? fmt::format("{} fits {}\n", artifact.name, profile.name)
             : fmt::format("{} does not fit {}: {} mismatch{} (cwasm check {} --profile {})\n",
                           artifact.name, profile.name, count, count == 1 ? "" : "es",
                           artifact.name, profile.name);
}

std::string answer_text(const Side& a, const Side& b, const Answer& answer) {
  constexpr std::string_view k_absent = "-";
  std::size_t name_width = 0;
  std::size_t a_width = columns(a.name);
  for (const auto& difference : answer.differences) {
    name_width = std::max(name_width, columns(difference.name));
    a_width = std::max(a_width, columns(difference.a.value_or("")));
  }
  std::string out;
  const auto add_line = [&](std::string_view name, std::string_view left, std::string_view right) {
    out += fmt::format("  {}  {}  {}\n", padded(name, name_width), padded(left, a_width), right);
  };
  if (answer.differences.empty()) {
    out += fmt::format("{} and {} do not differ\n", a.name, b.name);
  } else {
    add_line("", a.name, b.name);
  }
  std::string_view group;
  for (const auto& difference : answer.differences) {
    if (difference.aspect != group) {
      group = difference.aspect;
      out += fmt::format("{}\n", group);
    }
    add_line(difference.name, difference.a.value_or(std::string(k_absent)),
             difference.b.value_or(std::string(k_absent)));
  }
  return answer.verdict ? out + verdict_text(a, b, *answer.verdict) : out;
}

} // namespace

int run_diff(const Context& context) {
  const auto& files = context.line().files;
  const auto a = load(context, files.front());
  const auto b = load(context, files.back());
  for (const auto& side : {&a, &b}) {
    if (!*side) {
      return Context::fail(side->error());
    }
  }
  const auto answer = compare(*a, *b);
  if (!answer) {
    return Context::fail(answer.error());
  }
  if (context.line().json) {
    Context::print(line(answer_json(*a, *b, *answer)));
  } else {
    Context::show(answer_text(*a, *b, *answer));
  }
  return answer->differences.empty() ? 0 : error_code_exit_status(ErrorCode::incompatible);
}

} // namespace cwasm::cli
