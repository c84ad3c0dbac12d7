#pragma once

/// What a file is, whose it is, and who may write it.

#include "util/file.hpp"

#include <cwasm/error.hpp>
#include <cwasm/file_identity.hpp>

#include <cstdint>
#include <filesystem>

namespace cwasm::util {

enum class FileType : std::uint8_t { regular, directory, symbolic_link, other };

struct FileStatus {
  FileIdentity identity;
  FileType type = FileType::other;
  std::uint64_t owner = 0; ///< a user id
  unsigned mode = 0;       ///< the permission bits
  std::uint64_t links = 0; ///< names of the file
};

/// What stat says; with Symlinks::refuse a symbolic link is itself, not what it points to.
Result<FileStatus> status_of(const std::filesystem::path& path, Symlinks symlinks);
/// What fstat says.
Result<FileStatus> status_of(const Fd& file, const std::filesystem::path& path);

/// The user id that this process acts under.
std::uint64_t effective_user() noexcept;

/// Whether this process may write the file, or change what is in the directory, as it is mounted
/// now. What is not there cannot be written.
bool is_writable(const std::filesystem::path& path) noexcept;

} // namespace cwasm::util
