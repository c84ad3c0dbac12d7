#pragma once

/// A pack that is written: blobs as they come, in the order of their digests, then the index, and
/// the header last.

#include "cache/pack_format.hpp"
#include "util/output_file.hpp"

#include <cwasm/error.hpp>

#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

namespace cwasm::cache {

class PackWriter {
public:
  static Result<PackWriter> create(const std::filesystem::path& path);

  /// REQUIRES: a digest above those of the blobs before.
  Status add_blob(const util::Sha256& digest, std::span<const std::byte> content);
  std::size_t blobs() const noexcept { return m_blobs.size(); }

  /// Entries in any order, no key twice. The bytes of the file, which is there now. Errors: io, and
  /// unsupported (too large for the format).
  Result<std::uint64_t> finish(std::vector<PackedEntry> entries);

private:
  explicit PackWriter(util::OutputFile file) : m_file(std::move(file)) {}

  util::OutputFile m_file;
  std::vector<PackedBlob> m_blobs;
  std::uint64_t m_size = 0;
};

} // namespace cwasm::cache
