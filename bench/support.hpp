#pragma once

/// What the benchmarks share: they end at the first error.

#include <cwasm/error.hpp>

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

#include <unistd.h>

namespace bench {

[[noreturn]] inline void stop(const cwasm::Error& error) {
  fmt::print(stderr, "bench: {}\n", error.message());
  std::exit(1); // NOLINT(concurrency-mt-unsafe)
}

template <typename T> T must(cwasm::Result<T> result) {
  if (!result) {
    stop(result.error());
  }
  return *std::move(result);
}

/// A directory that goes with the process.
inline const std::filesystem::path& directory() {
  static const struct Holder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / fmt::format("cwasm-bench-{}", ::getpid());
    Holder() { std::filesystem::create_directories(path); }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;
    ~Holder() { std::filesystem::remove_all(path); }
  } holder;
  return holder.path;
}

} // namespace bench
