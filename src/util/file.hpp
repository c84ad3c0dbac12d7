#pragma once

/// Files, as the operating system has them: every call can fail and says on which path and why.
/// ENOENT becomes ErrorCode::not_found, everything else ErrorCode::io.

#include <cwasm/bytes.hpp>
#include <cwasm/error.hpp>
#include <cwasm/file_identity.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct stat;

namespace cwasm::util {

/// Owns a file descriptor.
class Fd {
public:
  Fd() = default;
  explicit Fd(int fd) noexcept : m_fd(fd) {}
  Fd(Fd&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(m_fd, other.m_fd);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd();

  int get() const noexcept { return m_fd; }
  explicit operator bool() const noexcept { return m_fd >= 0; }

private:
  int m_fd = -1;
};

/// "cannot ACTION PATH: REASON" for an errno value.
Error file_error(std::string_view action, const std::filesystem::path& path, int error_number);

enum class Symlinks : std::uint8_t { follow, refuse };

/// Opens a regular file for reading (O_CLOEXEC); a directory or device is an error. `symlinks` is
/// about the last component of the path only.
Result<Fd> open_for_reading(const std::filesystem::path& path,
                            Symlinks symlinks = Symlinks::follow);

/// An error unless it is a regular file: "cannot open PATH: it is a directory".
Status require_regular(const Fd& file, const std::filesystem::path& path);

/// Of what stat, lstat or fstat has said.
FileIdentity identity_of(const struct stat& status) noexcept;

/// What fstat says.
Result<FileIdentity> identify(const Fd& file, const std::filesystem::path& path);

/// What lstat says: a symbolic link is itself, not what it points to.
Result<FileIdentity> identify(const std::filesystem::path& path);

/// Maps a whole file read-only and private. An empty file gives an empty view.
Result<Bytes> map_file(const Fd& file, std::uint64_t size, const std::filesystem::path& path);
Result<Bytes> map_file(const std::filesystem::path& path);

/// Reads a whole file of at most `limit` bytes; a larger one is ErrorCode::io.
Result<std::vector<std::byte>> read_file(const std::filesystem::path& path, std::uint64_t limit);
/// The same for what is left of an open file from its position on.
Result<std::vector<std::byte>> read_file(const Fd& file, const std::filesystem::path& path,
                                         std::uint64_t limit);

/// Writes a file so that a reader, or a crash, sees the old content or the new, never a part: a
/// temporary file beside it, fsync, rename, fsync of the directory. Mode as for open(2), before
/// umask.
Status write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> content,
                             unsigned mode = 0666);

/// Writes what somebody asked for to where they said: a regular file, or what a symbolic link leads
/// to, wholly or not at all; anything else (a device, a pipe) is written into.
Status write_output(const std::filesystem::path& path, std::span<const std::byte> content);

/// Creates a file that must not exist yet, for writing (O_EXCL, O_CLOEXEC). Mode as for open(2). A
/// file that is already there is ErrorCode::busy.
Result<Fd> create_file(const std::filesystem::path& path, unsigned mode);

/// Writes all bytes at the file's position.
Status write_all(const Fd& file, std::span<const std::byte> content,
                 const std::filesystem::path& path);

/// Waits until the file's content is on the disk.
Status sync_file(const Fd& file, const std::filesystem::path& path);

/// Writes all bytes at the file's position and syncs them to the disk.
Status write_and_sync(const Fd& file, std::span<const std::byte> content,
                      const std::filesystem::path& path);

/// Renames within a file system; what was at `to` is replaced. Durable after `sync_directory`.
Status rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// Removes a file; one that is not there is fine.
Status remove_file(const std::filesystem::path& path);

/// Makes the names in a directory durable.
Status sync_directory(const std::filesystem::path& path);

/// Creates a directory and its missing parents; one that is there is fine. Mode before umask.
Status create_directories(const std::filesystem::path& path, unsigned mode);

/// A file name (no directory) that no other process or thread has been given: 32 hex digits.
std::string unique_file_name();

} // namespace cwasm::util
