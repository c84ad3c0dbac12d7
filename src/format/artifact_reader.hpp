#pragma once

/// Reads one artifact file after another into memory that is used again.

#include "util/zstd.hpp"

#include <cwasm/bytes.hpp>
#include <cwasm/error.hpp>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>

namespace cwasm::format {

/// A file, by its name in an open directory (or AT_FDCWD), and what messages call it.
struct FileAt {
  int directory = 0;
  const char* name = "";
  const std::string& path;
};

/// Which files to take.
enum class Wanted : std::uint8_t {
  any,       ///< whatever it is; its bytes tell
  any_file,  ///< the same, but no directory
  artifacts, ///< what begins like an artifact or a frame of one, or is a damaged frame
};

/// Memory that grows without being copied or cleared where the system can move its pages.
class Room {
public:
  std::span<std::byte> all() const noexcept { return {m_bytes.get(), m_size}; }
  std::size_t size() const noexcept { return m_size; }
  /// To at least that size; what was there stays. Throws bad_alloc.
  void grow(std::size_t size) {
    if (size > m_size) {
      auto* const grown = static_cast<std::byte*>(std::realloc(m_bytes.get(), size));
      if (grown == nullptr) {
        throw std::bad_alloc();
      }
      static_cast<void>(m_bytes.release());
      m_bytes.reset(grown);
      m_size = size;
    }
  }

private:
  struct Free {
    void operator()(std::byte* bytes) const noexcept { std::free(bytes); }
  };
  std::unique_ptr<std::byte, Free> m_bytes;
  std::size_t m_size = 0;
};

/// One thread at a time. Memory: 64 KiB, and what the last frame took.
class ArtifactReader {
public:
  ArtifactReader();

  /// The artifact's bytes, until the next call; nothing for a file that is not wanted, or that went
  /// away before it was known to be. A file of less than 64 KiB costs open, pread and close.
  /// Errors: as open_artifact, with the path in the message.
  Result<std::optional<std::span<const std::byte>>> read(const FileAt& file, Wanted wanted);

private:
  Result<std::optional<std::span<const std::byte>>> unpack(std::span<const std::byte> packed,
                                                           Wanted wanted);
  Result<std::size_t> unpack_rest(std::span<const std::byte> packed, std::size_t filled);

  std::unique_ptr<std::byte[]> m_scratch;
  Bytes m_mapping;
  std::optional<util::ZstdDecoder> m_decoder;
  Room m_unpacked; ///< of which the last frame took the front
};

} // namespace cwasm::format
