#include "cache/index.hpp"

#include "cache/rows.hpp"
#include "util/try.hpp"

#include <array>
#include <utility>

// What limits ask the index: how much there is, and who goes first. Every answer comes from an
// index of the database, or is a full scan that says so.

namespace cwasm::cache {
namespace {

constexpr const char* k_usage =
    "SELECT entries, bytes, (SELECT bytes FROM namespaces WHERE id = ?1),"
    " (SELECT min(last_used) FROM entries WHERE pinned = 0) FROM totals";

#define CWASM_VICTIMS                                                                              \
  "SELECT e.id, e.blob, b.size, e.namespace FROM entries AS e"                                     \
  " JOIN blobs AS b ON b.id = e.blob WHERE e.pinned = 0 AND e.id <> ?1"

/// By Victims.
constexpr std::array k_victims = {
    CWASM_VICTIMS " AND e.last_used < ?3 ORDER BY e.last_used LIMIT ?2",
    CWASM_VICTIMS " AND e.unloadable <> 0 ORDER BY e.id LIMIT ?2",
    CWASM_VICTIMS " ORDER BY e.score LIMIT ?2",
    CWASM_VICTIMS " ORDER BY e.last_used LIMIT ?2",
    CWASM_VICTIMS " AND e.namespace = ?3 AND e.namespace <> 1 ORDER BY e.score LIMIT ?2",
    CWASM_VICTIMS " AND e.namespace = ?3 AND e.namespace <> 1 ORDER BY e.last_used LIMIT ?2",
    // Most of a cache is in the namespace without a name, so these find theirs among the first.
    CWASM_VICTIMS " AND e.namespace = ?3 ORDER BY e.score LIMIT ?2",
    CWASM_VICTIMS " AND e.namespace = ?3 ORDER BY e.last_used LIMIT ?2",
};

constexpr const char* k_pin =
    "UPDATE entries SET pinned = ?4 WHERE module = ?1 AND algorithm = ?2 AND namespace = ?3"
    " AND pinned <> ?4 RETURNING id";

// Full scans.
constexpr const char* k_engines_in_use =
    "SELECT b.digest, b.size, b.device, b.inode, b.mtime_ns, b.ctime_ns, s.engine, e.kind"
    " FROM (SELECT engine, min(id) AS id FROM entries WHERE namespace = ?1 OR ?1 = 1"
    "       GROUP BY engine) AS s"
    " JOIN entries AS e ON e.id = s.id JOIN blobs AS b ON b.id = e.blob";
constexpr const char* k_mark =
    "UPDATE entries SET unloadable = ?2 WHERE engine = ?1 AND unloadable <> ?2"
    " AND (namespace = ?3 OR ?3 = 1) AND id > ?4 AND id <= ?5";
constexpr const char* k_last_id = "SELECT coalesce(max(id), 0) FROM entries";
constexpr const char* k_count_unloadable =
    "SELECT count(*) FROM entries WHERE pinned = 0 AND unloadable <> 0";
constexpr const char* k_tidy =
    "DELETE FROM engines WHERE id NOT IN (SELECT engine FROM entries);"
    "DELETE FROM descriptions WHERE id NOT IN (SELECT description FROM entries);"
    "DELETE FROM file_digests WHERE (device, inode, algorithm, start) IN"
    " (SELECT device, inode, algorithm, start FROM file_digests ORDER BY ctime_ns DESC"
    "  LIMIT -1 OFFSET 65536);";

} // namespace

Result<Usage> Index::usage() {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_usage));
  CWASM_TRY_ASSIGN(const bool row, query.bind(1, m_space).step());
  if (!row) {
    return Error(ErrorCode::corrupt, "the cache index has no totals");
  }
  Usage usage{loaded(query.integer(0)), loaded(query.integer(1)), loaded(query.integer(2)), {}};
  if (!query.is_null(3)) {
    usage.oldest = loaded_time(query.integer(3));
  }
  return usage;
}

Result<std::vector<EntryRow>> Index::victims(const VictimsWanted& wanted) {
  auto which = static_cast<std::size_t>(wanted.which);
  const bool of_namespace =
      wanted.which == Victims::own_cheapest || wanted.which == Victims::own_least_recent;
  if (of_namespace && m_space == k_no_namespace) {
    which += 2;
  }
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_victims.at(which)));
  query.bind(1, wanted.protected_entry).bind(2, wanted.limit);
  if (wanted.which == Victims::older) {
    query.bind(3, stored(wanted.cutoff));
  } else if (of_namespace) {
    query.bind(3, m_space);
  }
  std::vector<EntryRow> out;
  while (true) {
    CWASM_TRY_ASSIGN(const bool row, query.step());
    if (!row) {
      return out;
    }
    out.push_back({query.integer(0), query.integer(1), query.integer(2), query.integer(3)});
  }
}

Result<std::uint64_t> Index::pin(const ModuleDigest& module, bool pinned) {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_pin));
  query.bind(1, std::span(module.bytes).first(module.size()));
  query.bind(2, std::int64_t{static_cast<std::uint8_t>(module.algorithm)});
  query.bind(3, m_space).bind(4, std::int64_t{pinned ? 1 : 0});
  std::uint64_t changed = 0;
  while (true) {
    CWASM_TRY_ASSIGN(const bool row, query.step());
    if (!row) {
      return changed;
    }
    ++changed;
  }
}

Result<std::vector<EngineInUse>> Index::engines_in_use() {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_engines_in_use));
  query.bind(1, m_space);
  std::vector<EngineInUse> out;
  while (true) {
    CWASM_TRY_ASSIGN(const bool row, query.step());
    if (!row) {
      return out;
    }
    CWASM_TRY_ASSIGN(BlobRecord sample, read_blob(query));
    out.push_back({query.integer(6), static_cast<Kind>(query.integer(7)), sample});
  }
}

Status Index::mark(std::int64_t engine, bool unloadable, std::int64_t after, std::int64_t last) {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_mark));
  query.bind(1, engine).bind(2, std::int64_t{unloadable ? 1 : 0}).bind(3, m_space);
  return query.bind(4, after).bind(5, last).run();
}

Result<std::int64_t> Index::last_entry() {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_last_id));
  CWASM_TRY(query.step());
  return query.integer(0);
}

Result<std::uint64_t> Index::count_unloadable() {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_count_unloadable));
  CWASM_TRY(query.step());
  return loaded(query.integer(0));
}

Status Index::tidy() { return m_database.execute(k_tidy); }

} // namespace cwasm::cache
