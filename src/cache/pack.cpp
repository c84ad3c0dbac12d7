#include "cache/pack.hpp"

#include "cache/rows.hpp"
#include "util/file.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace cwasm::cache {
Result<Pack> Pack::open(const std::filesystem::path& path) {
  CWASM_TRY_ASSIGN(const auto file, util::open_for_reading(path));
  CWASM_TRY_ASSIGN(const auto identity, util::identify(file, path));
  CWASM_TRY_ASSIGN(auto bytes, util::map_file(file, identity.size, path));
  CWASM_TRY_ASSIGN(auto pack, from_bytes(std::move(bytes), path));
  pack.m_identity = identity;
  return pack;
}

Result<Pack> Pack::from_bytes(Bytes bytes, std::filesystem::path path) {
  Pack pack(std::move(bytes), std::move(path));
  CWASM_TRY(pack.check_header());
  CWASM_TRY(pack.check_counts());
  CWASM_TRY(pack.check_blobs());
  CWASM_TRY(pack.check_engines());
  CWASM_TRY(pack.check_entries());
  return pack;
}

std::uint64_t Pack::number(std::size_t at, std::size_t width) const {
  std::uint64_t value = 0;
  for (std::size_t i = width; i > 0; --i) {
    value = value << 8U | std::to_integer<std::uint64_t>(m_bytes.view[at + i - 1]);
  }
  return value;
}

std::span<const std::byte> Pack::part(std::size_t at, std::size_t size) const {
  return m_bytes.view.subspan(at, size);
}

std::size_t Pack::blob_at(std::size_t i) const noexcept {
  return m_index + k_pack_counts + i * k_pack_blob;
}
std::size_t Pack::engine_at(std::size_t i) const noexcept {
  return blob_at(m_blobs) + i * k_pack_engine;
}
std::size_t Pack::entry_at(std::size_t i) const noexcept {
  return engine_at(m_engines) + i * k_pack_entry;
}

PackedBlob Pack::blob(std::size_t i) const {
  const auto at = blob_at(i);
  PackedBlob out;
  std::ranges::copy(part(at, out.digest.size()), out.digest.begin());
  out.offset = number(at + 32, 8);
  out.size = number(at + 40, 8);
  return out;
}

std::string Pack::text(std::size_t at) const {
  const auto bytes = part(m_texts + number(at, 4), number(at + 4, 4));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

CacheKey Pack::key_of(std::size_t i) const {
  const auto at = entry_at(i);
  CacheKey out;
  out.module.algorithm = static_cast<DigestAlgorithm>(number(at + 32, 1));
  out.kind = static_cast<Kind>(number(at + 33, 1));
  std::ranges::copy(part(at, out.module.bytes.size()), out.module.bytes.begin());
  const auto engine = engine_at(number(at + 36, 4));
  std::ranges::copy(part(engine, out.engine.bytes.size()), out.engine.bytes.begin());
  return out;
}

PackedEntry Pack::entry(std::size_t i) const {
  const auto at = entry_at(i);
  PackedEntry out;
  out.key = key_of(i);
  out.blob = number(at + 40, 4);
  out.description.compile_seconds = std::bit_cast<double>(number(at + 48, 8));
  out.created = loaded_time(static_cast<std::int64_t>(number(at + 56, 8)));
  auto next = at + k_pack_entry_texts;
  for (auto* const each :
       {&out.description.release, &out.description.target, &out.description.opt_level,
        &out.description.producer, &out.description.input}) {
    *each = text(next);
    next += k_pack_text;
  }
  const auto engine = engine_at(number(at + 36, 4));
  if (number(engine + 32, 4) == 1) {
    auto& needs = out.requirements.emplace();
    std::ranges::copy(part(engine + 16, 16), needs.load.load_class.begin());
    needs.load.opt_rank = static_cast<std::uint32_t>(number(engine + 36, 4));
    needs.load.cpu_flags = static_cast<std::uint32_t>(number(engine + 40, 4));
    needs.fields = text(engine + k_pack_engine_fields);
  }
  return out;
}

std::size_t Pack::lower_bound(const CacheKey& wanted) const {
  std::size_t low = 0;
  for (std::size_t high = m_entries; low < high;) {
    const auto middle = low + (high - low) / 2;
    if (pack_order(key_of(middle)) < pack_order(wanted)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::optional<std::size_t> Pack::find(const CacheKey& key) const {
  const auto i = lower_bound(key);
  return i < m_entries && key_of(i) == key ? std::optional(i) : std::nullopt;
}

std::pair<std::size_t, std::size_t> Pack::of_module(const ModuleDigest& module, Kind kind) const {
  const auto first = lower_bound({{}, module, kind});
  auto last = first;
  while (last < m_entries && key_of(last).module == module && key_of(last).kind == kind) {
    ++last;
  }
  return {first, last};
}

Bytes Pack::bytes_of(const PackedBlob& blob) const {
  return {m_bytes.owner, part(blob.offset, blob.size)};
}

Status Pack::verify(const PackedBlob& blob) const {
  CWASM_TRY_ASSIGN(const auto digest, util::sha256(part(blob.offset, blob.size)));
  return digest == blob.digest
             ? ok()
             : unsound(blob.offset, "the blob is damaged: it has another SHA-256");
}

} // namespace cwasm::cache
