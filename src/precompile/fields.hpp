#pragma once

/// What an engine compiles for, as the text that the cache keeps, and field by field.

#include <cwasm/cache.hpp>
#include <cwasm/engine.hpp>
#include <cwasm/why.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cwasm::precompile {

/// One field a line: name, "=", value; a backslash and an end of line in a value stand as \\ and
/// \n.
std::string fields_text(std::span<const HashedField> fields);
/// The fields of such a text. A line without "=" is passed over.
std::vector<HashedField> parse_fields(std::string_view text);

/// The engine's requirements as they are stored beside its artifacts.
Requirements requirements_of(const Engine& engine);

/// Fields as people read them: values by the names that settings have, each feature a field.
std::vector<HashedField> readable_fields(std::span<const HashedField> fields);

/// What differs, in the order of `wanted`, with what only `found` has behind it.
std::vector<FieldDifference> differences(std::span<const HashedField> found,
                                         std::span<const HashedField> wanted);

} // namespace cwasm::precompile
