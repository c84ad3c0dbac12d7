#pragma once

#include <cstdint>

namespace cwasm {

/// What identifies an unchanged file: if all five are equal, its content is taken to be the same.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

} // namespace cwasm
