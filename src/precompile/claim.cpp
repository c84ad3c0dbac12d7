#include "precompile/check_output.hpp"
#include "precompile/explain.hpp"
#include "precompile/input.hpp"
#include "util/try.hpp"

#include <cwasm/precompile.hpp>

#include <utility>

namespace cwasm {

Claim Precompiler::claim(const CacheKey& key) {
  if (m_parts.cache == nullptr || m_parts.mode == CacheMode::recache) {
    return {};
  }
  const auto wish = precompile::wish_of(m_parts);
  const auto usable = [&](std::span<const std::byte> artifact) {
    return precompile::is_usable(m_parts.engine, artifact, key.kind);
  };
  // Who does not compile must not make others wait.
  if (m_parts.compiler == nullptr || m_parts.mode == CacheMode::require_hit) {
    auto found = m_parts.cache->lookup(key, wish, usable);
    if (found) {
      return {*std::move(found), std::nullopt, false, std::nullopt};
    }
    warn("the cache could not be read: " + found.error().message());
    return {};
  }
  auto claimed = m_parts.cache->claim(key, wish, usable, {m_parts.wait_limit, m_parts.on_wait});
  if (claimed) {
    return *std::move(claimed);
  }
  warn("the cache could not be read: " + claimed.error().message());
  return {};
}

Result<Claim> Precompiler::claim_input(precompile::Input& input, CacheKey& key) {
  Claim claimed = claim(key);
  if (claimed.found.artifact || input.is_loaded()) {
    return claimed;
  }
  // What is compiled is what is hashed: the remembered digest may be of the file as it was.
  CWASM_TRY(input.load());
  CWASM_TRY_ASSIGN(const auto digest, digest_of(input));
  if (digest == key.module) {
    return claimed;
  }
  // Before the next one: nobody waits with a flight of his own.
  claimed.flight.reset();
  key.module = digest;
  Claim next = claim(key);
  next.waited |= claimed.waited;
  return next;
}

} // namespace cwasm
