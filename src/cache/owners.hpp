#pragma once

/// Who may own what stands in a cache directory: machine code is loaded from it, so whoever can
/// write there can run code as us. What belongs to this user, or to root, and cannot be written by
/// others is trusted; what belongs to root is only read, by all but root.

#include "util/file_status.hpp"

#include <cwasm/error.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace cwasm::cache {

enum class Access : std::uint8_t { write, read };

/// Looks at the directory and at what an opening of its index relies on; what is not there is fine.
/// Returns `wanted`, or `read` where something belongs to root. The directory itself may be named
/// through a symbolic link, what stands in it may not be one. Errors: io, with what to do, when
/// somebody else owns it or can write it, when it is not what has to stand there, or when an index
/// that is to be written has a second name (hard link).
Result<Access> check_owners(const std::filesystem::path& directory, Access wanted);

/// Makes a directory in the cache directory. One that is there has to be this user's own, and not
/// for others to write. Errors: io, with what to do.
Status ensure_own_directory(const std::filesystem::path& directory);

/// The same for one that is only read: it may be root's, and one that is not there is fine.
Status check_directory(const std::filesystem::path& directory);

/// What is wrong with a blob file's owner, mode or type; empty when nothing is.
std::string blob_fault(const util::FileStatus& status);

} // namespace cwasm::cache
