#include "cache/operations.hpp"

#include "cache/pack.hpp"
#include "util/hex.hpp"
#include "util/try.hpp"

#include <map>
#include <optional>

namespace cwasm::cache {
namespace {

/// Nothing of a pack comes into the cache unless all of it is sound.
Status verify_all(const Pack& pack) {
  for (std::size_t i = 0; i < pack.blobs(); ++i) {
    CWASM_TRY(pack.verify(pack.blob(i)));
  }
  return ok();
}

/// What the cache has of a module: the artifact of each engine.
using Stored = std::map<CompatibilityHash, std::string>;

Result<Stored> stored_of(Handle& handle, const CacheKey& key) {
  CWASM_TRY_ASSIGN(const auto known, own_artifacts_of(handle, key.module, key.kind));
  Stored stored;
  for (const KnownArtifact& artifact : known) {
    stored.emplace(artifact.entry.key.engine, artifact.entry.blob);
  }
  return stored;
}

/// What is kept of the entries until the end: their texts may be large, and one for all.
struct Imported {
  CacheKey key;
  Time created;
};

Status set_all_created(Index& index, const std::vector<Imported>& entries) {
  CWASM_TRY_ASSIGN(auto transaction, Transaction::begin(index.database()));
  for (const Imported& entry : entries) {
    CWASM_TRY(index.set_created(entry.key, entry.created));
  }
  return transaction.commit();
}

/// Gives imported entries the times that they were made at elsewhere.
Status set_created(Handle& handle, const std::vector<Imported>& entries) {
  const Handle::Session session(handle);
  CWASM_TRY(handle.ensure_in_place());
  return handle.with_index([&entries](Index& index) { return set_all_created(index, entries); });
}

} // namespace

Result<ImportReport> import_pack(Handle& handle, const std::filesystem::path& file,
                                 const ImportOptions& options) {
  CWASM_TRY_ASSIGN(const Pack pack, Pack::open(file));
  CWASM_TRY(verify_all(pack));
  ImportReport report;
  std::vector<Imported> imported;
  Stored stored;
  std::optional<CacheKey> last;
  for (std::size_t i = 0; i < pack.entries(); ++i) {
    const PackedEntry entry = pack.entry(i);
    const CacheKey& key = entry.key;
    if (!(last && last->module == key.module && last->kind == key.kind)) {
      CWASM_TRY_ASSIGN(stored, stored_of(handle, key));
    }
    last = key;
    const PackedBlob blob = pack.blob(entry.blob);
    const auto there = stored.find(key.engine);
    if (there != stored.end() && there->second == util::to_hex(blob.digest)) {
      ++report.skipped;
      continue;
    }
    if (there != stored.end() && !options.replace) {
      ++report.kept;
      continue;
    }
    CWASM_TRY(insert(handle, key, pack.bytes_of(blob).view, entry.description, entry.requirements));
    ++report.imported;
    report.bytes += blob.size;
    imported.push_back({key, entry.created});
  }
  CWASM_TRY(set_created(handle, imported));
  return report;
}

} // namespace cwasm::cache
