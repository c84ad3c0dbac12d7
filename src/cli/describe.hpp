#pragma once

/// Metadata, flags and errors as the verbs print them.

#include "cli/json.hpp"

#include <cwasm/cache.hpp>
#include <cwasm/error.hpp>
#include <cwasm/metadata.hpp>
#include <cwasm/verdict.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace cwasm::cli {

/// {"target","shared_flags","isa_flags","tunables","features","features_bits"}
Json metadata_json(std::uint16_t release, const Metadata& metadata);

/// The same as indented lines.
std::string metadata_text(std::uint16_t release, const Metadata& metadata);

/// {"code","aspect","name","found","expected","message","hint"}
Json mismatch_json(const Mismatch& mismatch);

/// Its message, code and cure as three indented lines.
std::string mismatch_text(const Mismatch& mismatch);

/// A complaint about the structure as an indented line.
std::string structure_text(std::string_view complaint);

/// {"hash","release","target","opt_level"} of what an artifact was compiled for.
Json other_json(const OtherEngine& other);
/// The same as an indented line.
std::string other_text(const OtherEngine& other);

/// A row of the cache.
Json entry_json(const Entry& entry);

/// UTC, to the second: "2026-01-31T23:59:59Z".
std::string timestamp(std::chrono::system_clock::time_point time);

/// {"code","message"}
Json error_json(const Error& error);

} // namespace cwasm::cli
