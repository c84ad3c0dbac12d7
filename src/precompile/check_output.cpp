#include "precompile/check_output.hpp"

#include "releases/release.hpp"
#include "releases/settings.hpp"
#include "releases/tunables.hpp"
#include "util/try.hpp"

#include <cwasm/difference.hpp>
#include <cwasm/elf.hpp>
#include <cwasm/engine_section.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace cwasm::precompile {
namespace {

Error rejected(std::string message) { return {ErrorCode::compile_failed, std::move(message)}; }

// What a person would set to change a field.
std::string setting_of(const Engine& engine, const Difference& difference) {
  const auto& [aspect, name, asked, wrote] = difference;
  if (aspect == "shared_flags" || aspect == "isa_flags") {
    return fmt::format("{}.{}", aspect == "isa_flags" ? "isa" : "shared", name);
  }
  if (aspect == "features") {
    return releases::setting_of_feature(name);
  }
  if (aspect == "version") {
    return engine.version_names_release() ? "release" : "module_version";
  }
  const auto tunable = releases::tunable_named(name);
  const auto* const row =
      tunable ? releases::config_row_of_tunable(engine.release(), *tunable) : nullptr;
  return row == nullptr ? name : std::string(row->method);
}

ElfRules rules_of(const Engine& engine) {
  return releases::reads_last_engine_section(engine.release()) ? ElfRules::since_43
                                                               : ElfRules::until_42;
}

// In what the section differs from the engine's own. A version text of another release is all that
// is told of it: the rest has another layout.
Result<std::vector<Difference>> differences_of(const Engine& engine,
                                               std::span<const std::byte> section) {
  CWASM_TRY_ASSIGN(const auto parts, split_engine_section(section));
  CWASM_TRY_ASSIGN(const auto version, parts.version_text());
  const auto named = release_named_by(version);
  if (version != engine.version_text() && named && *named != engine.release()) {
    return std::vector{
        Difference{"version", "version", engine.version_text(), std::string(version)}};
  }
  CWASM_TRY_ASSIGN(const auto decoded,
                   decode_metadata(engine.release(), parts.metadata, parts.metadata_offset));
  auto asked = comparand_of(engine);
  asked.host.reset();
  return differences(asked, {std::nullopt, std::nullopt, engine.release(), std::string(version),
                             decoded.metadata});
}

std::string complaint(const Engine& engine, const std::vector<Difference>& differences) {
  std::string out = "the compiler did not do what it was asked ([engine] and --set are what is "
                    "asked for; [compiler] command is where {flags} passes it on):";
  for (const auto& difference : differences) {
    const auto quote = difference.aspect == "version" ? "'" : "";
    out += fmt::format("\n  {0}: asked for {1}{2}{1}, the compiler wrote {1}{3}{1}",
                       setting_of(engine, difference), quote, difference.a.value_or("nothing"),
                       difference.b.value_or("nothing"));
  }
  return out;
}

} // namespace

std::string tunable_text(releases::Major release, const releases::TunableRow& row,
                         std::uint64_t value) {
  if (value == Tunables::k_none) {
    return "none";
  }
  if (row.type == releases::TunableType::boolean) {
    return value != 0 ? "true" : "false";
  }
  const auto* const variant = releases::find_variant(release, row.type, value);
  return variant != nullptr ? std::string(variant->setting) : std::to_string(value);
}

Status check_output(const Engine& engine, std::span<const std::byte> artifact, Kind kind) {
  const auto header = read_elf_header(artifact, rules_of(engine));
  if (!header) {
    return rejected("the compiler's output is no artifact: " + header.error().message());
  }
  const auto wanted = kind == Kind::module ? k_ef_wasmtime_module : k_ef_wasmtime_component;
  if ((header->flags & wanted) == 0) {
    return rejected(fmt::format("the compiler's output is no precompiled {} (e_flags {:#x})",
                                kind_name(kind), header->flags));
  }
  const auto section = find_engine_section(artifact, rules_of(engine));
  if (!section) {
    return rejected("the compiler's output is no artifact: " + section.error().message());
  }
  const auto differences = differences_of(engine, section->content);
  if (!differences) {
    return rejected("the compiler's output cannot be read: " + differences.error().message());
  }
  return differences->empty() ? ok() : Status(rejected(complaint(engine, *differences)));
}

bool is_usable(const Engine& engine, std::span<const std::byte> artifact, Kind kind) {
  const auto section = find_engine_section(artifact, rules_of(engine));
  if (!section) {
    return false;
  }
  const auto own = engine.engine_section();
  const auto& content = section->content;
  const bool same =
      content.size() == own.size() && std::equal(content.begin(), content.end(), own.begin());
  const auto header = read_elf_header(artifact, rules_of(engine));
  const auto wanted = kind == Kind::module ? k_ef_wasmtime_module : k_ef_wasmtime_component;
  if (same && header && (header->flags & wanted) != 0) {
    return true;
  }
  const auto verdict = engine.check(artifact, kind);
  return verdict && verdict->compatible();
}

} // namespace cwasm::precompile
