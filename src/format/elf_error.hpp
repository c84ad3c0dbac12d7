#pragma once

/// What the reader of ELF files has to complain about.

#include "format/elf_reader.hpp"

#include <cwasm/error.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace cwasm::format {

/// "TEXT (DETAIL)": Wasmtime's words, then what was read where.
template <typename... Args>
Error malformed(std::string_view text, fmt::format_string<Args...> detail, Args&&... args) {
  return {ErrorCode::malformed,
          fmt::format("{} ({})", text, fmt::format(detail, std::forward<Args>(args)...))};
}

/// "section INDEX: SIZE bytes at offset OFFSET of FILE_SIZE".
std::string content_range(const SectionTable& sections, std::size_t index, std::uint64_t file_size);

} // namespace cwasm::format
