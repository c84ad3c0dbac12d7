#pragma once

/// Metadata, flags and errors as the verbs print them.

#include "cli/json.hpp"

#include <cwasm/error.hpp>
#include <cwasm/metadata.hpp>

#include <cstdint>
#include <string>

namespace cwasm::cli {

/// {"target","shared_flags","isa_flags","tunables","features","features_bits"}
Json metadata_json(std::uint16_t release, const Metadata& metadata);

/// The same as indented lines.
std::string metadata_text(std::uint16_t release, const Metadata& metadata);

/// {"code","message"}
Json error_json(const Error& error);

} // namespace cwasm::cli
