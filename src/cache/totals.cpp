#include "cache/totals.hpp"

#include "util/try.hpp"

namespace cwasm::cache {
namespace {

constexpr const char* k_add = "UPDATE totals SET entries = entries + ?1";
constexpr const char* k_add_to_namespace =
    "UPDATE namespaces SET entries = entries + ?1, bytes = bytes + ?2 WHERE id = ?3";
constexpr const char* k_add_bytes = "UPDATE totals SET bytes = bytes + ?1";
constexpr const char* k_count_all =
    "UPDATE totals SET entries = (SELECT count(*) FROM entries),"
    " bytes = (SELECT coalesce(sum(size), 0) FROM blobs);"
    "UPDATE namespaces SET entries = 0, bytes = 0;"
    "UPDATE namespaces SET entries = c.entries, bytes = c.bytes FROM"
    " (SELECT e.namespace AS id, count(*) AS entries, sum(b.size) AS bytes"
    "  FROM entries AS e JOIN blobs AS b ON b.id = e.blob GROUP BY e.namespace) AS c"
    " WHERE namespaces.id = c.id;";

} // namespace

Status add_to_totals(Database& database, const EntriesChange& change) {
  if (change.entries != 0) {
    CWASM_TRY_ASSIGN(auto all, database.query(k_add));
    CWASM_TRY(all.bind(1, change.entries).run());
  }
  CWASM_TRY_ASSIGN(auto of_namespace, database.query(k_add_to_namespace));
  return of_namespace.bind(1, change.entries).bind(2, change.bytes).bind(3, change.space).run();
}

Status add_blob_bytes(Database& database, std::int64_t bytes) {
  CWASM_TRY_ASSIGN(auto query, database.query(k_add_bytes));
  return query.bind(1, bytes).run();
}

Status count_all(Database& database) { return database.execute(k_count_all); }

} // namespace cwasm::cache
