#include "cli/context.hpp"
#include "cli/describe.hpp"
#include "cli/json.hpp"

#include "util/try.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace cwasm::cli {
namespace {

/// So many engines or modules.
constexpr std::size_t k_most_groups = 1000;

Result<CacheStats> stats(const Context& context) {
  CWASM_TRY_ASSIGN(auto cache, context.existing_cache());
  return cache ? cache->stats() : CacheStats{};
}

Result<std::vector<GroupStats>> groups(const Context& context, StatsGroup group) {
  CWASM_TRY_ASSIGN(auto cache, context.existing_cache());
  return cache ? cache->stats_by(group, k_most_groups) : std::vector<GroupStats>();
}

std::uint64_t all_hits(const CacheStats& now) {
  const auto& counted = now.counters;
  return counted[Counter::hits] + counted[Counter::compatible_hits] + counted[Counter::remote_hits];
}

std::uint64_t lookups(const CacheStats& now) {
  const auto& counted = now.counters;
  return all_hits(now) + counted[Counter::misses] + counted[Counter::stale] +
         counted[Counter::corrupt];
}

double hit_rate(const CacheStats& now) {
  const auto of = lookups(now);
  return of == 0 ? 0.0 : static_cast<double>(all_hits(now)) / static_cast<double>(of);
}

/// Whole numbers that only rise, but for the last two.
std::vector<std::pair<std::string_view, std::uint64_t>> numbers(const CacheStats& now) {
  std::vector<std::pair<std::string_view, std::uint64_t>> out;
  for (std::size_t i = 0; i < k_counter_count; ++i) {
    const auto counter = static_cast<Counter>(i);
    out.emplace_back(counter_name(counter), now.counters[counter]);
  }
  out.emplace_back("served_bytes", now.served_bytes);
  out.emplace_back("stored_bytes", now.stored_bytes);
  out.emplace_back("entries", now.entries);
  out.emplace_back("bytes", now.bytes);
  return out;
}

/// The bound of a bucket in seconds; the last one has none.
double bound_of(std::size_t bucket) {
  return static_cast<double>(std::uint64_t{1} << bucket) / 1e6;
}

Json latency_json(const LatencyHistogram& histogram) {
  Json buckets = Json::array();
  for (std::size_t i = 0; i < histogram.buckets.size(); ++i) {
    if (histogram.buckets[i] != 0) {
      const bool is_last = i + 1 == histogram.buckets.size();
      buckets.push_back({{"below_seconds", is_last ? Json(nullptr) : Json(bound_of(i))},
                         {"count", histogram.buckets[i]}});
    }
  }
  return {{"count", histogram.count()}, {"seconds", histogram.seconds}, {"buckets", buckets}};
}

Json stats_json(const CacheStats& now) {
  Json json;
  for (const auto& [name, value] : numbers(now)) {
    json[std::string(name)] = value;
  }
  json["hit_rate"] = hit_rate(now);
  json["saved_seconds"] = now.saved_seconds;
  json["compile_seconds"] = now.compile_seconds;
  json["hit_latency"] = latency_json(now.hit_latency);
  json["miss_latency"] = latency_json(now.miss_latency);
  return json;
}

std::string latency_text(std::string_view what, const LatencyHistogram& histogram) {
  if (histogram.count() == 0) {
    return {};
  }
  return fmt::format("{:<18} {:>14}   half below {} us, 99 of 100 below {} us\n", what,
                     histogram.count(), histogram.quantile(0.5), histogram.quantile(0.99));
}

std::string stats_text(const CacheStats& now) {
  std::string out;
  for (const auto& [name, value] : numbers(now)) {
    out += fmt::format("{:<18} {:>14}\n", name, value);
  }
  out += fmt::format("{:<18} {:>14.1f} %\n", "hit_rate", 100 * hit_rate(now));
  out += fmt::format("{:<18} {:>14.1f} s\n", "saved", now.saved_seconds);
  out += fmt::format("{:<18} {:>14.1f} s\n", "compiled", now.compile_seconds);
  return out + latency_text("timed hits", now.hit_latency) +
         latency_text("timed misses", now.miss_latency);
}

struct Metric {
  std::string_view name;
  std::string_view type;
  std::string_view help;
};

std::string metric_text(const Metric& metric, std::string_view value) {
  return fmt::format(
      "# HELP cwasm_cache_{0} {1}\n# TYPE cwasm_cache_{0} {2}\ncwasm_cache_{0} {3}\n", metric.name,
      metric.help, metric.type, value);
}

std::string histogram_text(const Metric& metric, const LatencyHistogram& histogram) {
  std::string out = fmt::format("# HELP cwasm_cache_{0} {1}\n# TYPE cwasm_cache_{0} histogram\n",
                                metric.name, metric.help);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i + 1 < histogram.buckets.size(); ++i) {
    seen += histogram.buckets[i];
    out += fmt::format("cwasm_cache_{}_bucket{{le=\"{}\"}} {}\n", metric.name, bound_of(i), seen);
  }
  out += fmt::format("cwasm_cache_{0}_bucket{{le=\"+Inf\"}} {1}\ncwasm_cache_{0}_sum {2}\n"
                     "cwasm_cache_{0}_count {1}\n",
                     metric.name, histogram.count(), histogram.seconds);
  return out;
}

