#include "util/file_status.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace cwasm::util {
namespace {

FileType type_of(mode_t mode) {
  if (S_ISREG(mode)) {
    return FileType::regular;
  }
  if (S_ISDIR(mode)) {
    return FileType::directory;
  }
  return S_ISLNK(mode) ? FileType::symbolic_link : FileType::other;
}

FileStatus of(const struct stat& status) {
  constexpr mode_t k_permissions = 07777;
  return {identity_of(status), type_of(status.st_mode), std::uint64_t{status.st_uid},
          status.st_mode & k_permissions, std::uint64_t{status.st_nlink}};
}

} // namespace

Result<FileStatus> status_of(const std::filesystem::path& path, Symlinks symlinks) {
  struct stat status {};
  const int flags = symlinks == Symlinks::refuse ? AT_SYMLINK_NOFOLLOW : 0;
  if (::fstatat(AT_FDCWD, path.c_str(), &status, flags) != 0) {
    return file_error("read", path, errno);
  }
  return of(status);
}

Result<FileStatus> status_of(const Fd& file, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    return file_error("read", path, errno);
  }
  return of(status);
}

std::uint64_t effective_user() noexcept { return std::uint64_t{::geteuid()}; }

bool is_writable(const std::filesystem::path& path) noexcept {
  return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
}

} // namespace cwasm::util
