#include "cache/rows.hpp"

#include "util/hex.hpp"
#include "util/try.hpp"

#include <algorithm>
#include <chrono>

namespace cwasm::cache {

std::int64_t stored(Time time) noexcept {
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  return std::int64_t{duration_cast<microseconds>(time.time_since_epoch()).count()};
}

Time loaded_time(std::int64_t microseconds) noexcept {
  // Within what a nanosecond clock can say (the years 1677 to 2262), whatever the file holds.
  constexpr std::int64_t k_limit =
      std::chrono::duration_cast<std::chrono::microseconds>(Time::duration::max()).count();
  return Time(std::chrono::duration_cast<Time::duration>(
      std::chrono::microseconds(std::clamp(microseconds, -k_limit, k_limit))));
}

void bind_module(Query& query, const ModuleDigest& module, Kind kind) {
  query.bind(1, std::span(module.bytes).first(module.size()));
  query.bind(2, std::int64_t{static_cast<std::uint8_t>(module.algorithm)});
  query.bind(3, std::int64_t{static_cast<std::uint8_t>(kind)});
}

void bind_key(Query& query, const CacheKey& key) {
  bind_module(query, key.module, key.kind);
  query.bind(4, key.engine.bytes);
}

void bind_identity(Query& query, int first, const FileIdentity& identity) {
  query.bind(first, stored(identity.device)).bind(first + 1, stored(identity.inode));
  query.bind(first + 2, identity.mtime_ns).bind(first + 3, identity.ctime_ns);
}

std::optional<util::Sha256> read_digest(std::span<const std::byte> bytes) {
  util::Sha256 digest{};
  if (bytes.size() != digest.size()) {
    return std::nullopt;
  }
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

Result<BlobRecord> read_blob(const Query& query) {
  const auto digest = read_digest(query.bytes(0));
  if (!digest) {
    return Error(ErrorCode::corrupt, "a row of the cache index has no digest");
  }
  BlobRecord record;
  record.digest = *digest;
  record.size = loaded(query.integer(1));
  if (!query.is_null(2)) {
    record.verified = FileIdentity{loaded(query.integer(2)), loaded(query.integer(3)), record.size,
                                   query.integer(4), query.integer(5)};
  }
  return record;
}

Result<CacheKey> read_key(const Query& query) {
  CacheKey key;
  const auto module = query.bytes(0);
  const auto engine = query.bytes(3);
  const auto algorithm = query.integer(1);
  const auto kind = query.integer(2);
  key.module.algorithm = static_cast<DigestAlgorithm>(algorithm);
  key.kind = static_cast<Kind>(kind);
  if (algorithm < 1 || algorithm > 2 || kind < 1 || kind > 2 ||
      module.size() != key.module.size() || engine.size() != key.engine.bytes.size()) {
    return Error(ErrorCode::corrupt, "a row of the cache index has no key");
  }
  std::copy(module.begin(), module.end(), key.module.bytes.begin());
  std::copy(engine.begin(), engine.end(), key.engine.bytes.begin());
  return key;
}

Result<Entry> read_entry(const Query& query) {
  Entry entry;
  CWASM_TRY_ASSIGN(entry.key, read_key(query));
  if (query.bytes(4).size() != sizeof(util::Sha256)) {
    return Error(ErrorCode::corrupt, "a row of the cache index is not an entry");
  }
  entry.blob = util::to_hex(query.bytes(4));
  entry.size = loaded(query.integer(5));
  entry.description.release = query.text(6);
  entry.description.target = query.text(7);
  entry.description.opt_level = query.text(8);
  entry.description.producer = query.text(9);
  entry.description.input = query.text(10);
  entry.description.compile_seconds = query.real(11);
  entry.created = loaded_time(query.integer(12));
  entry.last_used = loaded_time(query.integer(13));
  entry.uses = loaded(query.integer(14));
  return entry;
}

std::string_view shortened(std::string_view text) {
  constexpr std::size_t k_longest = 4096;
  return text.substr(0, k_longest);
}

} // namespace cwasm::cache
