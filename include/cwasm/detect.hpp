#pragma once

/// Is this a precompiled artifact, and of which kind? Answers as Wasmtime's detect_precompiled and
/// detect_precompiled_file do: by the ELF header, provided that the file's section, symbol and
/// relocation tables are sound. It says nothing about whether the artifact would load.

#include <cwasm/error.hpp>
#include <cwasm/export.hpp>
#include <cwasm/metadata.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>

namespace cwasm {

/// The kind of the artifact, or nothing when the bytes are none.
CWASM_EXPORT std::optional<Kind> detect_precompiled(std::span<const std::byte> bytes);

/// The same for a file, of which it reads the ELF header and the section headers. Errors:
/// not_found, io.
CWASM_EXPORT Result<std::optional<Kind>> detect_precompiled_file(const std::filesystem::path& path);

} // namespace cwasm
