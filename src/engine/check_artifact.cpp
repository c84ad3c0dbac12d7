#include "engine/check_artifact.hpp"

#include "compat/check.hpp"
#include "releases/release.hpp"
#include "util/try.hpp"

#include <cwasm/elf.hpp>
#include <cwasm/engine_section.hpp>

#include <utility>

namespace cwasm::engine {
namespace {

using compat::HostModel;
using compat::VersionStrategy;

constexpr std::uint32_t kind_flag(Kind kind) {
  return kind == Kind::module ? k_ef_wasmtime_module : k_ef_wasmtime_component;
}

// What a file is when nobody says what it should be.
Kind kind_of(const ElfHeader& header) {
  const bool module = (header.flags & k_ef_wasmtime_module) != 0;
  const bool component = (header.flags & k_ef_wasmtime_component) != 0;
  return component && !module ? Kind::component : Kind::module;
}

void check_header(const HostModel& model, const ElfHeader& header, Kind kind, Verdict& verdict) {
  const bool has_kind = releases::compares_whole_e_flags(model.release)
                            ? header.flags == kind_flag(kind)
                            : (header.flags & kind_flag(kind)) != 0;
  const bool is_ours = !releases::checks_os_abi(model.release) ||
                       (header.os_abi == k_elfosabi_wasmtime && header.abi_version == 0);
  if (has_kind && is_ours) {
    return;
  }
  Mismatch::Parts parts;
  parts.reason = Mismatch::Reason::kind;
  parts.release = model.release;
  parts.found =
      header.flags | std::uint64_t{header.os_abi} << 32U | std::uint64_t{header.abi_version} << 40U;
  parts.expected = static_cast<std::uint64_t>(kind);
  verdict.mismatches.emplace_back(std::move(parts));
}

// Which release's layout the metadata has. The text tells if it names a release; a custom text or
// none does not, and Wasmtime then reads it as its own.
releases::Major layout_of(const HostModel& model, std::string_view version) {
  if (version == model.version || model.strategy == VersionStrategy::none) {
    return model.release;
  }
  return releases::named_by(version).value_or(model.release);
}

Result<Verdict> check_section(const HostModel& model, const OwnSection& own,
                              std::span<const std::byte> section, Verdict verdict) {
  CWASM_TRY_ASSIGN(const auto parts, split_engine_section(section));
  auto release = model.release;
  const auto before = verdict.mismatches.size();
  if (model.strategy != VersionStrategy::none) {
    CWASM_TRY_ASSIGN(const auto version, parts.version_text());
    compat::check_version(model, version, verdict);
    release = layout_of(model, version);
  }
  const bool other_version = verdict.mismatches.size() != before;
  if (!other_version && own.compare(model, parts.metadata, verdict)) {
    return verdict;
  }
  auto decoded = decode_metadata(release, parts.metadata, parts.metadata_offset);
  if (!decoded) {
    // Behind a foreign version there may be anything; that it is foreign is the answer.
    return other_version ? Result<Verdict>(std::move(verdict)) : decoded.error();
  }
  if (other_version && decoded->trailing_bytes != 0) {
    return verdict;
  }
  compat::check_metadata(model, release, decoded->metadata, verdict);
  return verdict;
}

} // namespace

Result<Verdict> check_artifact(const HostModel& model, const OwnSection& own,
                               std::span<const std::byte> artifact, std::optional<Kind> kind) {
  const auto rules =
      releases::reads_last_engine_section(model.release) ? ElfRules::since_43 : ElfRules::until_42;
  Verdict verdict;
  CWASM_TRY_ASSIGN(const auto header, read_elf_header(artifact, rules));
  check_header(model, header, kind.value_or(kind_of(header)), verdict);
  auto section = find_engine_section(artifact, rules);
  if (!section) {
    return verdict.compatible() ? Result<Verdict>(section.error()) : std::move(verdict);
  }
  const bool foreign = !verdict.compatible();
  auto checked = check_section(model, own, section->content, verdict);
  return checked || !foreign ? std::move(checked) : Result<Verdict>(std::move(verdict));
}

} // namespace cwasm::engine
