#include "util/file.hpp"

#include "util/hex.hpp"
#include "util/try.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <limits>
#include <system_error>

namespace cwasm::util {
namespace {

constexpr std::int64_t k_nanoseconds_per_second = 1'000'000'000;

int open_retrying(const char* path, int flags, mode_t mode = 0) {
  int fd = -1;
  do {
    fd = ::open(path, flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

/// A mapping that ends with its last owner.
std::shared_ptr<const void> own_mapping(void* address, std::size_t size) {
  return {address, [size](void* mapped) { ::munmap(mapped, size); }};
}

std::filesystem::path directory_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

Status write_then_rename(const std::filesystem::path& temporary, const std::filesystem::path& path,
                         std::span<const std::byte> content, unsigned mode) {
  CWASM_TRY_ASSIGN(const Fd file, create_file(temporary, mode));
  CWASM_TRY(write_and_sync(file, content, temporary));
  return rename_file(temporary, path);
}

} // namespace

Fd::~Fd() {
  if (m_fd >= 0) {
    ::close(m_fd);
  }
}

FileIdentity identity_of(const struct stat& status) noexcept {
  FileIdentity identity;
  identity.device = std::uint64_t{status.st_dev};
  identity.inode = std::uint64_t{status.st_ino};
  identity.size = static_cast<std::uint64_t>(status.st_size);
  identity.mtime_ns = status.st_mtim.tv_sec * k_nanoseconds_per_second + status.st_mtim.tv_nsec;
  identity.ctime_ns = status.st_ctim.tv_sec * k_nanoseconds_per_second + status.st_ctim.tv_nsec;
  return identity;
}

Error file_error(std::string_view action, const std::filesystem::path& path, int error_number) {
  return {error_number == ENOENT ? ErrorCode::not_found : ErrorCode::io,
          fmt::format("cannot {} {}: {}", action, path.native(),
                      std::generic_category().message(error_number))};
}

Result<Fd> open_for_reading(const std::filesystem::path& path, Symlinks symlinks) {
  // O_NONBLOCK: opening a FIFO must not wait for its writer. Regular files ignore it.
  const int no_follow = symlinks == Symlinks::refuse ? O_NOFOLLOW : 0;
  Fd file(open_retrying(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | no_follow));
  if (!file) {
    return file_error("open", path, errno);
  }
  CWASM_TRY(require_regular(file, path));
  return file;
}

Status require_regular(const Fd& file, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    return file_error("read", path, errno);
  }
  if (!S_ISREG(status.st_mode)) {
    return Error(ErrorCode::io, fmt::format("cannot open {}: {}", path.native(),
                                            S_ISDIR(status.st_mode) ? "it is a directory"
                                                                    : "it is not a regular file"));
  }
  return ok();
}

Result<FileIdentity> identify(const Fd& file, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    return file_error("read", path, errno);
  }
  return identity_of(status);
}

Result<FileIdentity> identify(const std::filesystem::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    return file_error("read", path, errno);
  }
  return identity_of(status);
}

Result<Bytes> map_file(const Fd& file, std::uint64_t size, const std::filesystem::path& path) {
  if (size == 0) {
    return Bytes{};
  }
  if (size > std::numeric_limits<std::size_t>::max()) {
    return file_error("map", path, EFBIG);
  }
  const std::size_t length = size;
  void* address = ::mmap(nullptr, length, PROT_READ, MAP_PRIVATE, file.get(), 0);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): MAP_FAILED is defined so.
  if (address == MAP_FAILED) {
    return file_error("map", path, errno);
  }
  return Bytes{own_mapping(address, length), {static_cast<const std::byte*>(address), length}};
}

Result<Bytes> map_file(const std::filesystem::path& path) {
  CWASM_TRY_ASSIGN(const Fd file, open_for_reading(path));
  CWASM_TRY_ASSIGN(const FileIdentity identity, identify(file, path));
  return map_file(file, identity.size, path);
}

Result<std::vector<std::byte>> read_file(const std::filesystem::path& path, std::uint64_t limit) {
  CWASM_TRY_ASSIGN(const Fd file, open_for_reading(path));
  return read_file(file, path, limit);
}

Result<std::vector<std::byte>> read_file(const Fd& file, const std::filesystem::path& path,
                                         std::uint64_t limit) {
  CWASM_TRY_ASSIGN(const FileIdentity identity, identify(file, path));
  std::vector<std::byte> content;
  // The size is a hint: the file may grow while it is read, and those of /proc say 0. One byte more
  // than it says, so that an unchanged file ends in its first round.
  std::size_t chunk = std::max<std::uint64_t>(identity.size, 4095) + 1;
  while (identity.size <= limit) {
    const std::size_t filled = content.size();
    content.resize(filled + chunk);
    ssize_t got = 0;
    do {
      got = ::read(file.get(), content.data() + filled, content.size() - filled);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
      return file_error("read", path, errno);
    }
    content.resize(filled + static_cast<std::size_t>(got));
    if (got == 0) {
      return content;
    }
    if (content.size() > limit) {
      break;
    }
    chunk = std::clamp<std::size_t>(content.size(), 4096, 65536);
  }
  return Error(ErrorCode::io,
               fmt::format("cannot read {}: it is larger than {} bytes", path.native(), limit));
}

