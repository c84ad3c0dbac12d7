#include "cache/schema_fingerprint.hpp"

#include "util/try.hpp"
#include "util/xxhash.hpp"

#include <cstring>
#include <span>

namespace cwasm::cache {
namespace {

// An index that comes with a constraint has no text of its own: that of its table says it.
constexpr const char* k_schema = "SELECT name || sql FROM sqlite_schema"
                                 " WHERE sql IS NOT NULL AND substr(name, 1, 7) <> 'sqlite_'";

} // namespace

Result<std::uint64_t> schema_fingerprint(Database& database) {
  CWASM_TRY_ASSIGN(auto query, database.query(k_schema));
  std::uint64_t sum = 0; // a rewrite of the file (VACUUM) may change the order
  while (true) {
    CWASM_TRY_ASSIGN(const bool row, query.step());
    if (!row) {
      return sum;
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
