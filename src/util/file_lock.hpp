#pragma once

/// Locks between processes that end with their owner, however it ends (flock).

#include "util/file.hpp"

#include <cwasm/error.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <utility>

namespace cwasm::util {

enum class LockMode : std::uint8_t { shared, exclusive };

/// Locks an open file without waiting, until its descriptor is closed. False when another
/// descriptor holds a lock that excludes this one.
Result<bool> try_lock(const Fd& file, LockMode mode, const std::filesystem::path& path);

/// Owns a lock on a file that exists for nothing else. The file stays when the lock ends.
class FileLock {
public:
  /// Waits at most `timeout` (ErrorCode::busy after that). Creates the file with mode 0600.
  /// A symbolic link, and what is not a regular file, is an error.
  static Result<FileLock> acquire(const std::filesystem::path& path, LockMode mode,
                                  std::chrono::milliseconds timeout);

private:
  explicit FileLock(Fd file) noexcept : m_file(std::move(file)) {}
  Fd m_file;
};

} // namespace cwasm::util
