#include "cache/index.hpp"

#include "cache/rows.hpp"
#include "util/try.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace cwasm::cache {
namespace {

constexpr const char* k_find_namespace = "SELECT id FROM namespaces WHERE name = ?1";
constexpr const char* k_put_namespace =
    "INSERT INTO namespaces(name) VALUES (?1) ON CONFLICT DO NOTHING";
constexpr const char* k_find =
    "SELECT b.digest, b.size, b.device, b.inode, b.mtime_ns, b.ctime_ns, e.seal, e.compile_seconds"
    " FROM entries AS e JOIN blobs AS b ON b.id = e.blob"
    " WHERE e.module = ?1 AND e.algorithm = ?2 AND e.kind = ?3"
    " AND e.engine = (SELECT id FROM engines WHERE hash = ?4) AND e.namespace = ?5";
constexpr const char* k_find_blob = "SELECT digest, size, device, inode, mtime_ns, ctime_ns"
                                    " FROM blobs WHERE digest = ?1";
constexpr const char* k_blobs_after = "SELECT digest, size, device, inode, mtime_ns, ctime_ns"
                                      " FROM blobs WHERE digest > ?1 ORDER BY digest LIMIT ?2";
constexpr const char* k_find_digest = "SELECT size, mtime_ns, ctime_ns, digest FROM file_digests"
                                      " WHERE device = ?1 AND inode = ?2 AND algorithm = ?3"
                                      " AND start = ?4";

/// 0: there is none of this name.
Result<std::int64_t> find_namespace(Database& database, std::string_view name) {
  CWASM_TRY_ASSIGN(auto query, database.query(k_find_namespace));
  CWASM_TRY_ASSIGN(const bool found, query.bind(1, name).step());
  return found ? query.integer(0) : 0;
}

Result<std::optional<BlobRecord>> read_one(Query query) {
  CWASM_TRY_ASSIGN(const bool found, query.step());
  if (!found) {
    return std::optional<BlobRecord>();
  }
  CWASM_TRY_ASSIGN(BlobRecord record, read_blob(query));
  return std::optional(record);
}

} // namespace

Status Index::prepare(std::string_view space) {
  m_space = k_no_namespace;
  if (!space.empty()) {
    CWASM_TRY_ASSIGN(m_space, find_namespace(m_database, space));
    if (m_space == 0 && !m_database.is_read_only()) {
      CWASM_TRY_ASSIGN(auto put, m_database.query(k_put_namespace));
      CWASM_TRY(put.bind(1, space).run());
      CWASM_TRY_ASSIGN(m_space, find_namespace(m_database, space));
    }
  }
  CWASM_TRY(m_database.query(k_find));
  return ok();
}

Status Index::check() {
  {
    CWASM_TRY_ASSIGN(auto query, m_database.query("PRAGMA quick_check(1)"));
    CWASM_TRY_ASSIGN(const bool row, query.step());
    if (!row || query.text(0) != "ok") {
      return Error(ErrorCode::corrupt, std::string(row ? query.text(0) : "no answer"));
    }
  }
  constexpr std::array k_statements = {k_find, k_find_blob, k_blobs_after, k_find_digest};
  for (const char* statement : k_statements) {
    CWASM_TRY(m_database.query(statement));
  }
  CWASM_TRY(stats());
  CWASM_TRY(candidates({}, {}, 1));
  CWASM_TRY(misses(1));
  return ok();
}

Result<std::optional<EntryRecord>> Index::find(const CacheKey& key) {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_find));
  bind_key(query, key, m_space);
  CWASM_TRY_ASSIGN(const bool found, query.step());
  if (!found) {
    return std::optional<EntryRecord>();
  }
  EntryRecord entry;
  CWASM_TRY_ASSIGN(entry.blob, read_blob(query));
  entry.sealed = query.integer(6) == seal_of(m_space, key, entry.blob.digest);
  entry.compile_seconds = query.real(7);
  return std::optional(entry);
}

Result<std::optional<BlobRecord>> Index::find_blob(const util::Sha256& digest) {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_find_blob));
  query.bind(1, digest);
  return read_one(std::move(query));
}

Result<std::vector<BlobRecord>> Index::blobs(const std::optional<util::Sha256>& after,
                                             std::int64_t limit) {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_blobs_after));
  query.bind(1, after ? std::span<const std::byte>(*after) : std::span<const std::byte>());
  query.bind(2, limit);
  std::vector<BlobRecord> out;
  while (true) {
    CWASM_TRY_ASSIGN(const bool row, query.step());
    if (!row) {
      return out;
    }
    CWASM_TRY_ASSIGN(BlobRecord record, read_blob(query));
    out.push_back(record);
  }
}

Result<std::optional<FileDigest>> Index::find_digest(const FileSlot& slot) {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_find_digest));
  query.bind(1, stored(slot.device)).bind(2, stored(slot.inode));
  query.bind(3, std::int64_t{static_cast<std::uint8_t>(slot.algorithm)});
  query.bind(4, stored(slot.start));
  CWASM_TRY_ASSIGN(const bool row, query.step());
  FileDigest out;
  out.digest.algorithm = slot.algorithm;
  const auto digest = row ? query.bytes(3) : std::span<const std::byte>();
  if (digest.size() != out.digest.size()) {
    return std::optional<FileDigest>();
  }
  std::copy(digest.begin(), digest.end(), out.digest.bytes.begin());
  out.identity = {slot.device, slot.inode, loaded(query.integer(0)), query.integer(1),
                  query.integer(2)};
  out.stored = true;
  return std::optional(out);
}

} // namespace cwasm::cache
