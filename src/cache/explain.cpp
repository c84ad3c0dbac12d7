#include "cache/operations.hpp"

#include "cache/rows.hpp"
#include "util/hex.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

// What is there and why something was not: nothing here counts or marks a use.

namespace cwasm::cache {
namespace {

/// Rows are limited by their number, not by what they hold.
constexpr std::int64_t k_most_candidates = 64;

std::int64_t limit_of(std::size_t limit) {
  return static_cast<std::int64_t>(
      std::min<std::uint64_t>(limit, std::numeric_limits<std::int64_t>::max()));
}

void add_paths(const Handle& handle, std::vector<KnownArtifact>& artifacts) {
  for (KnownArtifact& known : artifacts) {
    const auto bytes = util::from_hex(known.entry.blob);
    if (const auto digest = bytes ? read_digest(*bytes) : std::nullopt) {
      known.path = handle.blobs.path_of(*digest);
    }
  }
}

} // namespace

Result<std::vector<KnownArtifact>> candidates(Handle& handle, const CacheKey& key,
                                              const CompatibleWish& wish) {
  const Handle::Session session(handle);
  CWASM_TRY_ASSIGN(auto out, handle.with_index([&](Index& index) {
    return index.candidates(key, wish, k_most_candidates);
  }));
  add_paths(handle, out);
  return out;
}

Result<std::vector<KnownArtifact>> artifacts_of(Handle& handle, const ModuleDigest& module,
                                                Kind kind, std::size_t limit) {
  const Handle::Session session(handle);
  CWASM_TRY_ASSIGN(auto out, handle.with_index([&](Index& index) {
    return index.artifacts_of(module, kind, limit_of(limit));
  }));
  add_paths(handle, out);
  return out;
}

Result<std::optional<CachedArtifact>> peek(Handle& handle, const CacheKey& key) {
  std::optional<EntryRecord> record;
  {
    const Handle::Session session(handle);
    CWASM_TRY_ASSIGN(record, handle.with_index([&key](Index& index) { return index.find(key); }));
  }
  if (!record) {
    return std::optional<CachedArtifact>();
  }
  if (!record->sealed) {
    return Error(ErrorCode::corrupt, std::string(k_row_damage));
  }
  CWASM_TRY_ASSIGN(const FoundBlob found, handle.blobs.load(record->blob));
  if (!found.good) {
    return Error(ErrorCode::corrupt,
                 fmt::format("{} is damaged: {}",
                             handle.blobs.path_of(record->blob.digest).native(), found.damage));
  }
  return std::optional(CachedArtifact{found.good->bytes, found.good->path, std::nullopt});
}

void note_miss(Handle& handle, Miss miss) {
  const Handle::Session session(handle);
  miss.time = handle.now();
  auto& gathered = handle.gathered.misses;
  if (gathered.size() >= k_misses_remembered) {
    gathered.erase(gathered.begin());
  }
  gathered.push_back(std::move(miss));
}

Result<std::vector<Miss>> misses(Handle& handle, std::size_t limit) {
  const Handle::Session session(handle);
  CWASM_TRY(handle.ensure_in_place());
  const auto wanted = std::min(limit, k_misses_remembered);
  CWASM_TRY_ASSIGN(auto out,
                   handle.with_index([&](Index& index) { return index.misses(limit_of(wanted)); }));
  const auto& own = handle.gathered.misses;
  out.insert(out.begin(), own.rbegin(), own.rend());
  out.resize(std::min(out.size(), wanted));
  return out;
}

} // namespace cwasm::cache
