#include "cache/schema.hpp"

#include "cache/schema_rows.hpp"
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

// Small rows for large caches: what many entries have in common stands once (engines,
// descriptions). Every engine that has entries has a row now; one without a load class is found
// under its own hash only. `totals` and `namespaces` hold what limits ask for at each insert; every
// statement that adds or removes rows keeps them true. Victims come from partial indexes that leave
// out what is pinned; those of one namespace from indexes that hold nothing of the one without a
// name. A file digest is that of the file from `start` to its end or to the end of what was hashed.
constexpr const char* k_version_3 = R"(
CREATE TABLE namespaces(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  entries INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO namespaces(id, name) VALUES (1, '');
CREATE TABLE totals(
  id INTEGER PRIMARY KEY CHECK (id = 1),
  entries INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO totals(id) VALUES (1);
CREATE TABLE descriptions(
  id INTEGER PRIMARY KEY,
  release TEXT NOT NULL,
  target TEXT NOT NULL,
  opt_level TEXT NOT NULL,
  producer TEXT NOT NULL,
  UNIQUE (release, target, opt_level, producer)
) STRICT;
INSERT INTO descriptions(release, target, opt_level, producer)
  SELECT DISTINCT release, target, opt_level, producer FROM entries;
ALTER TABLE engines RENAME TO engines_2;
CREATE TABLE engines(
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 16),
  load_class BLOB CHECK (length(load_class) = 16),
  opt_rank INTEGER NOT NULL DEFAULT 0,
  cpu_flags INTEGER NOT NULL DEFAULT 0,
  fields TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO engines SELECT id, hash, load_class, opt_rank, cpu_flags, fields FROM engines_2;
DROP TABLE engines_2;
INSERT OR IGNORE INTO engines(hash) SELECT DISTINCT engine FROM entries;
ALTER TABLE entries RENAME TO entries_2;
CREATE TABLE entries(
  id INTEGER PRIMARY KEY,
  module BLOB NOT NULL CHECK (length(module) IN (16, 32)),
  algorithm INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  engine INTEGER NOT NULL,
  namespace INTEGER NOT NULL,
  blob INTEGER NOT NULL REFERENCES blobs(id) ON DELETE CASCADE,
  seal INTEGER NOT NULL,
  description INTEGER NOT NULL,
  compile_seconds REAL NOT NULL,
  created INTEGER NOT NULL,
  last_used INTEGER NOT NULL,
  uses INTEGER NOT NULL DEFAULT 0,
  score REAL NOT NULL DEFAULT 0,
  pinned INTEGER NOT NULL DEFAULT 0,
  unloadable INTEGER NOT NULL DEFAULT 0,
  input TEXT NOT NULL,
  UNIQUE (module, algorithm, kind, engine, namespace)
) STRICT;
INSERT INTO entries(id, module, algorithm, kind, engine, namespace, blob, seal, description,
    compile_seconds, created, last_used, uses, input)
  SELECT e.id, e.module, e.algorithm, e.kind, n.id, 1, e.blob, 0, d.id, e.compile_seconds,
    e.created, e.last_used, e.uses, e.input
  FROM entries_2 AS e JOIN engines AS n ON n.hash = e.engine
    JOIN descriptions AS d ON d.release = e.release AND d.target = e.target
      AND d.opt_level = e.opt_level AND d.producer = e.producer;
DROP TABLE entries_2;
CREATE INDEX entries_by_blob ON entries(blob);
CREATE INDEX entries_by_score ON entries(score) WHERE pinned = 0;
CREATE INDEX entries_by_last_use ON entries(last_used) WHERE pinned = 0;
CREATE INDEX entries_of_namespace_by_score ON entries(namespace, score)
  WHERE pinned = 0 AND namespace <> 1;
CREATE INDEX entries_of_namespace_by_last_use ON entries(namespace, last_used)
  WHERE pinned = 0 AND namespace <> 1;
CREATE INDEX entries_unloadable ON entries(id) WHERE pinned = 0 AND unloadable <> 0;
ALTER TABLE misses ADD COLUMN namespace INTEGER NOT NULL DEFAULT 1;
ALTER TABLE file_digests RENAME TO file_digests_2;
CREATE TABLE file_digests(
  device INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  algorithm INTEGER NOT NULL,
  start INTEGER NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) IN (16, 32)),
  PRIMARY KEY (device, inode, algorithm, start)
) STRICT, WITHOUT ROWID;
INSERT INTO file_digests SELECT device, inode, algorithm, 0, size, mtime_ns, ctime_ns, digest
  FROM file_digests_2;
DROP TABLE file_digests_2;
)";

// Script i leads from version i to i + 1. A script that was ever released does not change.
struct Migration {
  const char* script;
  Status (*complete)(Database& database); ///< what SQL cannot say; none: nothing
};
constexpr std::array k_migrations = {
    Migration{k_version_1, nullptr},
    Migration{k_version_2, nullptr},
    Migration{k_version_3, complete_version_3},
};

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
    const Migration& migration = k_migrations.at(static_cast<std::size_t>(step));
    auto done = database.execute(migration.script);
    if (done && migration.complete != nullptr) {
      done = migration.complete(database);
    }
    if (!done) {
      return std::move(done).error().with_context(fmt::format("migrate to version {}", step + 1));
    }
  }
  const auto mark = fmt::format("PRAGMA user_version = {}", version);
  CWASM_TRY(database.execute(mark.c_str()));
  return transaction.commit();
}

} // namespace cwasm::cache
