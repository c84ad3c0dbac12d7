#pragma once

#include "cache/index.hpp"
#include "cache/owners.hpp"

#include <cwasm/error.hpp>
#include <cwasm/file_identity.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace cwasm::cache {

/// Where the index is and how to open it.
struct IndexPlace {
  std::filesystem::path directory;
  bool create = true; ///< when nothing is there
  std::chrono::milliseconds busy_timeout{};
  std::string name_space; ///< whose keys are meant
  Access access = Access::write;
};

struct OpenedIndex {
  Index index;
  FileIdentity file;   ///< of the database file; its inode tells whether it is still in its place
  std::string warning; ///< not empty: a damaged index was set aside
  Access access = Access::write;
};

/// How much to believe of an index file.
enum class Trust : std::uint8_t { unless_it_fails, after_a_full_check };

/// Opens the index, creates or migrates it when need be, and sets a damaged one aside for a new
/// one. Safe against other processes that do the same at the same time. What this user, or the file
/// system, does not allow to be written is opened for reading only, as is what is asked for so:
/// nothing is created, migrated, set aside or locked then. Errors: not_found, io, busy, unsupported
/// (a newer cwasm made it; for reading also an older one), corrupt (for reading).
Result<OpenedIndex> open_index(const IndexPlace& place, Trust trust = Trust::unless_it_fails);

/// Whether the write-ahead log is so long that it is to be emptied. Commits move it into the index,
/// but only connections that overlap know that of each other: each one that finds nobody there
/// reads the whole log anew and adds to it.
bool has_long_log(const IndexPlace& place);

/// Whether the opened file still is the one at its path.
bool is_in_place(const IndexPlace& place, const FileIdentity& file);

} // namespace cwasm::cache
