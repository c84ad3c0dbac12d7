#include "format/artifact_walk.hpp"

#include <cwasm/artifact_file.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <string_view>

namespace cwasm::format {
namespace {

using util::SortedDirectory;

bool leads_to_directory(const std::filesystem::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// What Wasmtime's cache keeps beside its entries while it works: ".wip-atomic-write-mod",
/// ".wip-PID" and the like, as extensions.
bool is_unfinished(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot != std::string_view::npos && name.substr(dot).starts_with(".wip-");
}

} // namespace

void CandidateBatch::path_of(const Candidate& candidate, std::string& out) const {
  if (directory == nullptr) {
    out = candidate.name;
  } else {
    directory->path_of(candidate.name, out);
  }
}

Result<std::optional<std::span<const std::byte>>>
CandidateBatch::read(const Candidate& candidate, ArtifactReader& reader, std::string& path) const {
  path_of(candidate, path);
  if (candidate.error) {
    return *candidate.error;
  }
  const int at = directory == nullptr ? AT_FDCWD : directory->fd();
  return reader.read({at, candidate.name, path}, candidate.wanted);
}

bool ArtifactWalk::next(CandidateBatch& batch, std::size_t limit) {
  batch.directory.reset();
  batch.candidates.clear();
  while (batch.candidates.empty() && !done()) {
    if (m_levels.empty()) {
      take_named(batch, limit);
    } else {
      take_found(batch, limit);
    }
  }
  return !batch.candidates.empty();
}

void ArtifactWalk::take_named(CandidateBatch& batch, std::size_t limit) {
  while (!m_paths.empty() && batch.candidates.size() < limit) {
    const auto& path = m_paths.front();
    Candidate candidate{path.c_str(), Wanted::any, std::nullopt};
    if (leads_to_directory(path)) {
      if (!batch.candidates.empty()) {
        return; // what is in it is for another batch
      }
      auto directory = SortedDirectory::read(AT_FDCWD, path.c_str(), path.native(), true);
      if (directory) {
        m_paths = m_paths.subspan(1);
        m_levels.push_back({*std::move(directory)});
        return;
      }
      candidate.error = directory.error();
    }
    m_paths = m_paths.subspan(1);
    batch.candidates.push_back(std::move(candidate));
  }
}

void ArtifactWalk::take_found(CandidateBatch& batch, std::size_t limit) {
  auto& level = m_levels.back();
  batch.directory = level.directory;
  while (batch.candidates.size() < limit) {
    if (level.next == level.directory->size()) {
      m_levels.pop_back();
      return;
    }
    const auto entry = level.directory->entry(level.next++);
    if (entry.type == SortedDirectory::Type::directory) {
      if (descend(level, entry.name, batch)) {
        return;
      }
      continue;
    }
    const std::string_view name = entry.name;
    if (!is_unfinished(name)) {
      const auto wanted = name.ends_with(".cwasm") ? Wanted::any_file : Wanted::artifacts;
      batch.candidates.push_back({entry.name, wanted, std::nullopt});
    }
  }
}

bool ArtifactWalk::descend(const Level& level, const char* name, CandidateBatch& batch) {
  std::string path;
  level.directory->path_of(name, path);
  auto below = SortedDirectory::read(level.directory->fd(), name, std::move(path), false);
  if (!below) {
    batch.candidates.push_back({name, Wanted::any, below.error()});
    return false;
  }
  m_levels.push_back({*std::move(below)});
  return true;
}

} // namespace cwasm::format

namespace cwasm {

Result<Bytes> open_artifact(const std::filesystem::path& path) {
  const auto reader = std::make_shared<format::ArtifactReader>();
  const auto found = reader->read({AT_FDCWD, path.c_str(), path.native()}, format::Wanted::any);
  return found ? Result<Bytes>(Bytes{reader, **found}) : Result<Bytes>(found.error());
}

void visit_artifacts(std::span<const std::filesystem::path> paths, const ArtifactVisitor& visit) {
  constexpr std::size_t k_batch = 64;
  format::ArtifactReader reader;
  format::ArtifactWalk walk(paths);
  format::CandidateBatch batch;
  std::string path;
  while (walk.next(batch, k_batch)) {
    for (const auto& candidate : batch.candidates) {
      const auto found = batch.read(candidate, reader, path);
      if (!found) {
        visit(path, found.error());
      } else if (*found) {
        visit(path, **found);
      }
    }
  }
}

} // namespace cwasm
