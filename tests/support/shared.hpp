#pragma once

/// Real artifacts and what the real loader said of them: the data beside the checkout, which a
/// checkout may lack. Everything here throws std::runtime_error when it cannot be done.

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

namespace cwasm::test {

/// $CWASM_SHARED, else the directory `shared` beside the checkout; nothing when it is not there.
std::optional<std::filesystem::path> shared_dir();

/// True, with a line on stderr, when there is no shared data: the test should return at once.
bool shared_missing();

/// The directory into which a .tar.zst of the shared data (a path relative to it) was unpacked.
/// Unpacked once a process and removed at its end. Not for use from several threads.
std::filesystem::path unpacked(const std::filesystem::path& archive);

/// A new empty directory, removed with its content at the end of the process.
std::filesystem::path scratch_directory();

/// The whole file.
std::vector<std::byte> read_file(const std::filesystem::path& path);

/// The JSON document in a file, which may be compressed (.zst).
nlohmann::json json(const std::filesystem::path& path);

} // namespace cwasm::test
