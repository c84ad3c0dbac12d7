#include "cache/index.hpp"

#include "cache/rows.hpp"
#include "util/try.hpp"

#include <algorithm>
#include <utility>

// The index's batches: what hits gathered, and the totals for people.

namespace cwasm::cache {
namespace {

constexpr const char* k_add_counter =
    "INSERT INTO counters(id, value) VALUES (?1, ?2)"
    " ON CONFLICT(id) DO UPDATE SET value = value + excluded.value";
constexpr const char* k_add_use =
    "UPDATE entries SET uses = uses + ?6, last_used = max(last_used, ?7), unloadable = 0,"
    "  score = score_of(compile_seconds, uses + ?6, (SELECT size FROM blobs WHERE id = blob),"
    "   max(last_used, ?7))"
    " WHERE module = ?1 AND algorithm = ?2 AND kind = ?3"
    "  AND engine = (SELECT id FROM engines WHERE hash = ?4) AND namespace = ?5";
constexpr const char* k_set_verified = "UPDATE blobs SET device = ?1, inode = ?2, mtime_ns = ?3,"
                                       " ctime_ns = ?4 WHERE digest = ?5 AND size = ?6";
constexpr const char* k_put_digest = "INSERT OR REPLACE INTO file_digests"
                                     "(device, inode, mtime_ns, ctime_ns, algorithm, size, digest,"
                                     " start) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
constexpr const char* k_sizes = "SELECT entries, bytes FROM totals";
constexpr const char* k_counters = "SELECT id, value FROM counters";
constexpr const char* k_list =
    "SELECT " CWASM_ENTRY_COLUMNS " FROM " CWASM_ENTRY_TABLES " WHERE e.namespace = ?1";
constexpr const char* k_size_of_namespace = "SELECT entries, bytes FROM namespaces WHERE id = ?1";
constexpr const char* k_clear_entries = "DELETE FROM entries WHERE namespace = ?1";
constexpr const char* k_clear_misses = "DELETE FROM misses WHERE namespace = ?1";

} // namespace

Status Index::settle(const Gathered& gathered) {
  CWASM_TRY(add_counters(gathered.counters.values, 0));
  CWASM_TRY(add_counters(gathered.tallies.values, k_first_tally));
  CWASM_TRY(add_uses(gathered));
  CWASM_TRY(add_misses(gathered));
  return add_digests(gathered);
}

Status Index::add_counters(std::span<const std::uint64_t> values, std::uint64_t first_id) {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_add_counter));
  for (const std::uint64_t value : values) {
    if (value != 0) {
      query.bind(1, stored(first_id)).bind(2, stored(value));
      CWASM_TRY(query.run());
      query.reset();
    }
    ++first_id;
  }
  return ok();
}

Status Index::add_uses(const Gathered& gathered) {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_add_use));
  for (const auto& [key, use] : gathered.uses) {
    bind_key(query, key, m_space);
    query.bind(6, stored(use.count)).bind(7, stored(use.last));
    CWASM_TRY(query.run());
    query.reset();
  }
  return ok();
}

Status Index::add_verified(const Gathered& gathered) {
  if (gathered.verified.empty()) {
    return ok(); // as for nearly every process: a statement is dear to prepare
  }
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_set_verified));
  for (const auto& [digest, identity] : gathered.verified) {
    bind_identity(query, 1, identity);
    query.bind(5, digest).bind(6, stored(identity.size));
    CWASM_TRY(query.run());
    query.reset();
  }
  return ok();
}

Status Index::add_digests(const Gathered& gathered) {
  for (const auto& [slot, file] : gathered.digests) {
    if (file.stored) {
      continue;
    }
    CWASM_TRY_ASSIGN(auto query, m_database.query(k_put_digest));
    bind_identity(query, 1, file.identity);
    query.bind(5, std::int64_t{static_cast<std::uint8_t>(slot.algorithm)});
    query.bind(6, stored(file.identity.size));
    query.bind(7, std::span(file.digest.bytes).first(file.digest.size()));
    query.bind(8, stored(slot.start));
    CWASM_TRY(query.run());
  }
  return ok();
}

Result<ClearReport> Index::clear() {
  const bool all = m_space == k_no_namespace;
  ClearReport report;
  {
    CWASM_TRY_ASSIGN(auto size, m_database.query(all ? k_sizes : k_size_of_namespace));
    if (!all) {
      size.bind(1, m_space);
    }
    CWASM_TRY(size.step());
    report = {loaded(size.integer(0)), loaded(size.integer(1))};
  }
  if (all) {
    CWASM_TRY(m_database.execute("DELETE FROM entries; DELETE FROM blobs; DELETE FROM counters;"
                                 "DELETE FROM file_digests; DELETE FROM engines;"
                                 "DELETE FROM descriptions; DELETE FROM misses;"));
  } else {
    for (const char* statement : {k_clear_entries, k_clear_misses}) {
      CWASM_TRY_ASSIGN(auto query, m_database.query(statement));
      CWASM_TRY(query.bind(1, m_space).run());
    }
  }
  CWASM_TRY(drop_unused_blobs());
  return report;
}

Result<StoredStats> Index::stats() {
  StoredStats out;
  {
    CWASM_TRY_ASSIGN(auto sizes, m_database.query(k_sizes));
    CWASM_TRY(sizes.step());
    out.entries = loaded(sizes.integer(0));
    out.bytes = loaded(sizes.integer(1));
  }
  CWASM_TRY_ASSIGN(auto counters, m_database.query(k_counters));
  while (true) {
    CWASM_TRY_ASSIGN(const bool row, counters.step());
    if (!row) {
      return out;
    }
    // A counter that a newer cwasm has added is not ours to show.
    const auto id = loaded(counters.integer(0));
    const auto value = loaded(counters.integer(1));
    if (id < out.counters.values.size()) {
      out.counters.values[id] = value;
    } else if (id >= k_first_tally && id - k_first_tally < out.tallies.values.size()) {
      out.tallies.values[id - k_first_tally] = value;
    }
  }
}

Result<std::vector<Entry>> Index::list() {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_list));
  query.bind(1, m_space);
  std::vector<Entry> out;
  while (true) {
    CWASM_TRY_ASSIGN(const bool row, query.step());
    if (!row) {
      return out;
    }
    CWASM_TRY_ASSIGN(Entry entry, read_entry(query));
    out.push_back(std::move(entry));
  }
}

} // namespace cwasm::cache
