#include "cache/index.hpp"

#include "cache/rows.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace cwasm::cache {
namespace {

constexpr const char* k_find = "SELECT b.digest, b.size, b.device, b.inode, b.mtime_ns, b.ctime_ns"
                               " FROM entries AS e JOIN blobs AS b ON b.id = e.blob"
                               " WHERE e.module = ?1 AND e.algorithm = ?2 AND e.kind = ?3"
                               " AND e.engine = ?4";
constexpr const char* k_find_blob = "SELECT digest, size, device, inode, mtime_ns, ctime_ns"
                                    " FROM blobs WHERE digest = ?1";
constexpr const char* k_blobs_after = "SELECT digest, size, device, inode, mtime_ns, ctime_ns"
                                      " FROM blobs WHERE digest > ?1 ORDER BY digest LIMIT ?2";
constexpr const char* k_put_blob =
    "INSERT INTO blobs(digest, size, device, inode, mtime_ns, ctime_ns)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
    " ON CONFLICT(digest) DO UPDATE SET size = excluded.size, device = excluded.device,"
    "  inode = excluded.inode, mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns"
    " RETURNING id";
constexpr const char* k_blob_of = "SELECT blob FROM entries WHERE module = ?1 AND algorithm = ?2"
                                  " AND kind = ?3 AND engine = ?4";
constexpr const char* k_put_entry =
    "INSERT INTO entries(module, algorithm, kind, engine, blob, release, target, opt_level,"
    "  producer, input, compile_seconds, created, last_used)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)"
    " ON CONFLICT(module, algorithm, kind, engine) DO UPDATE SET blob = excluded.blob,"
    "  release = excluded.release, target = excluded.target, opt_level = excluded.opt_level,"
    "  producer = excluded.producer, input = excluded.input,"
    "  compile_seconds = excluded.compile_seconds, created = excluded.created,"
    "  last_used = excluded.last_used, uses = 0";
constexpr const char* k_drop_blob_if_unused =
    "DELETE FROM blobs WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM entries WHERE blob = ?1)"
    " RETURNING digest";
constexpr const char* k_drop_blob = "DELETE FROM blobs WHERE digest = ?1";
constexpr const char* k_find_digest = "SELECT size, mtime_ns, ctime_ns, digest FROM file_digests"
                                      " WHERE device = ?1 AND inode = ?2 AND algorithm = ?3";

Result<std::optional<BlobRecord>> read_one(Query query) {
  CWASM_TRY_ASSIGN(const bool found, query.step());
  if (!found) {
    return std::optional<BlobRecord>();
  }
  CWASM_TRY_ASSIGN(BlobRecord record, read_blob(query));
  return std::optional(record);
}

} // namespace

Status Index::prepare() {
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
  constexpr std::array k_statements = {
      k_find,      k_find_blob, k_blobs_after,         k_put_blob,   k_blob_of,
      k_put_entry, k_drop_blob, k_drop_blob_if_unused, k_find_digest};
  for (const char* statement : k_statements) {
    CWASM_TRY(m_database.query(statement));
  }
  CWASM_TRY(stats());
  CWASM_TRY(candidates({}, {}, 1));
  CWASM_TRY(misses(1));
  return ok();
}

Result<std::optional<BlobRecord>> Index::find(const CacheKey& key) {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_find));
  bind_key(query, key);
  return read_one(std::move(query));
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

Result<std::int64_t> Index::put_blob(const BlobRecord& blob) {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_put_blob));
  query.bind(1, blob.digest).bind(2, stored(blob.size));
  if (blob.verified) {
    bind_identity(query, 3, *blob.verified);
  }
  CWASM_TRY_ASSIGN(const bool returned, query.step());
  const std::int64_t row = returned ? query.integer(0) : 0;
  CWASM_TRY(query.run());
  return row;
}

Result<std::int64_t> Index::blob_row_of(const CacheKey& key, std::int64_t otherwise) {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_blob_of));
  bind_key(query, key);
  CWASM_TRY_ASSIGN(const bool found, query.step());
  return found ? query.integer(0) : otherwise;
}

Result<std::optional<util::Sha256>> Index::put(const CacheKey& key,
                                               const EntryDescription& description,
                                               const BlobRecord& blob, Time now) {
  CWASM_TRY_ASSIGN(const std::int64_t row, put_blob(blob));
  CWASM_TRY_ASSIGN(const std::int64_t row_before, blob_row_of(key, row));
  {
    CWASM_TRY_ASSIGN(auto entry, m_database.query(k_put_entry));
    bind_key(entry, key);
    entry.bind(5, row).bind(6, shortened(description.release));
    entry.bind(7, shortened(description.target)).bind(8, shortened(description.opt_level));
    entry.bind(9, shortened(description.producer)).bind(10, shortened(description.input));
    entry.bind(11, description.compile_seconds).bind(12, stored(now));
    CWASM_TRY(entry.run());
  }
  if (row_before == row) {
    return std::optional<util::Sha256>();
  }
  CWASM_TRY_ASSIGN(auto unused, m_database.query(k_drop_blob_if_unused));
  unused.bind(1, row_before);
  CWASM_TRY_ASSIGN(const bool dropped, unused.step());
  const auto digest = dropped ? read_digest(unused.bytes(0)) : std::nullopt;
  CWASM_TRY(unused.run());
  return digest;
}

Status Index::drop_blob(const util::Sha256& digest) {
  CWASM_TRY_ASSIGN(auto query, m_database.query(k_drop_blob));
  return query.bind(1, digest).run();
}

} // namespace cwasm::cache
