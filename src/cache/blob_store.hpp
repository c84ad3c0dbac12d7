#pragma once

/// The artifacts: one read-only file each, named by the SHA-256 of its content and never rewritten.
///
///   <dir>/blobs/<first 2 hex digits>/<64 hex digits>
///   <dir>/tmp/<32 hex digits>          being written; its writer holds a lock on it
///   <dir>/quarantine/…                 set aside because it was damaged
///
/// A file enters or leaves `blobs` only inside a write transaction of the index, so a writer's view
/// of both is one. Every function may be called from several threads and processes.

#include "cache/index.hpp"
#include "cache/mappings.hpp"
#include "util/file.hpp"
#include "util/sha256.hpp"

#include <cwasm/error.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace cwasm::cache {

/// A blob file as it was found.
struct FoundBlob {
  MappingPtr good;                      ///< none: it is damaged
  bool rehashed = false;                ///< the content was read to find out
  std::optional<FileIdentity> identity; ///< nothing: there is no file
  std::string damage;                   ///< what is wrong; empty when good
};

/// A blob in the making; removed with this object unless published.
class StagedBlob {
public:
  StagedBlob(StagedBlob&& other) noexcept = default;
  StagedBlob& operator=(StagedBlob&&) = delete;
  StagedBlob(const StagedBlob&) = delete;
  StagedBlob& operator=(const StagedBlob&) = delete;
  ~StagedBlob();

private:
  friend class BlobStore;
  StagedBlob(util::Fd file, std::filesystem::path path)
      : m_file(std::move(file)), m_path(std::move(path)) {}
  util::Fd m_file; ///< holds the lock; none: published
  std::filesystem::path m_path;
};

class BlobStore {
public:
  explicit BlobStore(std::filesystem::path directory) : m_directory(std::move(directory)) {}

  std::filesystem::path path_of(const util::Sha256& digest) const;

  /// Writes a temporary file.
  Result<StagedBlob> stage(std::span<const std::byte> content) const;
  /// Gives the staged file its name. REQUIRES: a write transaction of the index.
  Status publish(StagedBlob staged, const util::Sha256& digest) const;

  /// Maps the blob. Its content is hashed unless the file is the one that was verified.
  /// `known` is a mapping of the same content that is good while its file is unchanged; may be
  /// null.
  Result<FoundBlob> load(const BlobRecord& record, const MappingPtr& known = nullptr) const;
  /// The file's identity now, or nothing when there is no file.
  Result<std::optional<FileIdentity>> identify(const util::Sha256& digest) const;

  /// Writes the blob's file to the disk. False: it is not this file any longer.
  Result<bool> sync(const util::Sha256& digest, const FileIdentity& identity) const;

  /// Moves the blob's file, if there is one, out of the way. REQUIRES: a write transaction.
  Status quarantine(const util::Sha256& digest) const;
  /// REQUIRES: a write transaction.
  Status remove(const util::Sha256& digest) const;

  /// The blobs whose digest begins with this byte, as the directory has them.
  Result<std::vector<util::Sha256>> shard(std::uint8_t first_byte) const;
  /// Removes temporary files whose writer is gone; how many.
  Result<std::uint64_t> remove_leftovers() const;
  /// Removes what was set aside.
  Status empty_quarantine() const;

private:
  std::filesystem::path m_directory;
};

} // namespace cwasm::cache
