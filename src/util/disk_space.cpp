#include "util/disk_space.hpp"

#include "util/file.hpp"

#include <system_error>

namespace cwasm::util {

Result<std::uint64_t> free_disk_space(const std::filesystem::path& directory) {
  std::error_code error;
  const auto space = std::filesystem::space(directory, error);
  if (error) {
    return file_error("ask for the free space of", directory, error.value());
  }
  return std::uint64_t{space.available};
}

} // namespace cwasm::util
