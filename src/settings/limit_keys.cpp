#include "settings/limit_keys.hpp"

#include "settings/duration.hpp"
#include "settings/size.hpp"

#include <fmt/format.h>

namespace cwasm::settings {
namespace {

using Trouble = std::optional<Complaint>;

std::string shown(const Entry& entry) {
  return entry.value.kind == ValueKind::text ? '"' + entry.value.text + '"'
                                             : std::to_string(entry.value.integer);
}

Trouble set_size(std::optional<std::uint64_t>& limit, const Entry& entry) {
  const bool is_text = entry.value.kind == ValueKind::text;
  const auto size = is_text ? parse_size(entry.value.text)
                            : std::optional(static_cast<std::uint64_t>(entry.value.integer));
  if (!size || (!is_text && entry.value.integer < 0)) {
    return Complaint{entry.position,
                     takes(entry.key, R"(a number with or without a unit ("512Mi", "10G", "64K"))",
                           shown(entry))};
  }
  limit = size;
  return std::nullopt;
}

Trouble set_percent(unsigned& percent, const Entry& entry) {
  const auto value = parse_percentage(entry.value.text);
  if (!value) {
    return Complaint{entry.position, takes(entry.key, R"(a percentage ("70%"))", shown(entry))};
  }
  percent = *value;
  return std::nullopt;
}

} // namespace

Trouble set_max_bytes(Settings& settings, const Entry& entry) {
  return set_size(settings.cache.limits.bytes, entry);
}

Trouble set_max_entries(Settings& settings, const Entry& entry) {
  return set_size(settings.cache.limits.entries, entry);
}

// Of two names for one limit ours counts, wherever it stands in the file.
Trouble set_wasmtimes_max_bytes(Settings& settings, const Entry& entry) {
  std::optional<std::uint64_t> limit;
  auto trouble = set_size(limit, entry);
  settings.cache.limits.bytes = settings.cache.limits.bytes ? settings.cache.limits.bytes : limit;
  return trouble;
}

Trouble set_wasmtimes_max_entries(Settings& settings, const Entry& entry) {
  std::optional<std::uint64_t> limit;
  auto trouble = set_size(limit, entry);
  settings.cache.limits.entries =
      settings.cache.limits.entries ? settings.cache.limits.entries : limit;
  return trouble;
}

Trouble set_max_age(Settings& settings, const Entry& entry) {
  const bool is_text = entry.value.kind == ValueKind::text;
  const auto age = is_text ? parse_duration(entry.value.text, k_longest_age)
                           : duration_of(entry.value.integer, k_longest_age);
  if (!age) {
    return Complaint{entry.position,
                     takes(entry.key, R"(a duration ("12h", "30d") or seconds, from 1 s to 3650 d)",
                           shown(entry))};
  }
  settings.cache.limits.age = *age;
  return std::nullopt;
}

Trouble set_min_free_disk(Settings& settings, const Entry& entry) {
  return set_size(settings.cache.limits.free_disk, entry);
}

Trouble set_quota(Settings& settings, const Entry& entry) {
  return set_size(settings.cache.limits.quota, entry);
}

Trouble set_evict(Settings& settings, const Entry& entry) {
  const auto& name = entry.value.text;
  if (name != "cost" && name != "lru") {
    return Complaint{entry.position, takes(entry.key, R"("cost" or "lru")", '"' + name + '"')};
  }
  settings.cache.limits.order = name == "lru" ? EvictionOrder::lru : EvictionOrder::cost;
  return std::nullopt;
}

Trouble set_bytes_percent(Settings& settings, const Entry& entry) {
  return set_percent(settings.cache.limits.bytes_percent, entry);
}

Trouble set_entries_percent(Settings& settings, const Entry& entry) {
  return set_percent(settings.cache.limits.entries_percent, entry);
}

} // namespace cwasm::settings
