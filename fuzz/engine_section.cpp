// What decodes, encodes back to bytes that decode to the same; and nothing crashes.

#include <cwasm/engine_section.hpp>

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const auto release = static_cast<std::uint16_t>(data[0] % 52);
  const auto section = std::as_bytes(std::span(data, size)).subspan(1);
  const auto parts = cwasm::split_engine_section(section);
  const auto text = parts ? parts->version_text() : cwasm::Result<std::string_view>(parts.error());
  if (!text) {
    return 0;
  }
  const auto decoded = cwasm::decode_metadata(release, parts->metadata, parts->metadata_offset);
  if (!decoded) {
    return 0;
  }
  const auto encoded = cwasm::encode_engine_section(release, *text, decoded->metadata);
  const auto again = cwasm::split_engine_section(*encoded);
  const auto back = cwasm::decode_metadata(release, again->metadata, again->metadata_offset);
  if (back->metadata != decoded->metadata || back->trailing_bytes != 0) {
    std::abort();
  }
  return 0;
}
