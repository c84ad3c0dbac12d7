#pragma once

#include "support/catch.hpp"
#include "support/shared.hpp"

#include <cwasm/cache.hpp>

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cwasm::test {

/// The value, or an exception that says the error's message.
template <typename T> T or_throw(Result<T> result) {
  if (!result) {
    throw std::runtime_error(result.error().message());
  }
  return *std::move(result);
}

/// A key that differs for each number.
CacheKey key_of(std::uint32_t number);

/// Bytes of this text.
std::vector<std::byte> bytes_of(std::string_view text);
std::string text_of(const Bytes& bytes);

/// Counters that are zero but for these.
Counters counted(std::initializer_list<std::pair<Counter, std::uint64_t>> values);

/// A cache directory, and what handles to it warned of.
struct CacheRoom {
  std::filesystem::path directory = scratch_directory() / "cache";
  std::shared_ptr<std::vector<std::string>> warnings = std::make_shared<std::vector<std::string>>();

  CacheOptions options() const;
  /// Throws when it cannot be opened.
  ModuleCache open() const;
  /// The one blob file there is; throws when there are more or fewer.
  std::filesystem::path only_blob() const;
  std::vector<std::filesystem::path> blobs() const { return files("blobs"); }
  std::vector<std::filesystem::path> files(std::string_view below) const;
};

/// Shorthands that throw on an Error.
void insert(ModuleCache& cache, std::uint32_t number, std::string_view artifact);
/// The artifact's text, or nothing.
std::optional<std::string> lookup(ModuleCache& cache, std::uint32_t number);
CacheStats stats(ModuleCache& cache);

/// Replaces bytes of a file in place, such that its times say so.
void overwrite(const std::filesystem::path& path, std::string_view content);

} // namespace cwasm::test

template <> struct Catch::StringMaker<cwasm::Counters> {
  static std::string convert(const cwasm::Counters& counters);
};
