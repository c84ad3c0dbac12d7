#include "cache/pack.hpp"

#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

// That a pack is sound: everything that reading it relies on.

namespace cwasm::cache {

Error Pack::unsound(std::size_t offset, std::string_view what) const {
  return {ErrorCode::malformed,
          fmt::format("{} is no sound pack: at offset {:#x}: {}", m_path.native(), offset, what)};
}

Status Pack::check_header() {
  const auto size = m_bytes.view.size();
  if (size < k_pack_page) {
    return unsound(size, fmt::format("the file ends within its header of {} bytes", k_pack_page));
  }
  if (!std::ranges::equal(part(0, k_pack_magic.size()), std::as_bytes(std::span(k_pack_magic)))) {
    return unsound(0, "it does not begin as a pack does");
  }
  if (const auto version = number(k_pack_version_at, 4); version != k_pack_version) {
    return Error(ErrorCode::unsupported,
                 fmt::format("{} is a pack of version {}; this cwasm reads version {}",
                             m_path.native(), version, k_pack_version));
  }
  if (number(k_pack_page_at, 4) != k_pack_page) {
    return unsound(k_pack_page_at, fmt::format("the page size is not {}", k_pack_page));
  }
  if (const auto told = number(k_pack_file_size_at, 8); told != size) {
    return unsound(k_pack_file_size_at,
                   fmt::format("the file should have {} bytes and has {}", told, size));
  }
  const auto index = number(k_pack_index_at, 8);
  if (index < k_pack_page || index % k_pack_page != 0 || index > size) {
    return unsound(k_pack_index_at, "the index is not at a page of the file");
  }
  m_index = static_cast<std::size_t>(index);
  if (number(k_pack_index_size_at, 8) != size - m_index) {
    return unsound(k_pack_index_size_at, "the index does not end where the file does");
  }
  const auto rest = part(k_pack_header_end, k_pack_page - k_pack_header_end);
  if (std::ranges::any_of(rest, [](std::byte byte) { return byte != std::byte{0}; })) {
    return unsound(k_pack_header_end, "the rest of the header is not zero");
  }
  CWASM_TRY_ASSIGN(const auto digest, util::sha256(m_bytes.view.subspan(m_index)));
  if (!std::ranges::equal(digest, part(k_pack_index_digest_at, digest.size()))) {
    return unsound(k_pack_index_digest_at, "the index has another SHA-256");
  }
  return ok();
}

Status Pack::check_counts() {
  std::uint64_t left = m_bytes.view.size() - m_index;
  if (left < k_pack_counts) {
    return unsound(m_index, "the index ends within its counts");
  }
  left -= k_pack_counts;
  const auto take = [&](std::size_t place, std::size_t record) -> Result<std::size_t> {
    const auto at = m_index + place * 8;
    const auto count = number(at, 8);
    if (count > left / record) {
      return unsound(at, fmt::format("{} records of {} bytes do not fit the index", count, record));
    }
    left -= count * record;
    return static_cast<std::size_t>(count);
  };
  CWASM_TRY_ASSIGN(m_blobs, take(0, k_pack_blob));
  CWASM_TRY_ASSIGN(m_engines, take(1, k_pack_engine));
  CWASM_TRY_ASSIGN(m_entries, take(2, k_pack_entry));
  CWASM_TRY_ASSIGN(m_texts_size, take(3, 1));
  if (left != 0) {
    return unsound(m_index, fmt::format("{} bytes of the index are nothing's", left));
  }
  m_texts = entry_at(m_entries);
  return ok();
}

// Each blob begins at the page where the one before has ended: so none overlap, and all fit.
Status Pack::check_blobs() const {
  std::uint64_t expected = k_pack_page;
  for (std::size_t i = 0; i < m_blobs; ++i) {
    const auto at = blob_at(i);
    const auto found = blob(i);
    if (i > 0 && blob(i - 1).digest >= found.digest) {
      return unsound(at, "the blobs are not in the order of their digests");
    }
    if (found.offset != expected) {
      return unsound(at + 32, fmt::format("the blob should be at {:#x}, not at {:#x}", expected,
                                          found.offset));
    }
    if (found.offset > m_index || found.size > m_index - found.offset) {
      return unsound(at + 40, "the blob reaches into the index");
    }
    expected = pack_padded(found.offset + found.size);
  }
  return expected == m_index ? ok() : unsound(k_pack_index_at, "the index is not behind the blobs");
}

Status Pack::check_text(std::size_t at) const {
  const auto start = number(at, 4);
  const auto size = number(at + 4, 4);
  if (size > k_pack_longest_text || start > m_texts_size || size > m_texts_size - start) {
    return unsound(at, "the text is not among the texts");
  }
  return ok();
}

Status Pack::check_engines() const {
  for (std::size_t i = 0; i < m_engines; ++i) {
    const auto at = engine_at(i);
    if (i > 0 && !std::ranges::lexicographical_compare(part(engine_at(i - 1), 16), part(at, 16))) {
      return unsound(at, "the engines are not in the order of their hashes");
    }
    if (number(at + 32, 4) > 1 || number(at + 44, 4) != 0) {
      return unsound(at + 32, "the engine has a flag that is unknown");
    }
    CWASM_TRY(check_text(at + k_pack_engine_fields));
  }
  return ok();
}

Status Pack::check_entry(std::size_t i) const {
  const auto at = entry_at(i);
  const auto algorithm = number(at + 32, 1);
  const auto kind = number(at + 33, 1);
  if (algorithm < 1 || algorithm > 2 || kind < 1 || kind > 2 || number(at + 34, 2) != 0) {
    return unsound(at + 32, "the algorithm or the kind is unknown");
  }
  if (number(at + 36, 4) >= m_engines) {
    return unsound(at + 36, "there is no such engine");
  }
  if (number(at + 40, 4) >= m_blobs || number(at + 44, 4) != 0) {
    return unsound(at + 40, "there is no such blob");
  }
  const auto here = key_of(i);
  const auto unused = part(at, 32).subspan(here.module.size());
  if (std::ranges::any_of(unused, [](std::byte byte) { return byte != std::byte{0}; })) {
    return unsound(at, "the digest is too long");
  }
  if (i > 0 && !(pack_order(key_of(i - 1)) < pack_order(here))) {
    return unsound(at, "the entries are not in the order of their keys");
  }
  const auto seconds = std::bit_cast<double>(number(at + 48, 8));
  if (!std::isfinite(seconds) || seconds < 0) {
    return unsound(at + 48, "the compile time is none");
  }
  return ok();
}

Status Pack::check_texts(std::size_t at) const {
  for (std::size_t text = 0; text < k_pack_texts_of_entry; ++text) {
    CWASM_TRY(check_text(at + text * k_pack_text));
  }
  return ok();
}

Status Pack::check_entries() const {
  for (std::size_t i = 0; i < m_entries; ++i) {
    CWASM_TRY(check_entry(i));
    CWASM_TRY(check_texts(entry_at(i) + k_pack_entry_texts));
  }
  return ok();
}

} // namespace cwasm::cache
