#include "cache/index_file.hpp"

#include "cache/directory.hpp"
#include "cache/rows.hpp"
#include "cache/schema.hpp"
#include "cache/schema_fingerprint.hpp"
#include "util/file.hpp"
#include "util/file_lock.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace cwasm::cache {
namespace {

constexpr int k_log_pages = 64;
constexpr std::uint64_t k_page_size = 4096;

using util::FileLock;
using util::LockMode;

std::filesystem::path index_path(const IndexPlace& place) { return place.directory / k_index_file; }

Error unusable(const IndexPlace& place, const Error& reason) {
  return {
      ErrorCode::io,
      fmt::format("cannot use the cache directory {}: {}; make it a directory that this user can "
                  "write, or name another one",
                  place.directory.native(), reason.message())};
}

Result<FileLock> lock_index(const IndexPlace& place, LockMode mode) {
  const auto path = place.directory / k_lock_file;
  auto lock = FileLock::acquire(path, mode, place.busy_timeout);
  if (!lock && lock.error().code() == ErrorCode::not_found) {
    if (auto made = util::create_directories(place.directory, k_directory_mode); !made) {
      return unusable(place, made.error());
    }
    lock = FileLock::acquire(path, mode, place.busy_timeout);
  }
  if (!lock && lock.error().code() != ErrorCode::busy) {
    return unusable(place, lock.error());
  }
  return lock;
}

Error not_readable(const std::filesystem::path& path, std::int64_t version) {
  return {
      ErrorCode::unsupported,
      fmt::format("{} is of version {} and this cwasm knows versions up to {}: a newer cwasm made "
                  "it; update this one, or name another cache directory",
                  path.native(), version, k_schema_version)};
}

/// The connection, and the version that the file has.
struct Connection {
  Database database;
  std::int64_t version;
};

Result<Connection> connect(const IndexPlace& place, Opening opening = Opening::for_writing) {
  const auto path = index_path(place);
  CWASM_TRY_ASSIGN(Database database, Database::open(path, place.busy_timeout, opening));
  // The log is kept short because a process that finds it must read all of it.
  database.set_log_limit(k_log_pages);
  // A power loss may cost the last commits; it cannot damage the index.
  CWASM_TRY(database.execute("PRAGMA cell_size_check = ON; PRAGMA synchronous = NORMAL"));
  CWASM_TRY(database.define(k_score_function));
  CWASM_TRY_ASSIGN(const std::int64_t version, schema_version(database));
  if (version > k_schema_version) {
    return not_readable(path, version);
  }
  if (version < 0) {
    return Error(ErrorCode::corrupt, fmt::format("its version is {}", version));
  }
  return Connection{std::move(database), version};
}

Result<OpenedIndex> finish(const IndexPlace& place, Database database) {
  CWASM_TRY(check_schema(database));
  database.expect_version(k_schema_version);
  const Access access = database.is_read_only() ? Access::read : Access::write;
  Index index(std::move(database));
  CWASM_TRY(index.prepare(place.name_space));
  CWASM_TRY_ASSIGN(const FileIdentity file, util::identify(index_path(place)));
  return OpenedIndex{std::move(index), file, {}, access};
}

/// The usual case, beside any number of others: nothing when the index is not there yet, or old.
Result<std::optional<OpenedIndex>> open_current(const IndexPlace& place) {
  CWASM_TRY_ASSIGN(const FileLock lock, lock_index(place, LockMode::shared));
  CWASM_TRY_ASSIGN(Connection connection, connect(place));
  if (connection.version != k_schema_version) {
    return std::optional<OpenedIndex>();
  }
  CWASM_TRY_ASSIGN(OpenedIndex opened, finish(place, std::move(connection.database)));
  return std::optional(std::move(opened));
}

/// REQUIRES: the exclusive lock.
Result<OpenedIndex> open_or_migrate(const IndexPlace& place, Trust trust) {
  CWASM_TRY_ASSIGN(Connection connection, connect(place));
  if (connection.version != k_schema_version) {
    CWASM_TRY(migrate(connection.database));
  }
  CWASM_TRY_ASSIGN(OpenedIndex opened, finish(place, std::move(connection.database)));
  if (trust == Trust::after_a_full_check) {
    CWASM_TRY(opened.index.check());
  }
  return opened;
}

/// Moves the index to the quarantine. REQUIRES: the exclusive lock. Returns where it went.
Result<std::filesystem::path> set_aside(const IndexPlace& place) {
  const auto directory = place.directory / k_quarantine_directory;
  CWASM_TRY(ensure_own_directory(directory));
  const auto from = index_path(place).native();
  const auto to = (directory / ("index-" + util::unique_file_name() + ".db")).native();
  // The database last: a log without its database is ignored, the other way round would be half an
  // index.
  for (const std::string_view suffix : {"-wal", "-shm", "-journal", ""}) {
    auto moved = util::rename_file(from + std::string(suffix), to + std::string(suffix));
    if (!moved && moved.error().code() != ErrorCode::not_found) {
      return std::move(moved).error();
    }
  }
  return std::filesystem::path(to);
}

Result<OpenedIndex> open_or_begin_anew(const IndexPlace& place, Trust trust) {
  CWASM_TRY_ASSIGN(const FileLock lock, lock_index(place, LockMode::exclusive));
  auto opened = open_or_migrate(place, trust);
  if (opened || opened.error().code() != ErrorCode::corrupt) {
    return opened;
  }
  const std::string damage = opened.error().message();
  CWASM_TRY_ASSIGN(const auto aside, set_aside(place));
  opened = open_or_migrate(place, Trust::unless_it_fails);
  if (opened) {
    opened->warning =
        fmt::format("the cache index {} is damaged ({}); it was moved to {} and a new one begun",
                    index_path(place).native(), damage, aside.native());
  }
  return opened;
}

Result<OpenedIndex> open_for_writing(const IndexPlace& place, Trust trust) {
  if (trust == Trust::unless_it_fails) {
    auto opened = open_current(place);
    if (opened && *opened) {
      return std::move(**opened);
    }
    if (!opened && opened.error().code() != ErrorCode::corrupt) {
      return std::move(opened).error();
    }
  }
  return open_or_begin_anew(place, trust);
}

bool has_content(const IndexPlace& place, std::string_view suffix) {
  const auto file = util::identify(index_path(place).native() + std::string(suffix));
  return file && file->size != 0;
}

/// How to read it without a trace: beside writers where they, or those before them, have left what
/// it takes; else as a file that nobody writes.
Result<Opening> how_to_read(const IndexPlace& place) {
  const auto path = index_path(place).native();
  if (util::identify(path + "-wal") && util::identify(path + "-shm")) {
    return Opening::for_reading;
  }
  if (has_content(place, "-wal") || has_content(place, "-journal")) {
    return Error(ErrorCode::io,
                 "it has a log that was not moved into it, which takes writing: run `cwasm cache "
                 "verify` on it as a user who can write it");
  }
  return Opening::unchanging;
}

Result<OpenedIndex> open_for_reading(const IndexPlace& place) {
  CWASM_TRY_ASSIGN(const Opening opening, how_to_read(place));
  CWASM_TRY_ASSIGN(Connection connection, connect(place, opening));
  if (connection.version != k_schema_version) {
    return Error(ErrorCode::unsupported,
                 fmt::format("it is of version {} and cannot be brought to version {} without "
                             "writing: run `cwasm cache verify` on it as a user who can write it",
                             connection.version, k_schema_version));
  }
  return finish(place, std::move(connection.database));
}

/// Whether this user may write what writers of the index write.
bool is_writable(const IndexPlace& place) {
  const auto may_be_written = [](const std::filesystem::path& path) {
    return util::is_writable(path) || !util::identify(path);
  };
  return util::is_writable(place.directory) && may_be_written(index_path(place)) &&
         may_be_written(place.directory / k_lock_file);
}

Result<OpenedIndex> open_as_allowed(const IndexPlace& place, Access access, Trust trust) {
  const auto present = util::identify(index_path(place));
  const bool may_create = access == Access::write && place.create;
  if (!may_create && !present && present.error().code() == ErrorCode::not_found) {
    return Error(ErrorCode::not_found,
                 fmt::format("there is no cache in {}", place.directory.native()));
  }
  if (access == Access::read) {
    return open_for_reading(place);
  }
  auto opened = open_for_writing(place, trust);
  if (opened || opened.error().code() != ErrorCode::io || is_writable(place) ||
      !util::identify(index_path(place))) {
    return opened;
  }
  return open_for_reading(place);
}

} // namespace

Result<OpenedIndex> open_index(const IndexPlace& place, Trust trust) {
  CWASM_TRY_ASSIGN(const Access access, check_owners(place.directory, place.access));
  auto opened = open_as_allowed(place, access, trust);
  if (opened || opened.error().code() == ErrorCode::not_found) {
    return opened;
  }
  return std::move(opened).error().with_context(
      fmt::format("open cache index {}", index_path(place).native()));
}

bool has_long_log(const IndexPlace& place) {
  const auto log = util::identify(std::filesystem::path(index_path(place).native() + "-wal"));
  return log && log->size >= k_log_pages * k_page_size;
}

bool is_in_place(const IndexPlace& place, const FileIdentity& file) {
  const auto now = util::identify(index_path(place));
  return now && now->device == file.device && now->inode == file.inode;
}

} // namespace cwasm::cache
