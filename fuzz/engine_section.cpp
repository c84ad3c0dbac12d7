// Decoding and encoding are inverse: on canonical bytes at once, on all others from the second
// time on. The first byte chooses the release.

#include "support.hpp"

#include <cwasm/engine_section.hpp>

#include <algorithm>

using cwasm::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const auto release = static_cast<std::uint16_t>(data[0] % 52);
  const auto section = cwasm::fuzz::bytes_of(data, size).subspan(1);
  const auto parts = cwasm::split_engine_section(section);
  const auto text = parts ? parts->version_text() : cwasm::Result<std::string_view>(parts.error());
  if (!text) {
    require(!text.error().message().empty());
    return 0;
  }
  const auto decoded = cwasm::decode_metadata(release, parts->metadata, parts->metadata_offset);
  if (!decoded) {
    require(!decoded.error().message().empty());
    return 0;
  }
  const auto encoded = cwasm::encode_engine_section(release, *text, decoded->metadata);
  require(encoded.has_value());
  // Every number is written in its shortest form, so bytes of that length are these.
  const auto read = section.first(section.size() - decoded->trailing_bytes);
  require(encoded->size() <= read.size());
  require(encoded->size() != read.size() || std::ranges::equal(*encoded, read));
  const auto again = cwasm::split_engine_section(*encoded);
  require(again && again->metadata_offset == parts->metadata_offset);
  const auto back = cwasm::decode_metadata(release, again->metadata, again->metadata_offset);
  require(back && back->metadata == decoded->metadata && back->trailing_bytes == 0);
  require(*cwasm::encode_engine_section(release, *text, back->metadata) == *encoded);
  return 0;
}
