#include "util/temporary_directory.hpp"

#include "util/file.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace cwasm::util {

Result<TemporaryDirectory> TemporaryDirectory::create(const std::filesystem::path& base) {
  std::error_code error;
  const auto parent = base.empty() ? std::filesystem::temp_directory_path(error)
                                   : std::filesystem::absolute(base, error);
  if (error) {
    return file_error("find", base.empty() ? "the temporary directory (TMPDIR)" : base,
                      error.value());
  }
  std::string name = (parent / "cwasm-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    return file_error("make a temporary directory in", parent, errno);
  }
  return TemporaryDirectory(std::filesystem::path(name));
}

TemporaryDirectory::~TemporaryDirectory() {
  if (!m_path.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
  }
}

} // namespace cwasm::util
