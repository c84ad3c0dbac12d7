#include <cwasm/cache.hpp>

#include "cache/operations.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>

namespace cwasm {
namespace {

constexpr std::size_t k_longest_name_space = 255;

} // namespace

namespace {

/// The process may change its working directory later.
Status make_absolute(std::filesystem::path& directory) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(directory, error);
  if (error) {
    return util::file_error("find", directory, error.value());
  }
  directory = absolute.lexically_normal();
  return ok();
}

} // namespace

struct ModuleCache::Impl : cache::Handle {
  using Handle::Handle;
};

Result<ModuleCache> ModuleCache::open(CacheOptions options) {
  if (options.directory.empty()) {
    return Error(ErrorCode::invalid_argument, "no cache directory is named");
  }
  if (options.name_space.size() > k_longest_name_space) {
    return Error(ErrorCode::invalid_argument,
                 fmt::format("the namespace's name has {} bytes; at most {} are allowed",
                             options.name_space.size(), k_longest_name_space));
  }
  CWASM_TRY(make_absolute(options.directory));
  for (auto& layer : options.layers) {
    CWASM_TRY(make_absolute(layer));
  }
  CWASM_TRY_ASSIGN(auto opened, cache::open_index(cache::place_of(options)));
  return ModuleCache(std::make_unique<Impl>(std::move(options), std::move(opened)));
}

ModuleCache::ModuleCache(std::unique_ptr<Impl> impl) noexcept : m_impl(std::move(impl)) {}
ModuleCache::ModuleCache(ModuleCache&&) noexcept = default;
ModuleCache& ModuleCache::operator=(ModuleCache&&) noexcept = default;
ModuleCache::~ModuleCache() = default;

const std::filesystem::path& ModuleCache::directory() const noexcept {
  return m_impl->options.directory;
}

bool ModuleCache::is_read_only() const noexcept { return m_impl->is_read_only(); }

Result<std::optional<CachedArtifact>> ModuleCache::lookup(const CacheKey& key,
                                                          const Validator& validator) {
  CWASM_TRY_ASSIGN(LookupResult found, lookup(key, std::nullopt, validator));
  return std::move(found.artifact);
}

Result<LookupResult> ModuleCache::lookup(const CacheKey& key,
                                         const std::optional<CompatibleWish>& wish,
                                         const Validator& validator) {
  auto found = cache::lookup(*m_impl, key, wish, validator);
  return found ? std::move(found) : std::move(found).error().with_context("look up artifact");
}

Result<Claim> ModuleCache::claim(const CacheKey& key, const std::optional<CompatibleWish>& wish,
                                 const Validator& validator, const ClaimOptions& options) {
  auto claimed = cache::claim(*m_impl, key, wish, validator, options);
  return claimed ? std::move(claimed) : std::move(claimed).error().with_context("look up artifact");
}

Result<std::vector<KnownArtifact>> ModuleCache::candidates(const CacheKey& key,
                                                           const CompatibleWish& wish) {
  return cache::candidates(*m_impl, key, wish);
}

Result<std::vector<KnownArtifact>> ModuleCache::artifacts_of(const ModuleDigest& module, Kind kind,
                                                             std::size_t limit) {
  return cache::artifacts_of(*m_impl, module, kind, limit);
}

Result<std::optional<CachedArtifact>> ModuleCache::peek(const CacheKey& key) {
  return cache::peek(*m_impl, key);
}

Result<CachedArtifact> ModuleCache::insert(const CacheKey& key, std::span<const std::byte> artifact,
                                           const EntryDescription& description,
                                           const std::optional<Requirements>& requirements) {
  auto stored = cache::insert(*m_impl, key, artifact, description, requirements);
  if (!stored) {
    m_impl->count(Counter::store_failures);
    return std::move(stored).error().with_context("store artifact");
  }
  return stored;
}

void ModuleCache::note_miss(Miss miss) { cache::note_miss(*m_impl, std::move(miss)); }

Result<std::vector<Miss>> ModuleCache::misses(std::size_t limit) {
  return cache::misses(*m_impl, limit);
}

void ModuleCache::count(Counter counter, std::uint64_t times) noexcept {
  m_impl->count(counter, times);
}

Counters ModuleCache::counters() const noexcept { return m_impl->counters(); }

Result<CacheStats> ModuleCache::stats() { return cache::stats(*m_impl); }

Result<std::vector<GroupStats>> ModuleCache::stats_by(StatsGroup group, std::size_t limit) {
  return cache::stats_by(*m_impl, group, limit);
}

Status ModuleCache::flush() {
  const Impl::Session session(*m_impl);
  return m_impl->flush();
}

Result<std::vector<Entry>> ModuleCache::list() { return cache::list(*m_impl); }

Result<VerifyReport> ModuleCache::verify() { return cache::verify(*m_impl); }

Result<GcReport> ModuleCache::gc(const GcOptions& options) { return cache::gc(*m_impl, options); }

Result<std::uint64_t> ModuleCache::pin(const ModuleDigest& module, bool pinned) {
  return cache::pin(*m_impl, module, pinned);
}

Result<ExportReport> ModuleCache::export_to(const std::filesystem::path& file,
                                            const PackSelection& selection) {
  return cache::export_pack(*m_impl, file, selection);
}

Result<ImportReport> ModuleCache::import_from(const std::filesystem::path& file,
                                              const ImportOptions& options) {
  return cache::import_pack(*m_impl, file, options);
}

Result<ClearReport> ModuleCache::clear() { return cache::clear(*m_impl); }

Result<std::optional<ModuleDigest>> ModuleCache::remembered_digest(const FileIdentity& identity,
                                                                   DigestAlgorithm algorithm) {
  return cache::remembered_digest(*m_impl, identity, algorithm);
}

void ModuleCache::remember_digest(const FileIdentity& identity, const ModuleDigest& digest) {
  cache::remember_digest(*m_impl, identity, digest);
}

} // namespace cwasm
