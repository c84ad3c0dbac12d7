#pragma once

/// What stands where in a cache directory. Other processes, and other versions, rely on it.

#include <string_view>

namespace cwasm::cache {

inline constexpr std::string_view k_index_file = "index.db";
inline constexpr std::string_view k_lock_file = "index.lock";
inline constexpr std::string_view k_evict_lock_file = "evict.lock";
inline constexpr std::string_view k_blob_directory = "blobs";
inline constexpr std::string_view k_temporary_directory = "tmp";
inline constexpr std::string_view k_quarantine_directory = "quarantine";
inline constexpr std::string_view k_flight_directory = "flights";

inline constexpr unsigned k_directory_mode = 0700;

} // namespace cwasm::cache
