#pragma once

/// A pack that is read. It is hostile input: opening checks the header and all of the index, and no
/// blob is to be used before `verify` has said that it is what its name says.

#include "cache/pack_format.hpp"

#include <cwasm/bytes.hpp>
#include <cwasm/error.hpp>
#include <cwasm/file_identity.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace cwasm::cache {

/// Cheap to open and immutable; any thread may use it.
class Pack {
public:
  /// Maps the file. Errors: not_found, io, malformed (it is no sound pack: the message says what is
  /// wrong at which offset), unsupported (a newer cwasm wrote it).
  static Result<Pack> open(const std::filesystem::path& path);
  /// The same for bytes that somebody has; `path` is for messages.
  static Result<Pack> from_bytes(Bytes bytes, std::filesystem::path path);

  const std::filesystem::path& path() const noexcept { return m_path; }
  /// Of the file when it was opened.
  const FileIdentity& identity() const noexcept { return m_identity; }

  std::size_t blobs() const noexcept { return m_blobs; }
  std::size_t entries() const noexcept { return m_entries; }

  /// Ordered by digest. REQUIRES: i < blobs().
  PackedBlob blob(std::size_t i) const;
  /// Ordered by module, kind and engine. REQUIRES: i < entries().
  PackedEntry entry(std::size_t i) const;

  std::optional<std::size_t> find(const CacheKey& key) const;
  /// The entries of a module: from the first to before the second.
  std::pair<std::size_t, std::size_t> of_module(const ModuleDigest& module, Kind kind) const;

  /// The blob's bytes; they keep the file mapped.
  Bytes bytes_of(const PackedBlob& blob) const;
  /// Hashes the blob. Errors: malformed (it is damaged; the message says at which offset).
  Status verify(const PackedBlob& blob) const;

private:
  Pack(Bytes bytes, std::filesystem::path path)
      : m_bytes(std::move(bytes)), m_path(std::move(path)) {}

  Error unsound(std::size_t offset, std::string_view what) const;
  Status check_header();
  Status check_counts();
  Status check_blobs() const;
  Status check_engines() const;
  Status check_entry(std::size_t i) const;
  Status check_entries() const;
  Status check_text(std::size_t at) const;
  Status check_texts(std::size_t at) const;

  std::size_t blob_at(std::size_t i) const noexcept;
  std::size_t engine_at(std::size_t i) const noexcept;
  std::size_t entry_at(std::size_t i) const noexcept;
  std::uint64_t number(std::size_t at, std::size_t width) const;
  std::span<const std::byte> part(std::size_t at, std::size_t size) const;
  std::string text(std::size_t at) const;
  CacheKey key_of(std::size_t i) const;
  /// The first entry whose key is not below this one.
  std::size_t lower_bound(const CacheKey& wanted) const;

  Bytes m_bytes;
  std::filesystem::path m_path;
  FileIdentity m_identity;
  std::size_t m_index = 0;
  std::size_t m_blobs = 0;
  std::size_t m_engines = 0;
  std::size_t m_entries = 0;
  std::size_t m_texts = 0; ///< where they begin
  std::size_t m_texts_size = 0;
};

} // namespace cwasm::cache
