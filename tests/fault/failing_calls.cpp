// A library to preload: makes one kind of system call fail from its N-th on, or only the N-th.
//
//   CWASM_FAIL_CALL  write, pwrite, fsync, fdatasync, rename, open, ftruncate or mmap
//   CWASM_FAIL_AT    N, from 1
//   CWASM_FAIL_WITH  an errno value; 0: half is written (write, pwrite); -1: the process says 'c'
//   and ends CWASM_SYNCED     a directory: what fsync and fdatasync have put on the disk is kept
//   there, a file
//                    each, named by its inode
//   CWASM_FAIL_ON    set: the following calls fail, too

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <string>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::atomic<int> calls{0};
std::atomic<int> failed{0};

long number(const char* name) {
  const char* const text = std::getenv(name);
  return text == nullptr ? 0 : std::strtol(text, nullptr, 10);
}

/// Whether this call is to fail; errno says how.
bool fails(const char* call) {
  const char* const wanted = std::getenv("CWASM_FAIL_CALL");
  if (wanted == nullptr || std::strcmp(wanted, call) != 0) {
    return false;
  }
  const int at = ++calls;
  const long first = number("CWASM_FAIL_AT");
  if (at != first && (at < first || std::getenv("CWASM_FAIL_ON") == nullptr)) {
    return false;
  }
  if (number("CWASM_FAIL_WITH") < 0) {
    const char word = 'c';
    static_cast<void>(::syscall(SYS_write, STDOUT_FILENO, &word, 1));
    ::_exit(0);
  }
  ++failed;
  errno = static_cast<int>(number("CWASM_FAIL_WITH"));
  return true;
}

template <typename F> F* real(const char* name) {
  return reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name));
}

/// Not through calls that this library counts.
void keep_synced(int file) {
  const char* const directory = std::getenv("CWASM_SYNCED");
  struct stat status {};
  if (directory == nullptr || ::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    return;
  }
  const auto path = std::string(directory) + '/' + std::to_string(status.st_ino);
  const auto copy = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path.c_str(),
                                               O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  std::array<char, 65536> bytes{};
  off_t at = 0;
  for (ssize_t got = 1; got > 0; at += got) {
    got = ::pread(file, bytes.data(), bytes.size(), at);
    static_cast<void>(::syscall(SYS_write, copy, bytes.data(), got > 0 ? got : 0));
  }
  ::close(copy);
}

int after_sync(int file, int done) {
  if (done == 0) {
    keep_synced(file);
  }
  return done;
}

/// What a failing write still writes: nothing, or a half.
bool is_short(std::size_t size) { return errno == 0 && size > 1; }

} // namespace

extern "C" {

/// How many calls have failed.
int cwasm_failed_calls();
int cwasm_failed_calls() { return failed; }

ssize_t write(int file, const void* bytes, std::size_t size) {
  static const auto next = real<ssize_t(int, const void*, std::size_t)>("write");
  if (fails("write")) {
    return is_short(size) ? next(file, bytes, size / 2) : errno == 0 ? next(file, bytes, size) : -1;
  }
  return next(file, bytes, size);
}

ssize_t pwrite64(int file, const void* bytes, std::size_t size, off64_t offset) {
  static const auto next = real<ssize_t(int, const void*, std::size_t, off64_t)>("pwrite64");
  if (fails("pwrite")) {
    return is_short(size) ? next(file, bytes, size / 2, offset)
           : errno == 0   ? next(file, bytes, size, offset)
                          : -1;
  }
  return next(file, bytes, size, offset);
}

ssize_t pwrite(int file, const void* bytes, std::size_t size, off_t offset) {
  return pwrite64(file, bytes, size, offset);
}

int fsync(int file) {
  static const auto next = real<int(int)>("fsync");
  return fails("fsync") ? -1 : after_sync(file, next(file));
}

int fdatasync(int file) {
  static const auto next = real<int(int)>("fdatasync");
  return fails("fdatasync") ? -1 : after_sync(file, next(file));
}

int rename(const char* from, const char* to) noexcept {
  static const auto next = real<int(const char*, const char*)>("rename");
  return fails("rename") ? -1 : next(from, to);
}

int ftruncate64(int file, off64_t size) noexcept {
  static const auto next = real<int(int, off64_t)>("ftruncate64");
  return fails("ftruncate") ? -1 : next(file, size);
}

int ftruncate(int file, off_t size) noexcept { return ftruncate64(file, size); }

void* mmap64(void* address, std::size_t size, int protection, int flags, int file,
             off64_t offset) noexcept {
  static const auto next = real<void*(void*, std::size_t, int, int, int, off64_t)>("mmap64");
  return fails("mmap") ? MAP_FAILED : next(address, size, protection, flags, file, offset);
}

void* mmap(void* address, std::size_t size, int protection, int flags, int file,
           off_t offset) noexcept {
  return mmap64(address, size, protection, flags, file, offset);
}

int open64(const char* path, int flags, ...) {
  static const auto next = real<int(const char*, int, ...)>("open64");
  mode_t mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    std::va_list more;
    va_start(more, flags);
    mode = va_arg(more, mode_t);
    va_end(more);
  }
  return fails("open") ? -1 : next(path, flags, mode);
}

int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    std::va_list more;
    va_start(more, flags);
    mode = va_arg(more, mode_t);
    va_end(more);
  }
  return open64(path, flags, mode);
}

} // extern "C"
