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

std::int64_t limit_of(std::size_t limit) {
  return static_cast<std::int64_t>(
      std::min<std::uint64_t>(limit, std::numeric_limits<std::int64_t>::max()));
}

/// Adds what a layer has, but for keys that are there already.
void add_new(std::vector<KnownArtifact>& all, std::vector<KnownArtifact> more, std::size_t limit) {
  for (KnownArtifact& known : more) {
    const bool is_new = std::none_of(all.begin(), all.end(), [&known](const KnownArtifact& other) {
      return other.entry.key == known.entry.key;
    });
    if (is_new && all.size() < limit) {
      all.push_back(std::move(known));
    }
  }
}

Result<std::optional<EntryRecord>> find(Handle& handle, const CacheKey& key) {
  const Handle::Session session(handle);
  return handle.with_index([&key](Index& index) { return index.find(key); });
}

Result<std::optional<FoundBlob>> find_own(Handle& handle, const CacheKey& key) {
  CWASM_TRY_ASSIGN(const auto record, find(handle, key));
  if (!record) {
    return std::optional<FoundBlob>();
  }
  if (!record->sealed) {
    return Error(ErrorCode::corrupt, std::string(k_row_damage));
  }
  CWASM_TRY_ASSIGN(FoundBlob found, handle.blobs.load(record->blob));
  if (!found.good) {
    return Error(ErrorCode::corrupt,
                 fmt::format("{} is damaged: {}",
                             handle.blobs.path_of(record->blob.digest).native(), found.damage));
  }
  return std::optional(std::move(found));
}

} // namespace

void add_paths(const BlobStore& blobs, std::vector<KnownArtifact>& artifacts) {
  for (KnownArtifact& known : artifacts) {
    const auto bytes = util::from_hex(known.entry.blob);
    if (const auto digest = bytes ? read_digest(*bytes) : std::nullopt) {
      known.path = blobs.path_of(*digest);
    }
  }
}

Result<std::vector<KnownArtifact>> own_candidates(Handle& handle, const CacheKey& key,
                                                  const CompatibleWish& wish) {
  const Handle::Session session(handle);
  CWASM_TRY_ASSIGN(auto out, handle.with_index([&](Index& index) {
    return index.candidates(key, wish, k_most_candidates);
  }));
  add_paths(handle.blobs, out);
  return out;
}

Result<std::vector<KnownArtifact>> candidates(Handle& handle, const CacheKey& key,
                                              const CompatibleWish& wish) {
  CWASM_TRY_ASSIGN(auto out, own_candidates(handle, key, wish));
  for (Layer& layer : handle.layers) {
    add_new(out, layer.candidates(handle, key, wish, k_most_candidates), out.max_size());
  }
  return out;
}

Result<std::vector<KnownArtifact>> artifacts_of(Handle& handle, const ModuleDigest& module,
                                                Kind kind, std::size_t limit) {
  std::vector<KnownArtifact> out;
  {
    const Handle::Session session(handle);
    CWASM_TRY_ASSIGN(out, handle.with_index([&](Index& index) {
      return index.artifacts_of(module, kind, limit_of(limit));
    }));
  }
  add_paths(handle.blobs, out);
  for (Layer& layer : handle.layers) {
    add_new(out, layer.artifacts_of(handle, module, kind, limit_of(limit)), limit);
  }
  return out;
}

Result<std::optional<CachedArtifact>> peek(Handle& handle, const CacheKey& key) {
  auto found = find_own(handle, key);
  for (Layer& layer : handle.layers) {
    if (found && *found) {
      break;
    }
    auto lower = layer.find(handle, key, Layer::Remember::no);
    if (lower && lower->blob.good) {
      found = std::optional(std::move(lower->blob));
    }
  }
  if (!found) {
    return std::move(found).error();
  }
  if (!*found) {
    return std::optional<CachedArtifact>();
  }
  const auto& mapping = (*found)->good;
  return std::optional(
      CachedArtifact{mapping->bytes, mapping->path, std::nullopt, mapping->offset});
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
