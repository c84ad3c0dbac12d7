#include <cwasm/engine_section.hpp>

#include "format/metadata_codec.hpp"
#include "releases/release.hpp"
#include "util/try.hpp"
#include "util/utf8.hpp"

#include <fmt/format.h>

namespace cwasm {
namespace {

Error malformed(std::string message) { return {ErrorCode::malformed, std::move(message)}; }

Error no_layout(std::uint16_t release) {
  return {ErrorCode::unsupported,
          fmt::format("there is no layout for the metadata of Wasmtime {} (there is for {} to {})",
                      release, releases::k_oldest, releases::k_newest)};
}

} // namespace

Result<std::string_view> EngineSectionParts::version_text() const {
  const std::string_view text(reinterpret_cast<const char*>(version.data()), version.size());
  if (const auto error = util::find_utf8_error(text)) {
    const auto what =
        error->length == 0
            ? fmt::format("incomplete utf-8 byte sequence from index {}", error->index)
            : fmt::format("invalid utf-8 sequence of {} bytes from index {}", error->length,
                          error->index);
    return malformed(what + " (in the version text at offset 0x2 of the engine section)");
  }
  return text;
}

Result<EngineSectionParts> split_engine_section(std::span<const std::byte> section) {
  if (section.size() < 2) {
    return malformed(fmt::format(
        "invalid engine section: it has {} bytes, not the 2 it begins with", section.size()));
  }
  const auto format_version = std::to_integer<unsigned>(section[0]);
  if (format_version != 0) {
    return malformed(fmt::format(
        "mismatched version in engine section: format version {} at offset 0x0, expected 0",
        format_version));
  }
  const auto length = std::to_integer<std::size_t>(section[1]);
  const auto rest = section.subspan(2);
  if (rest.size() < length + 1) {
    return malformed(
        fmt::format("engine section too small: a version text of {} bytes (length at "
                    "offset 0x1) and metadata do not fit into the {} bytes that follow",
                    length, rest.size()));
  }
  return EngineSectionParts{rest.first(length), rest.subspan(length), 2 + length};
}

Result<DecodedMetadata> decode_metadata(std::uint16_t release, std::span<const std::byte> metadata,
                                        std::size_t offset_in_section) {
  if (releases::find(release) == nullptr) {
    return no_layout(release);
  }
  format::Reader reader(releases::encoding(release), metadata, offset_in_section);
  DecodedMetadata decoded;
  format::read_metadata(release, reader, decoded.metadata);
  CWASM_TRY(reader.status());
  decoded.trailing_bytes = reader.remaining();
  return decoded;
}

Result<std::vector<std::byte>> encode_engine_section(std::uint16_t release,
                                                     std::string_view version_text,
                                                     const Metadata& metadata) {
  if (releases::find(release) == nullptr) {
    return no_layout(release);
  }
  if (version_text.size() > 255) {
    return Error(
        ErrorCode::invalid_argument,
        fmt::format("custom module version cannot be more than 255 bytes: {}", version_text));
  }
  format::Writer writer(releases::encoding(release));
  writer.write_u8(0);
  writer.write_u8(static_cast<std::uint8_t>(version_text.size()));
  writer.write_bytes(std::as_bytes(std::span(version_text)));
  format::write_metadata(release, writer, metadata);
  return std::move(writer).take();
}

std::optional<std::uint16_t> release_named_by(std::string_view version_text) noexcept {
  return releases::named_by(version_text);
}

} // namespace cwasm
