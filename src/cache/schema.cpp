#include "cache/schema.hpp"

#include "util/try.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

// Times are microseconds since 1970. File identities are unsigned 64-bit numbers kept as the signed
// ones of the same bits. The unique key of `entries` begins with the module, so that it also finds
// every artifact of one module.

namespace cwasm::cache {
namespace {

constexpr const char* k_version_1 = R"(
CREATE TABLE blobs(
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
  size INTEGER NOT NULL CHECK (size >= 0),
  -- the file as it was when its content was last verified, or NULL
  device INTEGER,
  inode INTEGER,
  mtime_ns INTEGER,
  ctime_ns INTEGER
) STRICT;
CREATE TABLE entries(
  id INTEGER PRIMARY KEY,
  module BLOB NOT NULL CHECK (length(module) IN (16, 32)),
  algorithm INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  engine BLOB NOT NULL CHECK (length(engine) = 16),
  blob INTEGER NOT NULL REFERENCES blobs(id) ON DELETE CASCADE,
  release TEXT NOT NULL,
  target TEXT NOT NULL,
  opt_level TEXT NOT NULL,
  producer TEXT NOT NULL,
  input TEXT NOT NULL,
  compile_seconds REAL NOT NULL,
  created INTEGER NOT NULL,
  last_used INTEGER NOT NULL,
  uses INTEGER NOT NULL DEFAULT 0,
  UNIQUE (module, algorithm, kind, engine)
) STRICT;
CREATE INDEX entries_by_blob ON entries(blob);
CREATE TABLE counters(
  id INTEGER PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;
CREATE TABLE file_digests(
  device INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  algorithm INTEGER NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) IN (16, 32)),
  PRIMARY KEY (device, inode, algorithm)
) STRICT, WITHOUT ROWID;
)";

// What each engine's artifacts need. Rows of `entries` find theirs by the hash; an entry whose
// engine has none here is found under its own key only. `fields` comes last because it is long.
constexpr const char* k_version_2 = R"(
CREATE TABLE engines(
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 16),
  load_class BLOB NOT NULL CHECK (length(load_class) = 16),
  opt_rank INTEGER NOT NULL,
  cpu_flags INTEGER NOT NULL,
  fields TEXT NOT NULL
) STRICT;
CREATE TABLE misses(
  id INTEGER PRIMARY KEY,
  module BLOB NOT NULL CHECK (length(module) IN (16, 32)),
  algorithm INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  engine BLOB NOT NULL CHECK (length(engine) = 16),
  time INTEGER NOT NULL,
  input TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
)";

// Script i leads from version i to i + 1. A script that was ever released does not change.
constexpr std::array k_migrations = {k_version_1, k_version_2};

static_assert(k_migrations.size() == k_schema_version);

} // namespace

Result<std::int64_t> schema_version(Database& database) {
  CWASM_TRY_ASSIGN(auto query, database.query("PRAGMA user_version"));
  CWASM_TRY(query.step());
  return query.integer(0);
}

Status migrate(Database& database, std::int64_t version) {
  // A file system that cannot share memory between processes keeps the rollback journal: slower,
  // as safe.
  CWASM_TRY(database.execute("PRAGMA journal_mode = WAL"));
  CWASM_TRY_ASSIGN(auto transaction, Transaction::begin(database));
  CWASM_TRY_ASSIGN(const std::int64_t before, schema_version(database));
  for (std::int64_t step = before; step < version; ++step) {
    if (auto done = database.execute(k_migrations.at(static_cast<std::size_t>(step))); !done) {
      return std::move(done).error().with_context(fmt::format("migrate to version {}", step + 1));
    }
  }
  const auto mark = fmt::format("PRAGMA user_version = {}", version);
  CWASM_TRY(database.execute(mark.c_str()));
  return transaction.commit();
}

} // namespace cwasm::cache