Status write_output(const std::filesystem::path& path, std::span<const std::byte> content) {
  std::error_code error;
  const auto target = std::filesystem::status(path, error);
  const bool is_special =
      std::filesystem::exists(target) && !std::filesystem::is_regular_file(target);
  if (!is_special) {
    const auto real = std::filesystem::is_symlink(path, error)
                          ? std::filesystem::weakly_canonical(path, error)
                          : path;
    return write_file_atomically(real.empty() ? path : real, content);
  }
  const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) {
    return file_error("open", path, errno);
  }
  return write_all(file, content, path);
}

Status write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> content,
                             unsigned mode) {
  const auto directory = directory_of(path);
  const auto temporary = directory / ("." + unique_file_name() + ".tmp");
  if (auto written = write_then_rename(temporary, path, content, mode); !written) {
    ::unlink(temporary.c_str());
    return std::move(written).error().with_context(fmt::format("write {}", path.native()));
  }
  return sync_directory(directory);
}

Result<Fd> create_file(const std::filesystem::path& path, unsigned mode) {
  Fd file(open_retrying(path.c_str(), O_WRONLY | O_CREAT | O_EXCL, mode_t{mode}));
  if (!file) {
    const Error error = file_error("create", path, errno);
    return errno == EEXIST ? Error(ErrorCode::busy, error.message()) : error;
  }
  return file;
}

Status write_all(const Fd& file, std::span<const std::byte> content,
                 const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(file.get(), content.data(), content.size());
    if (written < 0 && errno != EINTR) {
      return file_error("write", path, errno);
    }
    if (written > 0) {
      content = content.subspan(static_cast<std::size_t>(written));
    }
  }
  return ok();
}

Status sync_file(const Fd& file, const std::filesystem::path& path) {
  if (::fdatasync(file.get()) != 0) {
    return file_error("sync", path, errno);
  }
  return ok();
}

Status write_and_sync(const Fd& file, std::span<const std::byte> content,
                      const std::filesystem::path& path) {
  CWASM_TRY(write_all(file, content, path));
  return sync_file(file, path);
}

Status rename_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) {
    return file_error(fmt::format("rename {} to", from.native()), to, errno);
  }
  return ok();
}

Status remove_file(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return file_error("remove", path, errno);
  }
  return ok();
}

Status sync_directory(const std::filesystem::path& path) {
  const Fd directory(open_retrying(path.c_str(), O_RDONLY | O_DIRECTORY));
  if (!directory) {
    return file_error("open", path, errno);
  }
  // Some file systems cannot sync a directory and say EINVAL: there is nothing more to do there.
  if (::fsync(directory.get()) != 0 && errno != EINVAL) {
    return file_error("sync", path, errno);
  }
  return ok();
}

Status create_directories(const std::filesystem::path& path, unsigned mode) {
  if (::mkdir(path.c_str(), mode_t{mode}) == 0) {
    return ok();
  }
  int reason = errno;
  if (reason == ENOENT && path.has_parent_path() && path.parent_path() != path) {
    CWASM_TRY(create_directories(path.parent_path(), mode));
    reason = ::mkdir(path.c_str(), mode_t{mode}) == 0 ? 0 : errno;
  }
  struct stat status {};
  if (reason == 0 ||
      (reason == EEXIST && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode))) {
    return ok();
  }
  return file_error("create directory", path, reason == EEXIST ? ENOTDIR : reason);
}

std::string unique_file_name() {
  std::array<std::byte, 16> name{};
  if (::getrandom(name.data(), name.size(), GRND_NONBLOCK) != static_cast<ssize_t>(name.size())) {
    // Early at boot there may be no entropy yet; process, time and count serve as well.
    static std::atomic<std::uint32_t> s_count{0};
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    const std::uint32_t count = s_count.fetch_add(1, std::memory_order_relaxed);
    const pid_t process = ::getpid();
    static_assert(sizeof now + sizeof count + sizeof process == name.size());
    std::memcpy(name.data(), &now, sizeof now);
    std::memcpy(name.data() + sizeof now, &count, sizeof count);
    std::memcpy(name.data() + sizeof now + sizeof count, &process, sizeof process);
  }
  return to_hex(name);
}

} // namespace cwasm::util
