#include "cache/pack_writer.hpp"

#include "cache/rows.hpp"
#include "util/try.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <string>

namespace cwasm::cache {
namespace {

using Output = std::vector<std::byte>;

void put(Output& out, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) {
    out.push_back(static_cast<std::byte>(value >> 8U * i));
  }
}

void put(Output& out, std::span<const std::byte> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

/// The texts of an index, each of them once.
class Texts {
public:
  /// Writes the place of a text.
  void put_place(Output& out, const std::string& text) {
    const auto size = std::min(text.size(), k_pack_longest_text);
    const auto [slot, is_new] = m_places.try_emplace(text.substr(0, size), m_bytes.size());
    if (is_new) {
      put(m_bytes, std::as_bytes(std::span(slot->first)));
    }
    put(out, slot->second, 4);
    put(out, size, 4);
  }
  const Output& bytes() const noexcept { return m_bytes; }

private:
  std::map<std::string, std::size_t> m_places;
  Output m_bytes;
};

void put_engine(Output& out, Texts& texts, const CompatibilityHash& hash,
                const std::optional<Requirements>& needs) {
  put(out, hash.bytes);
  put(out, needs ? needs->load.load_class : std::array<std::byte, 16>{});
  put(out, needs ? 1 : 0, 4);
  put(out, needs ? needs->load.opt_rank : 0, 4);
  put(out, needs ? needs->load.cpu_flags : 0, 4);
  put(out, 0, 4);
  texts.put_place(out, needs ? needs->fields : std::string());
}

void put_entry(Output& out, Texts& texts, const PackedEntry& entry, std::size_t engine) {
  put(out, entry.key.module.bytes);
  put(out, static_cast<std::uint8_t>(entry.key.module.algorithm), 1);
  put(out, static_cast<std::uint8_t>(entry.key.kind), 1);
  put(out, 0, 2);
  put(out, engine, 4);
  put(out, entry.blob, 4);
  put(out, 0, 4);
  const double seconds = entry.description.compile_seconds;
  put(out, std::bit_cast<std::uint64_t>(std::isfinite(seconds) && seconds > 0 ? seconds : 0.0), 8);
  put(out, loaded(stored(entry.created)), 8);
  const auto& about = entry.description;
  for (const auto* const text :
       {&about.release, &about.target, &about.opt_level, &about.producer, &about.input}) {
    texts.put_place(out, *text);
  }
}

Result<Output> make_index(const std::vector<PackedBlob>& blobs, std::vector<PackedEntry> entries) {
  std::ranges::sort(entries, {}, [](const PackedEntry& entry) { return pack_order(entry.key); });
  std::map<CompatibilityHash, std::optional<Requirements>> engines;
  for (const auto& entry : entries) {
    auto& needs = engines[entry.key.engine];
    needs = needs ? needs : entry.requirements;
  }
  Texts texts;
  Output engine_records;
  for (const auto& [hash, needs] : engines) {
    put_engine(engine_records, texts, hash, needs);
  }
  std::map<CompatibilityHash, std::size_t> places;
  for (const auto& [hash, needs] : engines) {
    places.emplace(hash, places.size());
  }
  Output entry_records;
  for (const auto& entry : entries) {
    put_entry(entry_records, texts, entry, places.at(entry.key.engine));
  }
  if (texts.bytes().size() > std::numeric_limits<std::uint32_t>::max()) {
    return Error(ErrorCode::unsupported, "these are too many entries for one pack");
  }
  Output out;
  for (const auto count : {blobs.size(), engines.size(), entries.size(), texts.bytes().size()}) {
    put(out, count, 8);
  }
  for (const auto& blob : blobs) {
    put(out, blob.digest);
    put(out, blob.offset, 8);
    put(out, blob.size, 8);
  }
  put(out, engine_records);
  put(out, entry_records);
  put(out, texts.bytes());
  return out;
}

} // namespace

Result<PackWriter> PackWriter::create(const std::filesystem::path& path) {
  CWASM_TRY_ASSIGN(auto file, util::OutputFile::create(path));
  PackWriter writer(std::move(file));
  CWASM_TRY(writer.m_file.write(Output(k_pack_page)));
  writer.m_size = k_pack_page;
  return writer;
}

Status PackWriter::add_blob(const util::Sha256& digest, std::span<const std::byte> content) {
  m_blobs.push_back({digest, m_size, content.size()});
  const auto end = m_size + content.size();
  CWASM_TRY(m_file.write(content));
  m_size = pack_padded(end);
  return m_file.write(Output(m_size - end));
}

Result<std::uint64_t> PackWriter::finish(std::vector<PackedEntry> entries) {
  CWASM_TRY_ASSIGN(const auto index, make_index(m_blobs, std::move(entries)));
  CWASM_TRY_ASSIGN(const auto digest, util::sha256(index));
  Output header;
  put(header, std::as_bytes(std::span(k_pack_magic)));
  put(header, k_pack_version, 4);
  put(header, k_pack_page, 4);
  put(header, m_size + index.size(), 8);
  put(header, m_size, 8);
  put(header, index.size(), 8);
  put(header, digest);
  CWASM_TRY(m_file.write(index));
  CWASM_TRY(m_file.write_start(header));
  CWASM_TRY(m_file.commit());
  return m_size + index.size();
}

} // namespace cwasm::cache
