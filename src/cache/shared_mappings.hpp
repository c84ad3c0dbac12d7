#pragma once

/// The blobs that any handle of this process has mapped and still holds, so that handles of one
/// directory share a mapping instead of mapping and hashing the file once more. Holds nothing
/// itself. From any thread.

#include "cache/mappings.hpp"

#include <filesystem>

namespace cwasm::cache {

/// The mapping of the file at this path, or null. Whether the file is still that one is for the
/// caller to see.
MappingPtr find_shared_mapping(const std::filesystem::path& path);

void share_mapping(const MappingPtr& mapping);

} // namespace cwasm::cache
