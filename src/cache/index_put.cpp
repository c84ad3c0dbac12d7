#include "cache/index.hpp"

#include "cache/rows.hpp"
#include "cache/totals.hpp"
#include "util/try.hpp"

#include <utility>

// The index's rows as they come and go.

namespace cwasm::cache {
namespace {

constexpr const char* k_blob_row = "SELECT id, size FROM blobs WHERE digest = ?1";
constexpr const char* k_add_blob =
    "INSERT INTO blobs(digest, size, device, inode, mtime_ns, ctime_ns)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id";
constexpr const char* k_change_blob = "UPDATE blobs SET size = ?2, device = ?3, inode = ?4,"
                                      " mtime_ns = ?5, ctime_ns = ?6 WHERE digest = ?1";
constexpr const char* k_drop_blob = "DELETE FROM blobs WHERE digest = ?1";
constexpr const char* k_drop_blob_if_unused =
    "DELETE FROM blobs WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM entries WHERE blob = ?1)"
    " RETURNING digest, size";
constexpr const char* k_spaces_of_blob =
    "SELECT namespace, count(*) FROM entries WHERE blob = ?1 GROUP BY namespace";

constexpr const char* k_engine =
    "SELECT id, load_class = ?2 AND fields = ?3 FROM engines WHERE hash = ?1";
constexpr const char* k_add_bare_engine = "INSERT INTO engines(hash) VALUES (?1) RETURNING id";
constexpr const char* k_put_engine =
    "INSERT INTO engines(hash, load_class, fields, opt_rank, cpu_flags)"
    " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT(hash) DO UPDATE SET load_class = excluded.load_class,"
    "  fields = excluded.fields, opt_rank = excluded.opt_rank, cpu_flags = excluded.cpu_flags"
    " RETURNING id";
constexpr const char* k_description = "SELECT id FROM descriptions WHERE release = ?1"
                                      " AND target = ?2 AND opt_level = ?3 AND producer = ?4";
constexpr const char* k_add_description =
    "INSERT INTO descriptions(release, target, opt_level, producer) VALUES (?1, ?2, ?3, ?4)"
    " RETURNING id";

constexpr const char* k_entry_row =
    "SELECT e.id, e.blob, b.size, e.namespace FROM entries AS e JOIN blobs AS b ON b.id = e.blob"
    " WHERE e.module = ?1 AND e.algorithm = ?2 AND e.kind = ?3"
    " AND e.engine = (SELECT id FROM engines WHERE hash = ?4) AND e.namespace = ?5";
constexpr const char* k_put_entry =
    "INSERT INTO entries(module, algorithm, kind, engine, namespace, blob, seal, description,"
    "  input, compile_seconds, created, last_used, score)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, ?12)"
    " ON CONFLICT(module, algorithm, kind, engine, namespace) DO UPDATE SET blob = excluded.blob,"
    "  seal = excluded.seal, description = excluded.description, input = excluded.input,"
    "  compile_seconds = excluded.compile_seconds, created = excluded.created,"
    "  last_used = excluded.last_used, score = excluded.score, uses = 0, unloadable = 0"
    " RETURNING id";
constexpr const char* k_drop_entry = "DELETE FROM entries WHERE id = ?1";

/// The value of a statement that gives one, run to its end.
Result<std::int64_t> returned(Query query) {
  CWASM_TRY_ASSIGN(const bool row, query.step());
  const std::int64_t value = row ? query.integer(0) : 0;
  CWASM_TRY(query.run());
  return value;
}

} // namespace

Result<std::int64_t> Index::put_blob(const BlobRecord& blob) {
  std::int64_t row = 0;
  std::int64_t size_before = 0;
  {
    CWASM_TRY_ASSIGN(auto known, m_database.query(k_blob_row));
    CWASM_TRY_ASSIGN(const bool found, known.bind(1, blob.digest).step());
    if (found) {
      row = known.integer(0);
      size_before = known.integer(1);
    }
  }
  {
    CWASM_TRY_ASSIGN(auto query, m_database.query(row == 0 ? k_add_blob : k_change_blob));
    query.bind(1, blob.digest).bind(2, stored(blob.size));
    if (blob.verified) {
      bind_identity(query, 3, *blob.verified);
    }
    CWASM_TRY_ASSIGN(const std::int64_t added, returned(std::move(query)));
    row = row == 0 ? added : row;
  }
  CWASM_TRY(add_blob_bytes(m_database, stored(blob.size) - size_before));
  return row;
}

Result<std::int64_t> Index::put_engine(const CompatibilityHash& engine,
                                       const std::optional<Requirements>& requirements) {
  const auto bind = [&](Query& query) {
    query.bind(1, engine.bytes);
    if (requirements) {
      query.bind(2, requirements->load.load_class).bind(3, requirements->fields);
    }
  };
  {
    CWASM_TRY_ASSIGN(auto known, m_database.query(k_engine));
    bind(known);
    CWASM_TRY_ASSIGN(const bool found, known.step());
    // What is known stays known when somebody stores without it.
    if (found && (!requirements || known.integer(1) != 0)) {
      return known.integer(0);
    }
  }
  CWASM_TRY_ASSIGN(auto query, m_database.query(requirements ? k_put_engine : k_add_bare_engine));
  bind(query);
  if (requirements) {
    query.bind(4, std::int64_t{requirements->load.opt_rank});
    query.bind(5, std::int64_t{requirements->load.cpu_flags});
  }
  return returned(std::move(query));
}

Result<std::int64_t> Index::put_description(const EntryDescription& description) {
  const auto bind = [&description](Query& query) {
    query.bind(1, shortened(description.release)).bind(2, shortened(description.target));
    query.bind(3, shortened(description.opt_level)).bind(4, shortened(description.producer));
  };
  {
    CWASM_TRY_ASSIGN(auto known, m_database.query(k_description));
    bind(known);
    CWASM_TRY_ASSIGN(const bool found, known.step());
    if (found) {
      return known.integer(0);
    }
  }
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_add_description));
  bind(query);
  return returned(std::move(query));
}

