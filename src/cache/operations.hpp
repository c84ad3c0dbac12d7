#pragma once

/// What a handle does; each is the ModuleCache member of its name.

#include "cache/handle.hpp"

#include <cwasm/pack.hpp>

#include <cstdint>
#include <filesystem>

namespace cwasm::cache {

/// What is said of an entry whose seal is broken.
inline constexpr std::string_view k_row_damage =
    "a row of the cache index is damaged: its seal does not fit the artifact it names";

/// What a lookup finds. Counts a hit, and nothing else.
Result<LookupResult> search(Handle& handle, const CacheKey& key,
                            const std::optional<CompatibleWish>& wish,
                            const ModuleCache::Validator& validator);
/// Counts a lookup that ended without an artifact.
void count_failure(Handle& handle, Counter counter);
Result<LookupResult> lookup(Handle& handle, const CacheKey& key,
                            const std::optional<CompatibleWish>& wish,
                            const ModuleCache::Validator& validator);
Result<Claim> claim(Handle& handle, const CacheKey& key, const std::optional<CompatibleWish>& wish,
                    const ModuleCache::Validator& validator, const ClaimOptions& options);
Result<std::optional<CachedArtifact>> peek(Handle& handle, const CacheKey& key);
Result<std::vector<KnownArtifact>> candidates(Handle& handle, const CacheKey& key,
                                              const CompatibleWish& wish);
/// Where the blob of each is.
void add_paths(const BlobStore& blobs, std::vector<KnownArtifact>& artifacts);
/// The same as candidates without the layers'.
Result<std::vector<KnownArtifact>> own_candidates(Handle& handle, const CacheKey& key,
                                                  const CompatibleWish& wish);
/// Candidates are limited by their number, not by what they hold.
inline constexpr std::int64_t k_most_candidates = 64;
Result<std::vector<KnownArtifact>> artifacts_of(Handle& handle, const ModuleDigest& module,
                                                Kind kind, std::size_t limit);
void note_miss(Handle& handle, Miss miss);
Result<std::vector<Miss>> misses(Handle& handle, std::size_t limit);
/// Counts the store, but not a failure.
Result<CachedArtifact> insert(Handle& handle, const CacheKey& key,
                              std::span<const std::byte> artifact,
                              const EntryDescription& description,
                              const std::optional<Requirements>& requirements);

/// What a store does at its end. `protected_entry`, the row of what it stored, stays.
Status keep_within_limits(Handle& handle, std::int64_t protected_entry);
Result<GcReport> gc(Handle& handle, const GcOptions& options);
Result<std::uint64_t> pin(Handle& handle, const ModuleDigest& module, bool pinned);

/// All that this cache itself has of a module, without paths.
Result<std::vector<KnownArtifact>> own_artifacts_of(Handle& handle, const ModuleDigest& module,
                                                    Kind kind);
Result<ExportReport> export_pack(Handle& handle, const std::filesystem::path& file,
                                 const PackSelection& selection);
Result<ImportReport> import_pack(Handle& handle, const std::filesystem::path& file,
                                 const ImportOptions& options);

Result<CacheStats> stats(Handle& handle);
Result<std::vector<GroupStats>> stats_by(Handle& handle, StatsGroup group, std::size_t limit);
Result<std::vector<Entry>> list(Handle& handle);
Result<VerifyReport> verify(Handle& handle);
Result<ClearReport> clear(Handle& handle);

/// Of a file, or of the part of it that begins at `start`.
Result<std::optional<ModuleDigest>> remembered_digest(Handle& handle, const FileIdentity& identity,
                                                      DigestAlgorithm algorithm,
                                                      std::uint64_t start = 0);
void remember_digest(Handle& handle, const FileIdentity& identity, const ModuleDigest& digest,
                     std::uint64_t start = 0);

} // namespace cwasm::cache
