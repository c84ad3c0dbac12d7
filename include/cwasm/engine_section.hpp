#pragma once

/// The content of `.wasmtime.engine`:
///
///     section ::= format version (u8, 0) · length (u8) · version text (that many bytes) · metadata
///
/// The metadata's layout is that of a release, which the version text names if its writer had the
/// default strategy; a custom or empty text does not, and then the reader has to know.

#include <cwasm/error.hpp>
#include <cwasm/export.hpp>
#include <cwasm/metadata.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace cwasm {

/// The section in its two parts: views into its bytes.
struct EngineSectionParts {
  std::span<const std::byte> version; ///< not yet known to be UTF-8
  std::span<const std::byte> metadata;
  std::size_t metadata_offset = 0; ///< from the begin of the section

  /// The version text. Errors: malformed when it is not UTF-8.
  CWASM_EXPORT Result<std::string_view> version_text() const;
};

/// Takes a section apart. Errors: malformed, with Wasmtime's text ("invalid engine section",
/// "mismatched version in engine section", "engine section too small") and what was read.
CWASM_EXPORT Result<EngineSectionParts> split_engine_section(std::span<const std::byte> section);

/// Decoded metadata, and how many bytes followed it (Wasmtime ignores them).
struct DecodedMetadata {
  Metadata metadata;
  std::size_t trailing_bytes = 0;
};

/// Decodes metadata with the layout of a release (3 to 49). Errors: unsupported for another
/// release, malformed with the decoder's text, the field and its offset in the section.
CWASM_EXPORT Result<DecodedMetadata> decode_metadata(std::uint16_t release,
                                                     std::span<const std::byte> metadata,
                                                     std::size_t offset_in_section = 0);

/// The section that Wasmtime of that release writes for this version text and metadata. A tunable
/// that the metadata lacks is written as 0. Errors: unsupported for a release without a layout,
/// invalid_argument for a version text of more than 255 bytes.
CWASM_EXPORT Result<std::vector<std::byte>> encode_engine_section(std::uint16_t release,
                                                                  std::string_view version_text,
                                                                  const Metadata& metadata);

/// The release that a version text of the default strategy names, or nothing.
CWASM_EXPORT std::optional<std::uint16_t> release_named_by(std::string_view version_text) noexcept;

} // namespace cwasm
