#include <cwasm/cache.hpp>

#include <array>

namespace cwasm {
namespace {

struct CounterRow {
  Counter counter;
  std::string_view name;
};

constexpr std::array<CounterRow, k_counter_count> k_counters = {{
    {Counter::hits, "hits"},
    {Counter::compatible_hits, "compatible_hits"},
    {Counter::remote_hits, "remote_hits"},
    {Counter::misses, "misses"},
    {Counter::stale, "stale"},
    {Counter::corrupt, "corrupt"},
    {Counter::compiles, "compiles"},
    {Counter::compile_failures, "compile_failures"},
    {Counter::stores, "stores"},
    {Counter::store_failures, "store_failures"},
    {Counter::evictions, "evictions"},
    {Counter::waits, "waits"},
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

} // namespace cwasm
