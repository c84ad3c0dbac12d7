#include <cwasm/artifact.hpp>

#include "releases/features.hpp"
#include "releases/release.hpp"
#include "releases/tunables.hpp"
#include "util/try.hpp"

#include <cwasm/detect.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace cwasm {
namespace {

// Which section counts depends on the release, which stands in the section: the last one for those
// that take the last, else the first.
Result<EngineSectionBytes> find_section(std::span<const std::byte> bytes) {
  auto last = find_engine_section(bytes, ElfRules::since_43);
  if (!last) {
    return last;
  }
  const auto parts = split_engine_section(last->content);
  const auto text = parts ? parts->version_text() : Result<std::string_view>(parts.error());
  const auto release = text ? release_named_by(*text) : std::nullopt;
  const bool takes_first = release && !releases::reads_last_engine_section(*release);
  if (!takes_first) {
    return last;
  }
  auto first = find_engine_section(bytes, ElfRules::until_42);
  return first ? first : last;
}

// Every release whose layout takes up exactly these bytes.
std::vector<std::uint16_t> fitting_releases(const EngineSectionParts& parts) {
  std::vector<std::uint16_t> out;
  for (const auto& release : releases::all()) {
    const auto decoded = decode_metadata(release.major, parts.metadata, parts.metadata_offset);
    if (decoded && decoded->trailing_bytes == 0) {
      out.push_back(release.major);
    }
  }
  return out;
}

// A text that looks like a version of Wasmtime's but is of a release we have no layout for.
bool looks_like_version(std::string_view text) {
  const auto digits = text.substr(0, text.find('.'));
  return !digits.empty() && digits.size() <= 4 &&
         digits.find_first_not_of("0123456789") == std::string_view::npos;
}

Status choose_release(const EngineSectionParts& parts, std::uint16_t asked, Artifact& artifact) {
  if (asked != 0) {
    artifact.release = asked;
    return ok();
  }
  if (const auto named = release_named_by(artifact.version)) {
    artifact.release = *named;
    return ok();
  }
  artifact.fitting = fitting_releases(parts);
  if (!artifact.fitting.empty()) {
    // Of several, the newest that has been published.
    const auto unpublished =
        std::ranges::upper_bound(artifact.fitting, releases::k_newest_published);
    artifact.release = unpublished == artifact.fitting.begin() ? artifact.fitting.front()
                                                               : *std::prev(unpublished);
    return ok();
  }
  if (looks_like_version(artifact.version)) {
    return Error(ErrorCode::unsupported,
                 fmt::format("written by Wasmtime {} (version text at offset 0x2 of the engine "
                             "section), whose layout is not known (known are {} to {})",
                             artifact.version, releases::k_oldest, releases::k_newest));
  }
  return Error(
      ErrorCode::malformed,
      fmt::format("the version text '{}' names no release, and the metadata at offset {:#x} "
                  "of the engine section fits the layout of none (--release N reads it as "
                  "that of release N)",
                  artifact.version, parts.metadata_offset));
}

} // namespace

Result<Artifact> read_artifact(std::span<const std::byte> bytes, std::uint16_t release) {
  Artifact artifact;
  CWASM_TRY_ASSIGN(artifact.elf, read_elf(bytes));
  artifact.kind = detect_precompiled(bytes);
  CWASM_TRY_ASSIGN(const auto section, find_section(bytes));
  CWASM_TRY_ASSIGN(const auto parts, split_engine_section(section.content));
  CWASM_TRY_ASSIGN(const auto version, parts.version_text());
  artifact.version = version;
  CWASM_TRY(choose_release(parts, release, artifact));
  CWASM_TRY_ASSIGN(artifact.decoded,
                   decode_metadata(artifact.release, parts.metadata, parts.metadata_offset));
  return artifact;
}

Glance glance(std::span<const std::byte> bytes) {
  Glance out;
  out.kind = detect_precompiled(bytes);
  const auto section = find_section(bytes);
  if (!section) {
    return out;
  }
  const auto parts = split_engine_section(section->content);
  const auto text = parts ? parts->version_text() : Result<std::string_view>(parts.error());
  if (text && release_named_by(*text)) {
    out.release = std::string(*text);
  }
  return out;
}

std::vector<NamedValue> describe_tunables(std::uint16_t release, const Tunables& tunables) {
  std::vector<NamedValue> out;
  for (const auto& row : releases::tunables()) {
    if (!row.majors.contains(release)) {
      continue;
    }
    NamedValue named{std::string(releases::tunable_name(row.id)), std::monostate{}};
    const auto value = tunables.get(row.id);
    const auto* const variant = releases::find_variant(release, row.type, value);
    if (variant != nullptr) {
      named.value = std::string(variant->setting);
    } else if (row.type == releases::TunableType::boolean) {
      named.value = value != 0;
    } else if (value != Tunables::k_none) {
      named.value = value;
    }
    out.push_back(std::move(named));
  }
  return out;
}

std::vector<std::string> feature_names(std::uint16_t release, Features features) {
  std::vector<std::string> out;
  for (const auto& feature : releases::features_of(release)) {
    if ((features.bits & feature.mask) == feature.mask) {
      out.emplace_back(feature.name);
    }
  }
  return out;
}

} // namespace cwasm
