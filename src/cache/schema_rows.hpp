#pragma once

/// What a migration computes that its script cannot.

#include "cache/sqlite.hpp"

#include <cwasm/error.hpp>

namespace cwasm::cache {

/// Each entry's seal and score, and the totals. REQUIRES: a transaction.
Status complete_version_3(Database& database);

} // namespace cwasm::cache
