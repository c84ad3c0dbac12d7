#pragma once

/// What programs answered to --version, so that they need not be started to be asked again.

#include <cwasm/error.hpp>
#include <cwasm/file_identity.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace cwasm::compiler {

/// A program file, as it is now.
struct ProgramFile {
  std::filesystem::path path; ///< absolute, without symbolic links
  FileIdentity identity;
  friend bool operator==(const ProgramFile&, const ProgramFile&) = default;
};

/// The file that runs under this name (looked for on the PATH unless it has a slash), when its
/// answer can be relied on. Nothing for a script or a link to a program of another name: they may
/// stand in front of several versions and choose by directory or environment.
std::optional<ProgramFile> find_program_file(const std::string& program);

/// The version in the directory's file for this program, when the program is the one that told it.
std::optional<std::string> recall_version(const std::filesystem::path& directory,
                                          const ProgramFile& program);

/// Keeps it, one file a program, written atomically; makes the directory, not its parents. What
/// cannot be kept is asked again.
void remember_version(const std::filesystem::path& directory, const ProgramFile& program,
                      std::string_view version);

} // namespace cwasm::compiler
