#pragma once

/// A cache under a handle's own, which is only read: an image's, or a package's; a directory, or a
/// pack.

#include "cache/blob_store.hpp"
#include "cache/index_file.hpp"
#include "cache/layer_blob.hpp"
#include "cache/pack_layer.hpp"

#include <cwasm/cache.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace cwasm::cache {

struct Handle;

/// Opened when it is first asked. One that cannot be used has nothing, of which its handle warns
/// once. What it has is what stands there outside of namespaces. Callers have no Session; any
/// number of threads may call.
class Layer {
public:
  Layer(std::filesystem::path place, std::chrono::milliseconds busy_timeout);

  /// What is stored under the key, whole or damaged. That it was hashed can be remembered by the
  /// handle's cache, since nothing can be noted here.
  enum class Remember : std::uint8_t { no, yes };
  std::optional<LayerBlob> find(Handle& handle, const CacheKey& key, Remember remember);
  /// As Index has them, with their paths.
  std::vector<KnownArtifact> candidates(Handle& handle, const CacheKey& key,
                                        const CompatibleWish& wish, std::int64_t limit);
  std::vector<KnownArtifact> artifacts_of(Handle& handle, const ModuleDigest& module, Kind kind,
                                          std::int64_t limit);

private:
  /// The layer as a pack; null when it is none, or one that cannot be used.
  std::shared_ptr<PackLayer> pack(Handle& handle);
  /// Runs `use(index)`, once more with the index opened anew when that fails; then gives up.
  template <typename F> auto ask(Handle& handle, F use);
  bool open(Handle& handle);
  void give_up(Handle& handle, const Error& reason);
  FoundBlob load(Handle& handle, const EntryRecord& entry, const MappingPtr& mapping,
                 Remember remember) const;

  IndexPlace m_place;
  BlobStore m_blobs;
  // These belong to whoever has a Session of the handle.
  std::optional<bool> m_is_pack; ///< nothing: nobody has looked
  std::shared_ptr<PackLayer> m_pack;
  std::optional<OpenedIndex> m_opened;
  bool m_given_up = false;
};

} // namespace cwasm::cache
