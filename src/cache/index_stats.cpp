#include "cache/index.hpp"

#include "cache/rows.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

// Where the space and the time went, by full scans.

namespace cwasm::cache {
namespace {

#define CWASM_GROUP_COLUMNS                                                                        \
  " count(*), sum(b.size), sum(e.uses), sum(e.uses * e.compile_seconds), max(e.last_used)"

/// By StatsGroup. Columns 0 to 3 are read_key's, where the group has no such thing any one of it.
constexpr std::array k_groups = {
    "SELECT e.module, e.algorithm, e.kind, n.hash, d.release, d.target, "
    "d.opt_level," CWASM_GROUP_COLUMNS " FROM " CWASM_ENTRY_TABLES
    " WHERE e.namespace = ?1 GROUP BY e.engine"
    " ORDER BY 11 DESC, 8 DESC LIMIT ?2",
    "SELECT e.module, e.algorithm, e.kind, n.hash, e.input, '', ''," CWASM_GROUP_COLUMNS
    " FROM " CWASM_ENTRY_TABLES " WHERE e.namespace = ?1"
    " GROUP BY e.module, e.algorithm ORDER BY 11 DESC, 8 DESC LIMIT ?2",
};

} // namespace

Result<std::vector<GroupStats>> Index::stats_by(StatsGroup group, std::int64_t limit) {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_groups.at(static_cast<std::size_t>(group))));
  query.bind(1, m_space).bind(2, limit);
  std::vector<GroupStats> out;
  while (true) {
    CWASM_TRY_ASSIGN(const bool row, query.step());
    if (!row) {
      return out;
    }
    CWASM_TRY_ASSIGN(const CacheKey key, read_key(query));
    GroupStats stats;
    if (group == StatsGroup::engine) {
      stats.engine = key.engine;
      stats.about =
          fmt::format("{}, {}, opt level {}", query.text(4), query.text(5), query.text(6));
    } else {
      stats.module = key.module;
      stats.about = query.text(4);
    }
    stats.entries = loaded(query.integer(7));
    stats.bytes = loaded(query.integer(8));
    stats.hits = loaded(query.integer(9));
    stats.saved_seconds = query.real(10);
    stats.last_used = loaded_time(query.integer(11));
    out.push_back(std::move(stats));
  }
}

} // namespace cwasm::cache
