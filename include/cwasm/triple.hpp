#pragma once

#include <cwasm/error.hpp>
#include <cwasm/export.hpp>

#include <string>
#include <string_view>

namespace cwasm {

/// A target triple in its parts, as target-lexicon, the library Wasmtime uses, takes it apart.
/// A part that was not given is "unknown".
struct Triple {
  std::string architecture = "unknown"; ///< canonical: "aarch64" for arm64
  std::string vendor = "unknown";
  std::string operating_system = "unknown"; ///< with its version, if any: "macosx10.7.0"
  std::string environment = "unknown";
  std::string binary_format = "unknown"; ///< given or implied: "elf", "coff", "macho"

  /// As target-lexicon prints it: "x86_64-unknown-linux-gnu", "pulley64-unknown-unknown-elf".
  CWASM_EXPORT std::string to_string() const;

  /// Whether the operating system is `name`, whatever its version.
  CWASM_EXPORT bool is_os(std::string_view name) const noexcept;
  CWASM_EXPORT bool is_pulley() const noexcept;
  CWASM_EXPORT bool is_big_endian() const noexcept;
  /// 32 or 64.
  CWASM_EXPORT unsigned pointer_bits() const noexcept;

  friend bool operator==(const Triple&, const Triple&) = default;
};

/// Parses a triple as target-lexicon does. Errors are invalid_argument with its texts:
/// "Unrecognized architecture: amd64".
CWASM_EXPORT Result<Triple> parse_triple(std::string_view text);

} // namespace cwasm
