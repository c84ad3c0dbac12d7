#pragma once

/// What a handle does; each is the ModuleCache member of its name.

#include "cache/handle.hpp"

namespace cwasm::cache {

Result<std::optional<CachedArtifact>> lookup(Handle& handle, const CacheKey& key,
                                             const ModuleCache::Validator& validator);
/// Counts the store, but not a failure.
Result<CachedArtifact> insert(Handle& handle, const CacheKey& key,
                              std::span<const std::byte> artifact,
                              const EntryDescription& description);

Result<CacheStats> stats(Handle& handle);
Result<std::vector<Entry>> list(Handle& handle);
Result<VerifyReport> verify(Handle& handle);
Result<ClearReport> clear(Handle& handle);

Result<std::optional<ModuleDigest>> remembered_digest(Handle& handle, const FileIdentity& identity,
                                                      DigestAlgorithm algorithm);
void remember_digest(Handle& handle, const FileIdentity& identity, const ModuleDigest& digest);

} // namespace cwasm::cache
