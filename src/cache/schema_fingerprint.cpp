#include "cache/schema_fingerprint.hpp"

#include "util/try.hpp"
#include "util/xxhash.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace cwasm::cache {
namespace {

constexpr const char* k_schema = "SELECT sql FROM sqlite_schema";

/// Statistics of ANALYZE. (An index that comes with a constraint has no text at all: that of its
/// table says it.)
bool is_sqlites_own(std::string_view sql) { return sql.starts_with("CREATE TABLE sqlite_"); }

} // namespace

Result<std::uint64_t> schema_fingerprint(Database& database) {
  CWASM_TRY_ASSIGN(auto query, database.query(k_schema));
  std::uint64_t sum = 0; // a rewrite of the file (VACUUM) may change the order
  while (true) {
    CWASM_TRY_ASSIGN(const bool row, query.step());
    if (!row) {
      return sum;
    }
    if (query.is_null(0) || is_sqlites_own(query.text(0))) {
      continue;
    }
    const auto hash = util::xxh3_128(query.bytes(0));
    std::uint64_t part = 0;
    for (const std::byte byte : std::span(hash).first<sizeof part>()) {
      part = part << 8U | std::to_integer<std::uint64_t>(byte);
    }
    sum += part;
  }
}

Status check_schema(Database& database) {
  CWASM_TRY_ASSIGN(const std::uint64_t found, schema_fingerprint(database));
  return found == k_schema_fingerprint
             ? ok()
             : Status(Error(ErrorCode::corrupt, "its schema is not ours"));
}

} // namespace cwasm::cache