/// The text format of Prometheus, version 0.0.4.
std::string prometheus_text(const CacheStats& now) {
  std::string out;
  for (std::size_t i = 0; i < k_counter_count; ++i) {
    const auto counter = static_cast<Counter>(i);
    const auto name = fmt::format("{}_total", counter_name(counter));
    out += metric_text({name, "counter", counter_meaning(counter)},
                       std::to_string(now.counters[counter]));
  }
  const auto seconds = [](double value) { return fmt::format("{:.6f}", value); };
  out += metric_text({"served_bytes_total", "counter", "Bytes of artifacts that hits gave."},
                     std::to_string(now.served_bytes));
  out += metric_text({"stored_bytes_total", "counter", "Bytes of artifacts that were stored."},
                     std::to_string(now.stored_bytes));
  out += metric_text({"saved_seconds_total", "counter", "Compile time of what hits gave."},
                     seconds(now.saved_seconds));
  out += metric_text({"compile_seconds_total", "counter", "Compile time of what was stored."},
                     seconds(now.compile_seconds));
  out += metric_text({"entries", "gauge", "Entries in the cache."}, std::to_string(now.entries));
  out += metric_text({"bytes", "gauge", "Bytes of distinct artifacts in the cache."},
                     std::to_string(now.bytes));
  out += histogram_text({"hit_seconds", {}, "How long lookups took that found an artifact."},
                        now.hit_latency);
  return out + histogram_text({"miss_seconds", {}, "How long lookups took that found nothing."},
                              now.miss_latency);
}

Json group_json(StatsGroup group, const GroupStats& stats) {
  const bool by_engine = group == StatsGroup::engine;
  return {
      {by_engine ? "hash" : "digest", by_engine ? stats.engine.to_hex() : stats.module.to_hex()},
      {"about", stats.about},
      {"entries", stats.entries},
      {"bytes", stats.bytes},
      {"hits", stats.hits},
      {"saved_seconds", stats.saved_seconds},
      {"last_used", timestamp(stats.last_used)}};
}

std::string group_text(StatsGroup group, const GroupStats& stats) {
  const auto name = group == StatsGroup::engine ? stats.engine.to_hex() : stats.module.to_hex();
  return fmt::format("{:.12}  {:>7} entries  {:>12} bytes  {:>9} hits  {:>10.1f} s saved  {}\n",
                     name, stats.entries, stats.bytes, stats.hits, stats.saved_seconds,
                     stats.about);
}

int run_groups(const Context& context, StatsGroup group) {
  const auto all = groups(context, group);
  if (!all) {
    return Context::fail(all.error());
  }
  for (const auto& stats : *all) {
    if (context.line().json) {
      Context::print(line(group_json(group, stats)));
    } else {
      Context::show(group_text(group, stats));
    }
  }
  return 0;
}

} // namespace

int run_cache_stats(const Context& context) {
  const auto& by = context.line().by;
  if (!by.empty()) {
    return run_groups(context, by == "engine" ? StatsGroup::engine : StatsGroup::module);
  }
  const auto now = stats(context);
  if (!now) {
    return Context::fail(now.error());
  }
  if (context.line().prometheus) {
    Context::print(prometheus_text(*now));
  } else if (context.line().json) {
    Context::print(line(stats_json(*now)));
  } else {
    Context::print(stats_text(*now));
  }
  return 0;
}

} // namespace cwasm::cli
