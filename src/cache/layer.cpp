#include "cache/layer.hpp"

#include "cache/handle.hpp"
#include "cache/operations.hpp"
#include "cache/rows.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace cwasm::cache {
namespace {

ModuleDigest as_module_digest(const util::Sha256& digest) {
  ModuleDigest out{DigestAlgorithm::sha256, {}};
  std::copy(digest.begin(), digest.end(), out.bytes.begin());
  return out;
}

} // namespace

Layer::Layer(std::filesystem::path place, std::chrono::milliseconds busy_timeout)
    : m_place{std::move(place), false, busy_timeout, {}, Access::read}, m_blobs(m_place.directory) {
}

void Layer::give_up(Handle& handle, const Error& reason) {
  m_opened.reset();
  m_pack.reset();
  m_given_up = true;
  handle.warn(fmt::format("the lower cache {} is not used: {}", m_place.directory.native(),
                          reason.message()));
}

std::shared_ptr<PackLayer> Layer::pack(Handle& handle) {
  const Handle::Session session(handle);
  if (!m_is_pack) {
    std::error_code error;
    m_is_pack = std::filesystem::is_regular_file(m_place.directory, error);
  }
  if (!*m_is_pack || m_given_up || (m_pack && m_pack->is_in_place())) {
    return m_pack;
  }
  auto opened = PackLayer::open(m_place.directory);
  if (!opened) {
    give_up(handle, opened.error());
    return nullptr;
  }
  m_pack = std::make_shared<PackLayer>(*std::move(opened));
  return m_pack;
}

bool Layer::open(Handle& handle) {
  if (m_is_pack.value_or(false)) {
    return false;
  }
  if (m_opened || m_given_up) {
    return m_opened.has_value();
  }
  auto opened = open_index(m_place);
  if (!opened) {
    give_up(handle, opened.error());
    return false;
  }
  m_opened.emplace(*std::move(opened));
  return true;
}

template <typename F> auto Layer::ask(Handle& handle, F use) {
  const Handle::Session session(handle);
  auto nothing = typename decltype(use(m_opened->index))::value_type{};
  for (bool again = true; open(handle); again = false) {
    auto result = use(m_opened->index);
    if (result) {
      return *std::move(result);
    }
    if (!again) {
      give_up(handle, result.error());
    }
    m_opened.reset();
  }
  return nothing;
}

std::optional<LayerBlob> Layer::find(Handle& handle, const CacheKey& key, Remember remember) {
  if (const auto packed = pack(handle)) {
    auto found = packed->find(handle, key, remember == Remember::yes);
    if (found && !found->blob.good) {
      const Handle::Session session(handle);
      handle.warn(
          fmt::format("a cached artifact is damaged and is not used: {}", found->blob.damage));
    }
    return found;
  }
  // The whole layer may be replaced by a new one between our look at the index and at the file.
  for (bool again = true;; again = false) {
    MappingPtr mapping;
    const auto entry = ask(handle, [&](Index& index) -> Result<std::optional<EntryRecord>> {
      CWASM_TRY_ASSIGN(auto found, index.find(key));
      mapping = found ? handle.mappings.find(found->blob.digest) : nullptr;
      return found;
    });
    if (!entry) {
      return std::nullopt;
    }
    auto found = load(handle, *entry, mapping, remember);
    const Handle::Session session(handle);
    if (!found.good && again && m_opened && !is_in_place(m_place, m_opened->file)) {
      m_opened.reset();
      continue;
    }
    if (!found.good) {
      handle.warn(fmt::format("a cached artifact is damaged and is not used: {}: {}",
                              m_blobs.path_of(entry->blob.digest).native(), found.damage));
    }
    return LayerBlob{std::move(found), entry->compile_seconds};
  }
}

FoundBlob Layer::load(Handle& handle, const EntryRecord& entry, const MappingPtr& mapping,
                      Remember remember) const {
  FoundBlob damaged;
  if (!entry.sealed) {
    damaged.damage = k_row_damage;
    return damaged;
  }
  BlobRecord record = entry.blob;
  const auto digest = as_module_digest(record.digest);
  const auto identity = m_blobs.identify(record.digest);
  const bool present = identity && *identity;
  if (present && record.verified != **identity) {
    const auto known = remembered_digest(handle, **identity, DigestAlgorithm::sha256);
    if (known && *known == digest) {
      record.verified = **identity;
    }
  }
  auto found = m_blobs.load(record, mapping);
  if (!found) {
    damaged.damage = found.error().message();
    return damaged;
  }
  if (found->good && std::exchange(found->rehashed, false) && remember == Remember::yes) {
    remember_digest(handle, found->good->identity, digest);
  }
  return *std::move(found);
}

std::vector<KnownArtifact> Layer::candidates(Handle& handle, const CacheKey& key,
                                             const CompatibleWish& wish, std::int64_t limit) {
  if (const auto packed = pack(handle)) {
    return packed->candidates(key, wish, static_cast<std::size_t>(limit));
  }
  auto out = ask(handle, [&](Index& index) { return index.candidates(key, wish, limit); });
  add_paths(m_blobs, out);
  return out;
}

std::vector<KnownArtifact> Layer::artifacts_of(Handle& handle, const ModuleDigest& module,
                                               Kind kind, std::int64_t limit) {
  if (const auto packed = pack(handle)) {
    return packed->artifacts_of(module, kind, static_cast<std::size_t>(limit));
  }
  auto out = ask(handle, [&](Index& index) { return index.artifacts_of(module, kind, limit); });
  add_paths(m_blobs, out);
  return out;
}

} // namespace cwasm::cache
