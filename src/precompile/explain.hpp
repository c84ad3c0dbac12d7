#pragma once

/// What a lookup finds, or why it finds nothing, without doing anything to the cache.

#include <cwasm/cache.hpp>
#include <cwasm/engine.hpp>
#include <cwasm/error.hpp>
#include <cwasm/precompile.hpp>
#include <cwasm/why.hpp>

#include <optional>
#include <string>

namespace cwasm::precompile {

/// What the parts' policy lets a lookup take of others; nothing when it is `exact`.
std::optional<CompatibleWish> wish_of(const PrecompileParts& parts);

/// REQUIRES: a cache.
Result<Why> explain(const PrecompileParts& parts, const CacheKey& key);

/// One line for a lookup that was counted as this: what there is of the module and how the nearest
/// artifact differs. REQUIRES: a cache.
Result<std::string> miss_reason(const PrecompileParts& parts, const CacheKey& key, Counter counted);

} // namespace cwasm::precompile
