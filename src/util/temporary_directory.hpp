#pragma once

#include <cwasm/error.hpp>

#include <filesystem>
#include <utility>

namespace cwasm::util {

/// A new directory that only this user can enter, removed with all it holds when this goes out of
/// scope.
class TemporaryDirectory {
public:
  /// Makes it in `base`, or where the system keeps temporary files when that is empty. Errors:
  /// not_found (no such base), io.
  static Result<TemporaryDirectory> create(const std::filesystem::path& base = {});

  TemporaryDirectory(TemporaryDirectory&& other) noexcept
      : m_path(std::exchange(other.m_path, {})) {}
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept {
    std::swap(m_path, other.m_path);
    return *this;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  /// Absolute.
  const std::filesystem::path& path() const noexcept { return m_path; }

private:
  explicit TemporaryDirectory(std::filesystem::path path) noexcept : m_path(std::move(path)) {}
  std::filesystem::path m_path;
};

} // namespace cwasm::util
