#include "cache/operations.hpp"

#include "cache/pack_writer.hpp"
#include "util/hex.hpp"
#include "util/try.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string_view>

namespace cwasm::cache {
namespace {

template <typename T> bool is_in(const std::vector<T>& list, const T& value) {
  return list.empty() || std::ranges::find(list, value) != list.end();
}

bool is_release(const std::vector<std::string>& list, std::string_view release) {
  return list.empty() || std::ranges::any_of(list, [release](std::string_view wanted) {
           return release == wanted || (wanted.find('.') == std::string_view::npos &&
                                        release.substr(0, release.find('.')) == wanted);
         });
}

bool is_selected(const PackSelection& selection, const Entry& entry) {
  return is_in(selection.modules, entry.key.module) && is_in(selection.engines, entry.key.engine) &&
         is_release(selection.releases, entry.description.release) &&
         is_in(selection.targets, entry.description.target);
}

/// By the digest of their artifact, which is the order of a pack.
using Chosen = std::map<std::string, std::vector<KnownArtifact>>;

Result<Chosen> choose(Handle& handle, const PackSelection& selection) {
  CWASM_TRY_ASSIGN(const auto all, list(handle));
  std::set<std::pair<ModuleDigest, Kind>> modules;
  for (const Entry& entry : all) {
    if (is_selected(selection, entry)) {
      modules.emplace(entry.key.module, entry.key.kind);
    }
  }
  Chosen chosen;
  for (const auto& [module, kind] : modules) {
    CWASM_TRY_ASSIGN(auto known, own_artifacts_of(handle, module, kind));
    for (KnownArtifact& artifact : known) {
      if (is_selected(selection, artifact.entry)) {
        chosen[artifact.entry.blob].push_back(std::move(artifact));
      }
    }
  }
  return chosen;
}

/// The artifact, when any of the entries still has it, whole.
std::optional<Bytes> find_artifact(Handle& handle, const std::vector<KnownArtifact>& entries) {
  for (const KnownArtifact& known : entries) {
    auto found = peek(handle, known.entry.key);
    if (found && *found && (*found)->path.filename() == known.entry.blob) {
      return std::move((*found)->bytes);
    }
  }
  return std::nullopt;
}

util::Sha256 digest_of(const std::string& hex) {
  util::Sha256 digest{};
  const auto bytes = util::from_hex(hex);
  std::copy_n(bytes->begin(), digest.size(), digest.begin());
  return digest;
}

} // namespace

Result<std::vector<KnownArtifact>> own_artifacts_of(Handle& handle, const ModuleDigest& module,
                                                    Kind kind) {
  const Handle::Session session(handle);
  return handle.with_index([&](Index& index) {
    return index.artifacts_of(module, kind, std::numeric_limits<std::int64_t>::max());
  });
}

Result<ExportReport> export_pack(Handle& handle, const std::filesystem::path& file,
                                 const PackSelection& selection) {
  CWASM_TRY_ASSIGN(auto chosen, choose(handle, selection));
  CWASM_TRY_ASSIGN(auto writer, PackWriter::create(file));
  ExportReport report;
  std::vector<PackedEntry> entries;
  for (auto& [blob, artifacts] : chosen) {
    const auto bytes = find_artifact(handle, artifacts);
    if (!bytes) {
      report.left_out += artifacts.size();
      continue;
    }
    for (KnownArtifact& known : artifacts) {
      entries.push_back({known.entry.key, std::move(known.entry.description), known.entry.created,
                         std::move(known.requirements), writer.blobs()});
    }
    CWASM_TRY(writer.add_blob(digest_of(blob), bytes->view));
  }
  report.entries = entries.size();
  report.artifacts = writer.blobs();
  CWASM_TRY_ASSIGN(report.bytes, writer.finish(std::move(entries)));
  return report;
}

} // namespace cwasm::cache
