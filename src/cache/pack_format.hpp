#pragma once

/// The numbers of docs/pack-format.md. All of them are little-endian in the file.

#include "cache/gathered.hpp"
#include "util/sha256.hpp"

#include <cwasm/cache.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>

namespace cwasm::cache {

inline constexpr std::array<unsigned char, 8> k_pack_magic = {0x89, 'C',  'W',  'P',
                                                              'K',  '\r', '\n', 0x1a};
inline constexpr std::uint32_t k_pack_version = 1;
inline constexpr std::uint64_t k_pack_page = 4096;

/// Where the header's fields are.
inline constexpr std::size_t k_pack_version_at = 8;
inline constexpr std::size_t k_pack_page_at = 12;
inline constexpr std::size_t k_pack_file_size_at = 16;
inline constexpr std::size_t k_pack_index_at = 24;
inline constexpr std::size_t k_pack_index_size_at = 32;
inline constexpr std::size_t k_pack_index_digest_at = 40;
inline constexpr std::size_t k_pack_header_end = 72;

/// The index: four counts, then the records of blobs, engines and entries, then the texts.
inline constexpr std::size_t k_pack_counts = 32;
inline constexpr std::size_t k_pack_blob = 48;
inline constexpr std::size_t k_pack_engine = 56;
inline constexpr std::size_t k_pack_entry = 104;

/// Of an engine: hash 0, load class 16, whether it has one 32, opt rank 36, CPU flags 40, nothing
/// 44, and the place of a text:
inline constexpr std::size_t k_pack_engine_fields = 48;
/// Of an entry: module 0, algorithm 32, kind 33, nothing 34, engine 36, blob 40, nothing 44,
/// compile seconds 48, created 56, and the places of its texts:
inline constexpr std::size_t k_pack_entry_texts = 64;
inline constexpr std::size_t k_pack_texts_of_entry = 5;
inline constexpr std::size_t k_pack_text = 8; ///< offset among the texts, and size
inline constexpr std::size_t k_pack_longest_text = std::size_t{1} << 20U;

inline std::uint64_t pack_padded(std::uint64_t size) noexcept {
  return (size + k_pack_page - 1) / k_pack_page * k_pack_page;
}

struct PackedBlob {
  util::Sha256 digest{};
  std::uint64_t offset = 0; ///< in the file
  std::uint64_t size = 0;
};

/// By what entries are ordered. REQUIRES: the key outlives the result.
inline auto pack_order(const CacheKey& key) noexcept {
  return std::tie(key.module, key.kind, key.engine);
}

struct PackedEntry {
  CacheKey key;
  EntryDescription description;
  Time created;
  std::optional<Requirements> requirements;
  std::size_t blob = 0; ///< which of the blobs
};

} // namespace cwasm::cache
