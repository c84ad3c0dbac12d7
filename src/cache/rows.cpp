#include "cache/rows.hpp"

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

void bind_key(Query& query, const CacheKey& key) {
  query.bind(1, std::span(key.module.bytes).first(key.module.size()));
  query.bind(2, std::int64_t{static_cast<std::uint8_t>(key.module.algorithm)});
  query.bind(3, std::int64_t{static_cast<std::uint8_t>(key.kind)});
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

} // namespace cwasm::cache
