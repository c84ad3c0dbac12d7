#include "util/output_file.hpp"

#include "util/try.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace cwasm::util {
namespace {

std::filesystem::path directory_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

} // namespace

Result<OutputFile> OutputFile::create(const std::filesystem::path& path, unsigned mode) {
  std::error_code error;
  const auto target = std::filesystem::status(path, error);
  if (std::filesystem::exists(target) && !std::filesystem::is_regular_file(target)) {
    return Error(ErrorCode::io,
                 fmt::format("cannot write {}: it is no regular file", path.native()));
  }
  auto real = std::filesystem::is_symlink(path, error)
                  ? std::filesystem::weakly_canonical(path, error)
                  : path;
  if (real.empty()) {
    real = path;
  }
  auto temporary = directory_of(real) / ("." + unique_file_name() + ".tmp");
  CWASM_TRY_ASSIGN(auto file, create_file(temporary, mode));
  return OutputFile(std::move(file), std::move(temporary), std::move(real));
}

OutputFile::~OutputFile() {
  if (m_file) {
    ::unlink(m_temporary.c_str());
  }
}

Status OutputFile::write(std::span<const std::byte> content) {
  while (!content.empty()) {
    const auto written = ::write(m_file.get(), content.data(), content.size());
    if (written < 0 && errno != EINTR) {
      return file_error("write", m_path, errno);
    }
    content = content.subspan(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
  return ok();
}

Status OutputFile::write_start(std::span<const std::byte> content) {
  if (::lseek(m_file.get(), 0, SEEK_SET) != 0) {
    return file_error("write", m_path, errno);
  }
  auto written = write(content);
  if (written && ::lseek(m_file.get(), 0, SEEK_END) < 0) {
    return file_error("write", m_path, errno);
  }
  return written;
}

Status OutputFile::commit() {
  if (::fsync(m_file.get()) != 0) {
    return file_error("sync", m_path, errno);
  }
  CWASM_TRY(rename_file(m_temporary, m_path));
  m_file = Fd();
  return sync_directory(directory_of(m_path));
}

} // namespace cwasm::util
