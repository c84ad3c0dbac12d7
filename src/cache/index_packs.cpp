#include "cache/index.hpp"

#include "cache/rows.hpp"
#include "util/try.hpp"

// What only packs ask of the index.

namespace cwasm::cache {
namespace {

constexpr const char* k_set_created =
    "UPDATE entries SET created = ?6 WHERE module = ?1 AND algorithm = ?2 AND kind = ?3"
    " AND engine = (SELECT id FROM engines WHERE hash = ?4) AND namespace = ?5";

} // namespace

Status Index::set_created(const CacheKey& key, Time created) {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_set_created));
  bind_key(query, key, m_space);
  return query.bind(6, stored(created)).run();
}

} // namespace cwasm::cache
