#include "cache/index.hpp"

#include "cache/rows.hpp"
#include "util/try.hpp"

#include <vector>

// What SQLite cannot see: entries that contradict what they name.

namespace cwasm::cache {
namespace {

constexpr const char* k_entries_after =
    "SELECT e.module, e.algorithm, e.kind, n.hash, b.digest, e.seal, e.namespace, d.id, e.id"
    " FROM entries AS e LEFT JOIN engines AS n ON n.id = e.engine"
    " LEFT JOIN blobs AS b ON b.id = e.blob LEFT JOIN descriptions AS d ON d.id = e.description"
    " WHERE e.id > ?1 ORDER BY e.id LIMIT ?2";
constexpr const char* k_drop_entry = "DELETE FROM entries WHERE id = ?1";

bool is_sound(const Query& query) {
  const auto key = read_key(query);
  const auto blob = read_digest(query.bytes(4));
  return key && blob && !query.is_null(7) &&
         query.integer(5) == seal_of(query.integer(6), *key, *blob);
}

} // namespace

Result<CheckedEntries> Index::drop_damaged_entries(std::int64_t after, std::int64_t limit) {
  CheckedEntries checked;
  std::vector<std::int64_t> damaged;
  {
    CWASM_TRY_ASSIGN(auto query, m_database.query(k_entries_after));
    query.bind(1, after).bind(2, limit);
    while (true) {
      CWASM_TRY_ASSIGN(const bool row, query.step());
      if (!row) {
        break;
      }
      checked.last = query.integer(8);
      if (!is_sound(query)) {
        damaged.push_back(*checked.last);
      }
    }
  }
  for (const std::int64_t entry : damaged) {
    CWASM_TRY_ASSIGN(auto query, m_database.query(k_drop_entry));
    CWASM_TRY(query.bind(1, entry).run());
  }
  checked.dropped = damaged.size();
  CWASM_TRY(damaged.empty() ? ok() : drop_unused_blobs());
  return checked;
}

} // namespace cwasm::cache
