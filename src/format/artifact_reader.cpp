#include "format/artifact_reader.hpp"

#include "format/elf_reader.hpp"
#include "util/file.hpp"
#include "util/try.hpp"

#include <cwasm/artifact_file.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace cwasm::format {
namespace {

using Found = std::optional<std::span<const std::byte>>;

constexpr std::size_t k_scratch_size = std::size_t{64} << 10U;
/// A frame is unpacked up to here before anybody looks at it: a block of zstd's.
constexpr std::size_t k_first_piece = std::size_t{128} << 10U;
/// What is kept of a large frame's memory for the next one.
constexpr std::size_t k_kept = std::size_t{4} << 20U;

bool begins_like_artifact(std::span<const std::byte> bytes) noexcept {
  const FileHeader header(bytes);
  return header && header.os_abi() == k_elfosabi_wasmtime;
}

/// O_NONBLOCK: opening a FIFO must not wait for its writer.
util::Fd open_at(const FileAt& file) {
  int fd = -1;
  do {
    fd = ::openat(file.directory, file.name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  } while (fd < 0 && errno == EINTR);
  return util::Fd(fd);
}

/// Of a file that gave nothing: a directory cannot be read, a pipe has no offsets.
bool is_passed_over(Wanted wanted, int reason) {
  return (reason == EISDIR && wanted != Wanted::any) ||
         ((reason == ESPIPE || reason == 0) && wanted == Wanted::artifacts);
}

ssize_t read_start(const util::Fd& fd, std::byte* out) {
  ssize_t got = -1;
  do {
    got = ::pread(fd.get(), out, k_scratch_size, 0);
  } while (got < 0 && errno == EINTR);
  return got;
}

} // namespace

ArtifactReader::ArtifactReader()
    // Not cleared: most of it stays untouched.
    : m_scratch(new std::byte[k_scratch_size]) {}

Result<Found> ArtifactReader::read(const FileAt& file, Wanted wanted) {
  m_mapping = {};
  const auto fd = open_at(file);
  if (!fd) {
    const bool went_away = errno == ENOENT || errno == ELOOP;
    return wanted == Wanted::artifacts && went_away
               ? Result<Found>(Found())
               : Result<Found>(util::file_error("open", file.path, errno));
  }
  const ssize_t got = read_start(fd, m_scratch.get());
  if (got <= 0 && is_passed_over(wanted, got < 0 ? errno : 0)) {
    return Found();
  }
  if (got <= 0) {
    const int reason = errno;
    CWASM_TRY(util::require_regular(fd, file.path));
    if (got < 0) {
      return util::file_error("read", file.path, reason);
    }
  }
  std::span<const std::byte> bytes(m_scratch.get(), static_cast<std::size_t>(got));
  const bool packed = util::is_zstd(bytes);
  if (wanted == Wanted::artifacts && !packed && !begins_like_artifact(bytes)) {
    return Found();
  }
  if (bytes.size() == k_scratch_size) {
    CWASM_TRY(util::require_regular(fd, file.path));
    CWASM_TRY_ASSIGN(const auto identity, util::identify(fd, file.path));
    CWASM_TRY_ASSIGN(m_mapping, util::map_file(fd, identity.size, file.path));
    bytes = m_mapping.view;
  }
  if (!packed) {
    return Found(bytes);
  }
  auto found = unpack(bytes, wanted);
  return found ? std::move(found) : found.error().with_context(file.path);
}

Result<Found> ArtifactReader::unpack(std::span<const std::byte> packed, Wanted wanted) {
  if (!m_decoder) {
    m_decoder.emplace();
  }
  m_decoder->begin();
  if (m_unpacked.size() > k_kept) {
    m_unpacked = {};
  }
  m_unpacked.grow(k_first_piece);
  std::size_t filled = 0;
  while (filled < k_elf_header_size && !packed.empty()) {
    CWASM_TRY_ASSIGN(const auto got, m_decoder->unpack(packed, m_unpacked.all().subspan(filled)));
    filled += got;
  }
  const auto start = std::span<const std::byte>(m_unpacked.all().first(filled));
  const bool cut_short = filled < k_elf_header_size && !m_decoder->complete();
  if (!cut_short && !begins_like_artifact(start)) {
    return wanted == Wanted::artifacts
               ? Result<Found>(Found())
               : Result<Found>(
                     Error(ErrorCode::malformed,
                           "a zstd frame whose first bytes are no ELF header of an artifact"));
  }
  CWASM_TRY_ASSIGN(filled, unpack_rest(packed, filled));
  return Found(m_unpacked.all().first(filled));
}

Result<std::size_t> ArtifactReader::unpack_rest(std::span<const std::byte> packed,
                                                std::size_t filled) {
  bool full = filled == m_unpacked.size();
  // Without input there may still be output that had no room.
  while (!packed.empty() || (full && !m_decoder->complete())) {
    if (filled > k_largest_unpacked_artifact) {
      return Error(ErrorCode::malformed,
                   fmt::format("a zstd frame that unpacks to more than {} bytes",
                               k_largest_unpacked_artifact));
    }
    if (full) {
      m_unpacked.grow(std::min(2 * filled, k_largest_unpacked_artifact + 1));
    }
    CWASM_TRY_ASSIGN(const auto got, m_decoder->unpack(packed, m_unpacked.all().subspan(filled)));
    filled += got;
    full = filled == m_unpacked.size();
  }
  if (!m_decoder->complete()) {
    return Error(ErrorCode::malformed,
                 fmt::format("a zstd frame that is cut short after {} unpacked bytes", filled));
  }
  return filled;
}

} // namespace cwasm::format
