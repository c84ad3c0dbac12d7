#include <cwasm/cache.hpp>

#include <array>

namespace cwasm {
namespace {

struct CounterRow {
  Counter counter;
  std::string_view name;
  std::string_view meaning;
};

constexpr std::array<CounterRow, k_counter_count> k_counters = {{
    {Counter::hits, "hits", "Lookups that found what was made for this engine."},
    {Counter::compatible_hits, "compatible_hits", "Lookups that took what another engine has."},
    {Counter::remote_hits, "remote_hits", "Lookups that another machine answered."},
    {Counter::misses, "misses", "Lookups that found nothing."},
    {Counter::stale, "stale", "Lookups that found only what would not load."},
    {Counter::corrupt, "corrupt", "Lookups that found only what was damaged."},
    {Counter::compiles, "compiles", "Compilations that succeeded."},
    {Counter::compile_failures, "compile_failures", "Compilations that failed."},
    {Counter::stores, "stores", "Artifacts that were stored."},
    {Counter::store_failures, "store_failures", "Artifacts that could not be stored."},
    {Counter::evictions, "evictions", "Entries removed to keep the limits."},
    {Counter::waits, "waits", "Lookups that waited for somebody else's compilation."},
}};

constexpr bool in_order() {
  for (std::size_t id = 0; id < k_counters.size(); ++id) {
    if (static_cast<std::size_t>(k_counters[id].counter) != id) {
      return false;
    }
  }
  return true;
}
static_assert(in_order());

} // namespace

std::string_view counter_name(Counter counter) noexcept {
  return k_counters[static_cast<std::size_t>(counter)].name;
}

std::string_view counter_meaning(Counter counter) noexcept {
  return k_counters[static_cast<std::size_t>(counter)].meaning;
}

} // namespace cwasm
