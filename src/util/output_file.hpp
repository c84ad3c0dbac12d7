#pragma once

/// A large file that is written piece by piece and appears only when it is whole.

#include "util/file.hpp"

#include <cwasm/error.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <utility>

namespace cwasm::util {

/// Until it is committed there is only a temporary file beside it, which goes with this object.
class OutputFile {
public:
  /// `path` is where it will be, or a symbolic link that leads there. Errors: io (also when
  /// something is there that is no regular file), not_found.
  static Result<OutputFile> create(const std::filesystem::path& path, unsigned mode = 0666);
  OutputFile(OutputFile&& other) noexcept = default;
  OutputFile& operator=(OutputFile&&) = delete;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  /// Appends.
  Status write(std::span<const std::byte> content);
  /// Writes over the file's first bytes.
  Status write_start(std::span<const std::byte> content);
  /// Gives the file its name, durably.
  Status commit();

private:
  OutputFile(Fd file, std::filesystem::path temporary, std::filesystem::path path)
      : m_file(std::move(file)), m_temporary(std::move(temporary)), m_path(std::move(path)) {}

  Fd m_file; ///< none: committed, or moved from
  std::filesystem::path m_temporary;
  std::filesystem::path m_path;
};

} // namespace cwasm::util
