#pragma once

/// The lock files of single flight.
///
///   <dir>/flights/<32 hex digits>      XXH3-128 over key and namespace; whoever compiles it
///                                      holds its lock
///
/// A flight that ends removes its file while it still holds the lock: a file that is gone from its
/// place is over, and whoever has opened it before can read there what was left for him. A file
/// that is in its place and not locked is that of somebody who was killed; the next one takes it.

#include "util/file.hpp"

#include <cwasm/cache.hpp>
#include <cwasm/error.hpp>
#include <cwasm/flight.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace cwasm::cache {

class FlightFile {
public:
  enum class State : std::uint8_t { ours, theirs, over };

  /// Opens the key's file; makes it when it is not there. Errors: io.
  static Result<FlightFile> open(const CacheOptions& cache, const CacheKey& key);

  /// Takes the lock when it is free, without waiting. Errors: io.
  Result<State> take() const;
  /// REQUIRES: it is ours.
  Flight lead() &&;
  /// What the one who held it left, or nothing. REQUIRES: it is over.
  std::optional<std::string> failure() const;

private:
  FlightFile(util::Fd file, std::filesystem::path path)
      : m_file(std::move(file)), m_path(std::move(path)) {}

  util::Fd m_file;
  std::filesystem::path m_path;
};

/// Removes the files that nobody holds; how many.
Result<std::uint64_t> remove_abandoned_flights(const std::filesystem::path& cache_directory);

} // namespace cwasm::cache
