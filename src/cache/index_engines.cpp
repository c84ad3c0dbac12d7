#include "cache/index.hpp"

#include "cache/rows.hpp"
#include "util/try.hpp"

#include <algorithm>
#include <utility>

// The index's engines: which artifacts of other engines a lookup may take, and why one missed.

namespace cwasm::cache {
namespace {

constexpr const char* k_candidates =
    "SELECT " CWASM_ENTRY_COLUMNS ", n.load_class, n.opt_rank, n.cpu_flags, n.fields"
    " FROM " CWASM_ENTRY_TABLES
    " WHERE e.module = ?1 AND e.algorithm = ?2 AND e.kind = ?3 AND n.hash <> ?4"
    "  AND e.namespace = ?5 AND n.load_class = ?6 AND (n.opt_rank >= ?7 OR ?8)"
    " ORDER BY n.opt_rank < ?7, abs(n.opt_rank - ?7), n.cpu_flags DESC, e.created DESC, e.id DESC"
    " LIMIT ?9";
constexpr const char* k_artifacts_of =
    "SELECT " CWASM_ENTRY_COLUMNS ", n.load_class, n.opt_rank, n.cpu_flags, n.fields"
    " FROM " CWASM_ENTRY_TABLES
    " WHERE e.module = ?1 AND e.algorithm = ?2 AND e.kind = ?3 AND e.namespace = ?4"
    " ORDER BY e.created DESC, e.id DESC LIMIT ?5";
constexpr const char* k_put_miss =
    "INSERT INTO misses(module, algorithm, kind, engine, namespace, time, input, reason)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
constexpr const char* k_forget_misses =
    "DELETE FROM misses WHERE id <= (SELECT max(id) FROM misses) - ?1";
constexpr const char* k_misses = "SELECT module, algorithm, kind, engine, time, input, reason"
                                 " FROM misses WHERE namespace = ?1 ORDER BY id DESC LIMIT ?2";

/// The columns of an entry, then those of its engine.
Result<KnownArtifact> read_known(const Query& query) {
  KnownArtifact known;
  CWASM_TRY_ASSIGN(known.entry, read_entry(query));
  const auto load_class = query.bytes(16);
  Requirements requirements;
  if (load_class.size() == requirements.load.load_class.size()) {
    std::copy(load_class.begin(), load_class.end(), requirements.load.load_class.begin());
    requirements.load.opt_rank = static_cast<std::uint32_t>(query.integer(17));
    requirements.load.cpu_flags = static_cast<std::uint32_t>(query.integer(18));
    requirements.fields = query.text(19);
    known.requirements = std::move(requirements);
  }
  return known;
}

Result<std::vector<KnownArtifact>> read_all(Query query) {
  std::vector<KnownArtifact> out;
  while (true) {
    CWASM_TRY_ASSIGN(const bool row, query.step());
    if (!row) {
      return out;
    }
    CWASM_TRY_ASSIGN(KnownArtifact known, read_known(query));
    out.push_back(std::move(known));
  }
}

} // namespace

Result<std::vector<KnownArtifact>>
Index::candidates(const CacheKey& key, const CompatibleWish& wish, std::int64_t limit) {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_candidates));
  bind_key(query, key, m_space);
  query.bind(6, wish.load.load_class).bind(7, std::int64_t{wish.load.opt_rank});
  query.bind(8, std::int64_t{wish.allow_lower_opt_rank ? 1 : 0}).bind(9, limit);
  return read_all(std::move(query));
}

Result<std::vector<KnownArtifact>> Index::artifacts_of(const ModuleDigest& module, Kind kind,
                                                       std::int64_t limit) {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_artifacts_of));
  bind_module(query, module, kind);
  query.bind(4, m_space).bind(5, limit);
  return read_all(std::move(query));
}

Status Index::add_misses(const Gathered& gathered) {
  if (gathered.misses.empty()) {
    return ok();
  }
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_put_miss));
  for (const Miss& miss : gathered.misses) {
    bind_key(query, miss.key, m_space);
    query.bind(6, stored(miss.time)).bind(7, shortened(miss.input));
    query.bind(8, shortened(miss.reason));
    CWASM_TRY(query.run());
    query.reset();
  }
  CWASM_TRY_ASSIGN(auto forget, m_database.query(k_forget_misses));
  return forget.bind(1, stored(k_misses_remembered)).run();
}

Result<std::vector<Miss>> Index::misses(std::int64_t limit) {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_misses));
  query.bind(1, m_space).bind(2, limit);
  std::vector<Miss> out;
  while (true) {
    CWASM_TRY_ASSIGN(const bool row, query.step());
    if (!row) {
      return out;
    }
    Miss miss;
    CWASM_TRY_ASSIGN(miss.key, read_key(query));
    miss.time = loaded_time(query.integer(4));
    miss.input = query.text(5);
    miss.reason = query.text(6);
    out.push_back(std::move(miss));
  }
}

} // namespace cwasm::cache
