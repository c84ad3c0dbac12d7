#pragma once

/// A pack that serves as a layer: artifacts are mapped where they lie in it.

#include "cache/layer_blob.hpp"
#include "cache/pack.hpp"

#include <cwasm/cache.hpp>

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace cwasm::cache {

struct Handle;

/// Callers have no Session; any number of threads may call.
class PackLayer {
public:
  /// Errors: as those of Pack::open, and io when others could write the file.
  static Result<PackLayer> open(const std::filesystem::path& path);

  /// Whether the file still is the one at its path.
  bool is_in_place() const;

  /// What is stored under the key, whole or damaged. An artifact is hashed when it is first asked
  /// for, unless the handle's cache remembers that it was; with `remember` it will.
  std::optional<LayerBlob> find(Handle& handle, const CacheKey& key, bool remember);
  /// As Index has them, with their paths.
  std::vector<KnownArtifact> candidates(const CacheKey& key, const CompatibleWish& wish,
                                        std::size_t limit) const;
  std::vector<KnownArtifact> artifacts_of(const ModuleDigest& module, Kind kind,
                                          std::size_t limit) const;

private:
  explicit PackLayer(Pack pack)
      : m_pack(std::move(pack)), m_verified(std::make_unique<std::atomic<bool>[]>(m_pack.blobs())) {
  }
  Status verify(Handle& handle, std::size_t blob, bool remember);
  std::vector<KnownArtifact> all_of(const ModuleDigest& module, Kind kind) const;

  Pack m_pack;
  std::unique_ptr<std::atomic<bool>[]> m_verified; ///< of each blob: it was hashed
};

} // namespace cwasm::cache