Result<std::optional<EntryRow>> Index::find_row(const CacheKey& key) {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_entry_row));
  bind_key(query, key, m_space);
  CWASM_TRY_ASSIGN(const bool found, query.step());
  return found ? std::optional(EntryRow{query.integer(0), query.integer(1), query.integer(2),
                                        query.integer(3)})
               : std::nullopt;
}

Result<PutResult> Index::put(const CacheKey& key, const EntryDescription& description,
                             const std::optional<Requirements>& requirements,
                             const BlobRecord& blob, Time now) {
  CWASM_TRY_ASSIGN(const auto before, find_row(key));
  CWASM_TRY_ASSIGN(const std::int64_t row, put_blob(blob));
  CWASM_TRY_ASSIGN(const std::int64_t engine, put_engine(key.engine, requirements));
  CWASM_TRY_ASSIGN(const std::int64_t about, put_description(description));
  PutResult result;
  {
    CWASM_TRY_ASSIGN(auto entry, m_database.query(k_put_entry));
    bind_module(entry, key.module, key.kind);
    entry.bind(4, engine).bind(5, m_space).bind(6, row);
    entry.bind(7, seal_of(m_space, key, blob.digest)).bind(8, about);
    entry.bind(9, shortened(description.input)).bind(10, description.compile_seconds);
    entry.bind(11, stored(now));
    entry.bind(12, score_of({description.compile_seconds, 0, blob.size, now}));
    CWASM_TRY_ASSIGN(result.entry, returned(std::move(entry)));
  }
  const std::int64_t size = stored(blob.size);
  CWASM_TRY(
      add_to_totals(m_database, {m_space, before ? 0 : 1, before ? size - before->size : size}));
  if (before && before->blob != row) {
    CWASM_TRY_ASSIGN(result.replaced, drop_blob_if_unused(before->blob));
  }
  return result;
}

Result<std::optional<util::Sha256>> Index::drop_blob_if_unused(std::int64_t blob) {
  std::optional<util::Sha256> digest;
  std::int64_t size = 0;
  {
    CWASM_TRY_ASSIGN(auto unused, m_database.query(k_drop_blob_if_unused));
    CWASM_TRY_ASSIGN(const bool dropped, unused.bind(1, blob).step());
    if (dropped) {
      digest = read_digest(unused.bytes(0));
      size = unused.integer(1);
    }
    CWASM_TRY(unused.run());
  }
  CWASM_TRY(add_blob_bytes(m_database, -size));
  return digest;
}

Result<std::optional<util::Sha256>> Index::drop(const EntryRow& row) {
  {
    CWASM_TRY_ASSIGN(auto query, m_database.query(k_drop_entry));
    CWASM_TRY(query.bind(1, row.id).run());
  }
  CWASM_TRY(add_to_totals(m_database, {row.space, -1, -row.size}));
  return drop_blob_if_unused(row.blob);
}

Result<std::optional<util::Sha256>> Index::drop(const CacheKey& key) {
  CWASM_TRY_ASSIGN(const auto row, find_row(key));
  return row ? drop(*row) : Result<std::optional<util::Sha256>>(std::nullopt);
}

Status Index::drop_blob(const util::Sha256& digest) {
  std::vector<EntriesChange> changes;
  std::int64_t size = 0;
  {
    CWASM_TRY_ASSIGN(auto blob, m_database.query(k_blob_row));
    CWASM_TRY_ASSIGN(const bool found, blob.bind(1, digest).step());
    if (!found) {
      return ok();
    }
    size = blob.integer(1);
    CWASM_TRY_ASSIGN(auto spaces, m_database.query(k_spaces_of_blob));
    spaces.bind(1, blob.integer(0));
    while (true) {
      CWASM_TRY_ASSIGN(const bool row, spaces.step());
      if (!row) {
        break;
      }
      const std::int64_t entries = spaces.integer(1);
      changes.push_back({spaces.integer(0), -entries, -entries * size});
    }
  }
  for (const EntriesChange& change : changes) {
    CWASM_TRY(add_to_totals(m_database, change));
  }
  CWASM_TRY(add_blob_bytes(m_database, -size));
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_drop_blob));
  return query.bind(1, digest).run();
}

Status Index::drop_unused_blobs() {
  CWASM_TRY(m_database.execute("DELETE FROM blobs WHERE id NOT IN (SELECT blob FROM entries)"));
  return count_all(m_database);
}

} // namespace cwasm::cache
