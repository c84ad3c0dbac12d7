#pragma once

/// A directory, read once and sorted.

#include <cwasm/error.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <dirent.h>

namespace cwasm::util {

/// The directory stays open as long as it lives, for openat. Once read it does not change, so any
/// thread may use it.
class SortedDirectory {
public:
  enum class Type : std::uint8_t {
    file,      ///< a regular file, or a symbolic link to whatever
    directory, ///< not a symbolic link to one
  };

  struct Entry {
    const char* name; ///< as long as the directory lives
    Type type;
  };

  /// Reads the directory `name` in the open directory `parent` (or AT_FDCWD). `path` is what it is
  /// called in messages and in path_of. `follow`: whether it may be a symbolic link. Pipes, devices
  /// and sockets are left out. Errors: not_found, io.
  static Result<std::shared_ptr<const SortedDirectory>> read(int parent, const char* name,
                                                             std::string path, bool follow);

  int fd() const noexcept;
  const std::string& path() const noexcept { return m_path; }
  std::size_t size() const noexcept { return m_order.size(); }
  /// In the byte order of the names; index < size().
  Entry entry(std::size_t index) const noexcept;
  /// The path of an entry, into memory that is used again.
  void path_of(const char* name, std::string& out) const;

private:
  struct Close {
    void operator()(DIR* directory) const noexcept;
  };
  /// Names share much of their beginning: what comes behind the part common to all, as a number,
  /// decides most comparisons.
  struct Place {
    std::uint64_t key = 0;
    std::size_t offset = 0; ///< of the type and the name behind it, in m_names
  };

  explicit SortedDirectory(std::string path) : m_path(std::move(path)) {}
  Status gather();
  void add(const dirent& entry);
  void sort();

  std::string m_path;
  std::unique_ptr<DIR, Close> m_directory;
  std::string m_names;
  std::vector<Place> m_order;
};

} // namespace cwasm::util
