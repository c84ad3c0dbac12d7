#pragma once

/// What the keys of [cache] that limit it do, ours and those of Wasmtime's that mean the same.

#include "settings/keys.hpp"

namespace cwasm::settings {

std::optional<Complaint> set_max_bytes(Settings& settings, const Entry& entry);
std::optional<Complaint> set_max_entries(Settings& settings, const Entry& entry);
std::optional<Complaint> set_wasmtimes_max_bytes(Settings& settings, const Entry& entry);
std::optional<Complaint> set_wasmtimes_max_entries(Settings& settings, const Entry& entry);
std::optional<Complaint> set_max_age(Settings& settings, const Entry& entry);
std::optional<Complaint> set_min_free_disk(Settings& settings, const Entry& entry);
std::optional<Complaint> set_quota(Settings& settings, const Entry& entry);
std::optional<Complaint> set_evict(Settings& settings, const Entry& entry);
std::optional<Complaint> set_bytes_percent(Settings& settings, const Entry& entry);
std::optional<Complaint> set_entries_percent(Settings& settings, const Entry& entry);

} // namespace cwasm::settings
