#pragma once

/// What the directory holds and the index does not know: left by a crash.

#include "cache/handle.hpp"

#include <cwasm/cache.hpp>
#include <cwasm/error.hpp>

#include <optional>

namespace cwasm::cache {

Result<std::optional<BlobRecord>> find_blob_row(Handle& handle, const util::Sha256& digest);

/// Removes blob files that have no row, and files whose writers are gone; says so in the report.
Status sweep(Handle& handle, VerifyReport& report);

} // namespace cwasm::cache
