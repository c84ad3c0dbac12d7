#pragma once

#include <cwasm/error.hpp>

#include <cstdint>
#include <filesystem>

namespace cwasm::util {

/// The bytes that this user may still write on the file system of a directory.
Result<std::uint64_t> free_disk_space(const std::filesystem::path& directory);

} // namespace cwasm::util
