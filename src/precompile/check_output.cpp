#include "precompile/check_output.hpp"

#include "compat/flags.hpp"
#include "releases/features.hpp"
#include "releases/release.hpp"
#include "releases/settings.hpp"
#include "releases/tunables.hpp"
#include "util/try.hpp"

#include <cwasm/elf.hpp>
#include <cwasm/engine_section.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace cwasm::precompile {
namespace {

using Lines = std::vector<std::string>;

Error rejected(std::string message) { return {ErrorCode::compile_failed, std::move(message)}; }

void differ(Lines& lines, std::string_view what, std::string_view asked, std::string_view wrote) {
  lines.push_back(fmt::format("{}: asked for {}, the compiler wrote {}", what, asked, wrote));
}

const Flag* find(const std::vector<Flag>& flags, std::string_view name) {
  const auto found =
      std::find_if(flags.begin(), flags.end(), [&](const Flag& flag) { return flag.name == name; });
  return found == flags.end() ? nullptr : &*found;
}

void compare_flags(std::string_view prefix, const std::vector<Flag>& asked,
                   const std::vector<Flag>& wrote, Lines& lines) {
  const auto text = [](const Flag* flag) {
    return flag == nullptr ? std::string("nothing") : compat::debug_text(model::view(*flag));
  };
  for (const auto& flag : asked) {
    const auto* const other = find(wrote, flag.name);
    if (other == nullptr || other->value != flag.value) {
      differ(lines, fmt::format("{}.{}", prefix, flag.name), text(&flag), text(other));
    }
  }
  for (const auto& flag : wrote) {
    if (find(asked, flag.name) == nullptr) {
      differ(lines, fmt::format("{}.{}", prefix, flag.name), "nothing", text(&flag));
    }
  }
}

void compare_tunables(releases::Major release, const Tunables& asked, const Tunables& wrote,
                      Lines& lines) {
  for (const auto& row : releases::tunables()) {
    if (!row.majors.contains(release) || asked.get(row.id) == wrote.get(row.id)) {
      continue;
    }
    const auto* const setting = releases::config_row_of_tunable(release, row.id);
    const auto name = setting != nullptr ? setting->method : releases::tunable_name(row.id);
    differ(lines, name, tunable_text(release, row, asked.get(row.id)),
           tunable_text(release, row, wrote.get(row.id)));
  }
  if (asked.operator_costs != wrote.operator_costs) {
    lines.emplace_back("operator_cost: the compiler wrote another table of costs");
  }
}

void compare_features(releases::Major release, Features asked, Features wrote, Lines& lines) {
  auto difference = asked.bits ^ wrote.bits;
  for (const auto& feature : releases::features_of(release)) {
    if ((difference & feature.mask) != 0) {
      const auto text = [&](Features features) {
        return (features.bits & feature.mask) == feature.mask ? "true" : "false";
      };
      differ(lines, releases::setting_of_feature(feature.name), text(asked), text(wrote));
      difference &= ~feature.mask;
    }
  }
  if (difference != 0) {
    differ(lines, "features", fmt::format("{:#x}", asked.bits), fmt::format("{:#x}", wrote.bits));
  }
}

ElfRules rules_of(const Engine& engine) {
  return releases::reads_last_engine_section(engine.release()) ? ElfRules::since_43
                                                               : ElfRules::until_42;
}

Result<Lines> differences(const Engine& engine, std::span<const std::byte> section) {
  Lines lines;
  CWASM_TRY_ASSIGN(const auto parts, split_engine_section(section));
  CWASM_TRY_ASSIGN(const auto version, parts.version_text());
  if (version != engine.version_text()) {
    differ(lines, engine.version_names_release() ? "release" : "module_version",
           fmt::format("'{}'", engine.version_text()), fmt::format("'{}'", version));
    const auto named = release_named_by(version);
    if (named && *named != engine.release()) {
      return lines;
    }
  }
  CWASM_TRY_ASSIGN(const auto decoded,
                   decode_metadata(engine.release(), parts.metadata, parts.metadata_offset));
  const auto& asked = engine.metadata();
  const auto& wrote = decoded.metadata;
  if (asked.target != wrote.target) {
    differ(lines, "target", asked.target, wrote.target);
  }
  compare_flags("shared", asked.shared_flags, wrote.shared_flags, lines);
  compare_flags("isa", asked.isa_flags, wrote.isa_flags, lines);
  compare_tunables(engine.release(), asked.tunables, wrote.tunables, lines);
  compare_features(engine.release(), asked.features, wrote.features, lines);
  return lines;
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
  const auto lines = differences(engine, section->content);
  if (!lines) {
    return rejected("the compiler's output cannot be read: " + lines.error().message());
  }
  if (lines->empty()) {
    return ok();
  }
  return rejected(fmt::format("the compiler did not do what it was asked ([engine] and --set are "
                              "what is asked for; [compiler] "
                              "command is where {{flags}} passes it on):\n  {}",
                              fmt::join(*lines, "\n  ")));
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
