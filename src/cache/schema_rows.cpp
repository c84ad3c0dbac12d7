#include "cache/schema_rows.hpp"

#include "cache/rows.hpp"
#include "cache/totals.hpp"
#include "util/try.hpp"

#include <cstdint>
#include <limits>
#include <optional>

namespace cwasm::cache {
namespace {

constexpr const char* k_next = "SELECT e.module, e.algorithm, e.kind, n.hash, b.digest, b.size,"
                               " e.compile_seconds, e.uses, e.last_used, e.id"
                               " FROM entries AS e JOIN engines AS n ON n.id = e.engine"
                               " JOIN blobs AS b ON b.id = e.blob"
                               " WHERE e.id > ?1 ORDER BY e.id LIMIT 1";
constexpr const char* k_complete = "UPDATE entries SET seal = ?2, score = ?3 WHERE id = ?1";

struct Completed {
  std::int64_t id;
  std::int64_t seal;
  double score;
};

Result<std::optional<Completed>> next(Database& database, std::int64_t after) {
  CWASM_TRY_ASSIGN(auto query, database.query(k_next));
  CWASM_TRY_ASSIGN(const bool row, query.bind(1, after).step());
  if (!row) {
    return std::optional<Completed>();
  }
  CWASM_TRY_ASSIGN(const CacheKey key, read_key(query));
  const auto digest = read_digest(query.bytes(4));
  if (!digest) {
    return Error(ErrorCode::corrupt, "a row of the cache index has no digest");
  }
  const Worth worth{query.real(6), loaded(query.integer(7)), loaded(query.integer(5)),
                    loaded_time(query.integer(8))};
  return std::optional(
      Completed{query.integer(9), seal_of(k_no_namespace, key, *digest), score_of(worth)});
}

} // namespace

Status complete_version_3(Database& database) {
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  while (true) {
    CWASM_TRY_ASSIGN(const auto entry, next(database, last));
    if (!entry) {
      break;
    }
    last = entry->id;
    CWASM_TRY_ASSIGN(auto update, database.query(k_complete));
    CWASM_TRY(update.bind(1, entry->id).bind(2, entry->seal).bind(3, entry->score).run());
  }
  return count_all(database);
}

} // namespace cwasm::cache
