#include "cli/context.hpp"
#include "cli/describe.hpp"
#include "cli/json.hpp"

#include <cwasm/artifact.hpp>
#include <cwasm/artifact_file.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cwasm::cli {
namespace {

Json sections_json(const Artifact& artifact) {
  Json sections = Json::array();
  for (const auto& section : artifact.elf.sections) {
    sections.push_back({{"name", section.name},
                        {"offset", section.offset},
                        {"size", section.size},
                        {"alignment", section.alignment}});
  }
  return sections;
}

Json artifact_json(const Artifact& artifact) {
  Json json;
  json["kind"] = artifact.kind ? Json(kind_name(*artifact.kind)) : Json(nullptr);
  json["release"] = std::to_string(artifact.release);
  json["version"] = artifact.version;
  json["elf"] = {
      {"endianness", artifact.elf.header.endianness == Endianness::big ? "big" : "little"},
      {"os_abi", artifact.elf.header.os_abi},
      {"machine", artifact.elf.header.machine},
      {"e_flags", artifact.elf.header.flags}};
  json.update(metadata_json(artifact.release, artifact.decoded.metadata));
  json["trailing_bytes"] = artifact.decoded.trailing_bytes;
  if (!artifact.fitting.empty()) {
    json["fitting_releases"] = artifact.fitting;
  }
  json["sections"] = sections_json(artifact);
  return json;
}

std::string artifact_text(const Artifact& artifact) {
  const auto kind = artifact.kind ? kind_name(*artifact.kind) : "neither module nor component";
  std::string out = fmt::format("  kind      {}\n  release   {}", kind, artifact.release);
  if (artifact.version != std::to_string(artifact.release)) {
    out += fmt::format(" (version text '{}')", artifact.version);
  }
  out += "\n";
  if (!artifact.fitting.empty()) {
    out += fmt::format("            the text names no release; the layout{} of {} fit{}\n",
                       artifact.fitting.size() > 1 ? "s" : "", fmt::join(artifact.fitting, ", "),
                       artifact.fitting.size() > 1 ? "" : "s");
  }
  out += metadata_text(artifact.release, artifact.decoded.metadata);
  out += "  sections\n";
  for (const auto& section : artifact.elf.sections) {
    if (!section.name.empty()) {
      out += fmt::format("    {:<28} {:>10} bytes at {:#x}\n", section.name, section.size,
                         section.offset);
    }
  }
  return out;
}

int inspect_one(const Context& context, const std::string& file,
                const Result<std::span<const std::byte>>& bytes) {
  auto artifact =
      bytes ? read_artifact(*bytes, context.line().release) : Result<Artifact>(bytes.error());
  if (!artifact && bytes) {
    artifact = artifact.error().with_context(file);
  }
  if (context.line().json) {
    Json json{{"file", file}};
    if (artifact) {
      json.update(artifact_json(*artifact));
    }
    json["error"] = artifact ? Json(nullptr) : error_json(artifact.error());
    Context::print(line(json));
  } else if (artifact) {
    Context::show(fmt::format("{}\n{}", file, artifact_text(*artifact)));
  }
  return artifact ? 0 : Context::fail(artifact.error());
}

} // namespace

int run_inspect(const Context& context) {
  int worst = 0;
  bool any = false;
  visit_artifacts(context.line().files, [&](const std::string& file, const auto& bytes) {
    any = true;
    worst = std::max(worst, inspect_one(context, file, bytes));
  });
  if (!any) {
    context.warn("there is no artifact in what was named");
  }
  return worst;
}

} // namespace cwasm::cli
