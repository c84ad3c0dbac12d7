#include "cache/rows.hpp"

#include "util/hex.hpp"
#include "util/try.hpp"
#include "util/xxhash.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

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

void bind_key(Query& query, const CacheKey& key, std::int64_t space) {
  bind_module(query, key.module, key.kind);
  query.bind(4, key.engine.bytes).bind(5, space);
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

std::int64_t seal_of(std::int64_t space, const CacheKey& key, const util::Sha256& blob) noexcept {
  std::array<std::byte, sizeof space + 2 + sizeof key.module.bytes + sizeof key.engine.bytes +
                            sizeof(util::Sha256)>
      sealed{};
  auto out = sealed.begin();
  for (unsigned shift = 0; shift < 64; shift += 8) {
    *out++ = static_cast<std::byte>(static_cast<std::uint64_t>(space) >> shift);
  }
  *out++ = static_cast<std::byte>(key.module.algorithm);
  *out++ = static_cast<std::byte>(key.kind);
  out = std::copy(key.module.bytes.begin(), key.module.bytes.end(), out);
  out = std::copy(key.engine.bytes.begin(), key.engine.bytes.end(), out);
  std::copy(blob.begin(), blob.end(), out);
  const auto hash = util::xxh3_128(sealed);
  std::uint64_t seal = 0;
  for (std::size_t i = 0; i < sizeof seal; ++i) {
    seal = seal << 8U | std::to_integer<std::uint64_t>(hash[i]);
  }
  return stored(seal);
}

double score_of(const Worth& worth) noexcept {
  constexpr double k_week = 7.0 * 24 * 3600 * 1e6;
  constexpr double k_least_seconds = 1e-3;
  constexpr double k_most_seconds = 1e9;
  // Not a number is neither above nor below anything.
  const double seconds = worth.compile_seconds > k_least_seconds
                             ? std::min(worth.compile_seconds, k_most_seconds)
                             : k_least_seconds;
  const double uses = 1.0 + static_cast<double>(worth.uses);
  const double size = static_cast<double>(std::max<std::uint64_t>(worth.size, 1));
  return std::log2(seconds * uses / size) + static_cast<double>(stored(worth.last_used)) / k_week;
}

const RealFunction k_score_function = {
    "score_of", 4, [](std::span<const double> values) {
      const auto whole = [](double value) {
        return static_cast<std::uint64_t>(std::clamp(value, 0.0, 0x1p62));
      };
      return score_of({values[0], whole(values[1]), whole(values[2]),
                       loaded_time(static_cast<std::int64_t>(whole(values[3])))});
    }};

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
  entry.pinned = query.integer(15) != 0;
  return entry;
}

std::string_view shortened(std::string_view text) {
  constexpr std::size_t k_longest = 4096;
  return text.substr(0, k_longest);
}

} // namespace cwasm::cache
