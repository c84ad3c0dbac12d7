#include "cache/pack_layer.hpp"

#include "cache/operations.hpp"
#include "cache/owners.hpp"
#include "util/file_status.hpp"
#include "util/hex.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace cwasm::cache {

Result<PackLayer> PackLayer::open(const std::filesystem::path& path) {
  CWASM_TRY_ASSIGN(const auto status, util::status_of(path, util::Symlinks::follow));
  if (const auto fault = blob_fault(status); !fault.empty()) {
    return Error(ErrorCode::io, fmt::format("{}: {}", path.native(), fault));
  }
  CWASM_TRY_ASSIGN(auto pack, Pack::open(path));
  return PackLayer(std::move(pack));
}

bool PackLayer::is_in_place() const {
  const auto identity = util::identify(m_pack.path());
  return identity && *identity == m_pack.identity();
}

Status PackLayer::verify(Handle& handle, std::size_t blob, bool remember) {
  if (m_verified[blob]) {
    return ok();
  }
  const PackedBlob record = m_pack.blob(blob);
  ModuleDigest digest{DigestAlgorithm::sha256, record.digest};
  const auto known =
      remembered_digest(handle, m_pack.identity(), DigestAlgorithm::sha256, record.offset);
  if (!known || *known != digest) {
    CWASM_TRY(m_pack.verify(record));
    if (remember) {
      remember_digest(handle, m_pack.identity(), digest, record.offset);
    }
  }
  m_verified[blob] = true;
  return ok();
}

std::optional<LayerBlob> PackLayer::find(Handle& handle, const CacheKey& key, bool remember) {
  const auto entry = m_pack.find(key);
  if (!entry) {
    return std::nullopt;
  }
  const PackedEntry packed = m_pack.entry(*entry);
  const std::size_t blob = packed.blob;
  LayerBlob out{{}, packed.description.compile_seconds};
  FoundBlob& found = out.blob;
  found.identity = m_pack.identity();
  if (const auto verified = verify(handle, blob, remember); !verified) {
    found.damage = verified.error().message();
    return out;
  }
  const PackedBlob record = m_pack.blob(blob);
  found.good = std::make_shared<const Mapping>(Mapping{
      record.digest, m_pack.bytes_of(record), m_pack.path(), m_pack.identity(), record.offset});
  return out;
}

std::vector<KnownArtifact> PackLayer::all_of(const ModuleDigest& module, Kind kind) const {
  std::vector<KnownArtifact> out;
  const auto [first, last] = m_pack.of_module(module, kind);
  for (std::size_t i = first; i < last; ++i) {
    PackedEntry entry = m_pack.entry(i);
    const PackedBlob blob = m_pack.blob(entry.blob);
    KnownArtifact& known = out.emplace_back();
    known.entry.key = entry.key;
    known.entry.description = std::move(entry.description);
    known.entry.blob = util::to_hex(blob.digest);
    known.entry.size = blob.size;
    known.entry.created = entry.created;
    known.entry.last_used = entry.created;
    known.path = m_pack.path();
    known.requirements = std::move(entry.requirements);
  }
  return out;
}

std::vector<KnownArtifact> PackLayer::candidates(const CacheKey& key, const CompatibleWish& wish,
                                                 std::size_t limit) const {
  auto out = all_of(key.module, key.kind);
  std::erase_if(out, [&](const KnownArtifact& known) {
    return known.entry.key.engine == key.engine || !known.requirements ||
           known.requirements->load.load_class != wish.load.load_class ||
           (known.requirements->load.opt_rank < wish.load.opt_rank && !wish.allow_lower_opt_rank);
  });
  // The order of the index's own candidates.
  std::ranges::stable_sort(out, {}, [&wish](const KnownArtifact& known) {
    const std::int64_t rank = known.requirements->load.opt_rank;
    const std::int64_t wanted = wish.load.opt_rank;
    return std::tuple(rank < wanted, std::max(rank - wanted, wanted - rank),
                      -std::int64_t{known.requirements->load.cpu_flags},
                      -known.entry.created.time_since_epoch());
  });
  out.resize(std::min(out.size(), limit));
  return out;
}

std::vector<KnownArtifact> PackLayer::artifacts_of(const ModuleDigest& module, Kind kind,
                                                   std::size_t limit) const {
  auto out = all_of(module, kind);
  std::ranges::stable_sort(out, std::ranges::greater(),
                           [](const KnownArtifact& known) { return known.entry.created; });
  out.resize(std::min(out.size(), limit));
  return out;
}

} // namespace cwasm::cache
