// The cache when it is large or crowded: opening, victims, evictions, the index's size and a
// handle's memory with a million entries beside ten; what a miss costs; hits from one to eight
// processes. Each figure stands beside a baseline of the same run. Prints the rows of
// docs/performance.md.

#include "cache/index_file.hpp"
#include "support.hpp"

#include <cwasm/cache.hpp>

#include <fmt/format.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace {

using bench::must;
using cwasm::CacheKey;
using cwasm::ModuleCache;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t k_million = 1'000'000;

double microseconds(Clock::duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

/// The median of some runs, in microseconds.
double median(int runs, const std::function<void()>& run) {
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    const auto start = Clock::now();
    run();
    times.push_back(microseconds(Clock::now() - start));
  }
  std::nth_element(times.begin(), times.begin() + runs / 2, times.end());
  return times[static_cast<std::size_t>(runs / 2)];
}

template <typename Bytes> void fill(Bytes& bytes, std::mt19937_64& random) {
  for (auto& byte : bytes) {
    byte = static_cast<std::byte>(random());
  }
}

CacheKey key_of(std::uint64_t number) {
  std::mt19937_64 random(number);
  CacheKey key;
  fill(key.module.bytes, random);
  // A fleet of a dozen engines.
  std::mt19937_64 engine(number % 12);
  fill(key.engine.bytes, engine);
  return key;
}

cwasm::EntryDescription describe(std::uint64_t number) {
  return {"48.0.1",
          "x86_64-unknown-linux-gnu",
          "speed",
          "Wasmtime 48.0.1",
          fmt::format("/srv/app/plugins/name-{:06}.wasm", number),
          0.05 + static_cast<double>(number % 97) / 10};
}

std::vector<std::byte> artifact(std::size_t size) {
  return std::vector<std::byte>(size, std::byte{7});
}

ModuleCache open(const std::filesystem::path& directory) {
  cwasm::CacheOptions options;
  options.directory = directory;
  return must(ModuleCache::open(options));
}

/// A cache with so many entries. All but the first have a row and no file: opening, looking up and
/// picking victims do not ask for one.
std::filesystem::path cache_with(std::uint64_t entries) {
  constexpr std::uint64_t k_rows_in_one = 20'000;
  const auto directory = bench::directory() / fmt::format("cache-{}", entries);
  {
    auto cache = open(directory);
    must(cache.insert(key_of(0), artifact(14'000), describe(0)));
  }
  auto opened = must(cwasm::cache::open_index(
      {directory, true, std::chrono::seconds(10), {}, cwasm::cache::Access::write}));
  std::mt19937_64 random(1);
  for (std::uint64_t number = 1; number < entries;) {
    auto transaction = must(cwasm::cache::Transaction::begin(opened.index.database()));
    for (std::uint64_t i = 0; i < k_rows_in_one && number < entries; ++i, ++number) {
      cwasm::cache::BlobRecord blob;
      fill(blob.digest, random);
      blob.size = 10'000 + random() % 5'000'000;
      blob.verified = cwasm::FileIdentity{
          2049, number, blob.size, 1'790'000'000'000'000'000 + static_cast<std::int64_t>(number),
          1'790'000'000'000'000'000 + static_cast<std::int64_t>(number)};
      const auto when =
          cwasm::cache::Time(std::chrono::seconds(1'790'000'000 + number % 5'000'000));
      must(opened.index.put(key_of(number), describe(number), std::nullopt, blob, when));
    }
    must(transaction.commit());
  }
  must(opened.index.database().checkpoint());
  return directory;
}

double open_and_hit(const std::filesystem::path& directory) {
  return median(301, [&directory] {
    auto cache = open(directory);
    if (!must(cache.lookup(key_of(0), {}))) {
      std::abort();
    }
  });
}

/// What an open handle keeps in memory, from the process's own account of it.
long resident_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) {
      return std::strtol(line.c_str() + 8, nullptr, 10);
    }
  }
  return 0;
}

/// In a process of its own, so that nothing else has been there before.
void print_memory(const std::filesystem::path& directory) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    const long before = resident_kilobytes();
    auto cache = open(directory);
    std::mt19937_64 random(3);
    for (int i = 0; i < 20'000; ++i) {
      static_cast<void>(must(cache.peek(key_of(random() % 10 == 0 ? 0 : k_million + random()))));
      static_cast<void>(must(cache.lookup(key_of(k_million + random()), {})));
    }
    fmt::print("| memory of a handle after 40 000 lookups, 10⁶ entries | {:.1f} MB more than "
               "before it was opened | SQLite's page cache may take 2 MB of it | |\n",
               static_cast<double>(resident_kilobytes() - before) / 1000);
    std::fflush(stdout);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
}

double pick_victims(const std::filesystem::path& directory, cwasm::cache::Victims which) {
  auto opened = must(cwasm::cache::open_index(
      {directory, true, std::chrono::seconds(10), {}, cwasm::cache::Access::write}));
  return median(31, [&] {
    if (must(opened.index.victims({which, 1000, 0, {}})).size() != 1000) {
      std::abort();
    }
  });
}

/// How a cache without an index finds out: every file's times, sorted.
double walk_for_victims(std::uint64_t files) {
  const auto directory = bench::directory() / "walked";
  for (std::uint64_t number = 0; number < files; ++number) {
    const auto shard = directory / fmt::format("{:02x}", number % 256);
    if (number < 256) {
      std::filesystem::create_directories(shard);
    }
    std::ofstream(shard / std::to_string(number));
  }
  return median(3, [&directory] {
    std::vector<std::pair<std::filesystem::file_time_type, std::string>> all;
    for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
      if (file.is_regular_file()) {
        all.emplace_back(file.last_write_time(), file.path().native());
      }
    }
    std::nth_element(all.begin(), all.begin() + 1000, all.end());
  });
}

void print_eviction(const std::filesystem::path& directory) {
  cwasm::CacheOptions options;
  options.directory = directory;
  options.limits.entries = k_million - 1;
  options.limits.entries_percent = 99;
  auto cache = must(ModuleCache::open(options));
  const auto start = Clock::now();
  must(cache.insert(key_of(2 * k_million), artifact(14'000), describe(0)));
  const double time = microseconds(Clock::now() - start) / 1000;
  const auto evicted = cache.counters()[cwasm::Counter::evictions];
  fmt::print("| a store that evicts {} of 10⁶ entries, in slices of 64 | {:.1f} ms | | |\n",
             evicted, time);
}

double write_and_sync(std::size_t size) {
  const auto content = artifact(size);
  int number = 0;
  return median(41, [&] {
    const auto path = bench::directory() / fmt::format("synced-{}-{}", size, number++);
    const auto file = must(cwasm::util::create_file(path, 0600));
    must(cwasm::util::write_and_sync(file, content, path));
  });
}

/// A lookup that finds nothing, and the store of what was compiled then; with `flush`, until the
/// artifact is on the disk too.
double miss_and_store(std::size_t size, bool flush) {
  auto cache = open(bench::directory() / fmt::format("misses-{}-{}", size, flush));
  auto content = artifact(size);
  std::uint64_t number = 0;
  return median(41, [&] {
    ++number;
    std::copy_n(reinterpret_cast<const std::byte*>(&number), sizeof number, content.begin());
    static_cast<void>(must(cache.lookup(key_of(number), {})));
    must(cache.insert(key_of(number), content, describe(number)));
    must(flush ? cache.flush() : cwasm::ok());
  });
}

/// Hits of so many processes at once, in all, per second.
double hits_per_second(const std::filesystem::path& directory, int processes) {
  constexpr int k_hits = 20'000;
  const auto start = Clock::now();
  for (int i = 0; i < processes; ++i) {
    if (::fork() == 0) {
      auto cache = open(directory);
      for (int hit = 0; hit < k_hits; ++hit) {
        if (!must(cache.lookup(key_of(0), {}))) {
          std::abort();
        }
      }
      { const auto gone = std::move(cache); }
      ::_exit(0);
    }
  }
  for (int i = 0; i < processes; ++i) {
    int status = 0;
    ::wait(&status);
  }
  return 1e6 * k_hits * processes / microseconds(Clock::now() - start);
}

/// A hit that counts itself in a file of its own, as Wasmtime's cache does: read, create, rename.
double rewrite_stats_file() {
  const auto path = bench::directory() / "entry.stats";
  std::ofstream(path) << "usages = 1\noptimized-compression = false\n";
  return median(2001, [&path] {
    const auto content = must(cwasm::util::read_file(path, 1000));
    const auto next = bench::directory() / "entry.stats.wip";
    std::ofstream(next).write(reinterpret_cast<const char*>(content.data()),
                              static_cast<std::streamsize>(content.size()));
    must(cwasm::util::rename_file(next, path));
  });
}

void print_hits(const std::filesystem::path& directory) {
  auto cache = open(directory);
  const double hit = median(20'001, [&cache] {
    if (!must(cache.lookup(key_of(0), {}))) {
      std::abort();
    }
  });
  const double rewrite = rewrite_stats_file();
  fmt::print("| warm hit by key | {:.1f} µs | rewriting a `.stats` file: {:.1f} µs | {:.2f} |\n",
             hit, rewrite, hit / rewrite);
}

void print_all() {
  fmt::print("| step | figure | beside it, in the same run | ratio |\n|---|---|---|---|\n");
  const auto small = cache_with(10);
  const auto large = cache_with(k_million);
  const double size = static_cast<double>(std::filesystem::file_size(large / "index.db"));
  fmt::print("| index, bytes an entry, 10⁶ entries of as many artifacts | {:.0f} | | |\n",
             size / k_million);
  open_and_hit(small);
  const double few = open_and_hit(small);
  const double many = open_and_hit(large);
  fmt::print(
      "| open, first hit, close: 10⁶ entries | {:.0f} µs | with 10 entries: {:.0f} µs | {:.2f} |\n",
      many, few, many / few);
  print_memory(large);
  constexpr std::uint64_t k_walked = 200'000;
  const double walk = walk_for_victims(k_walked) * k_million / k_walked;
  for (const auto which : {cwasm::cache::Victims::cheapest, cwasm::cache::Victims::least_recent}) {
    const double picked = pick_victims(large, which);
    fmt::print("| picking 1000 victims of 10⁶ entries, {} | {:.2f} ms | walking a directory: "
               "{:.0f} ms (5 × 200 000 files) | {:.4f} |\n",
               which == cwasm::cache::Victims::cheapest ? "by cost" : "by last use", picked / 1000,
               walk / 1000, picked / walk);
  }
  print_eviction(large);
  print_hits(small);
  for (const std::size_t bytes : {std::size_t{14'000}, std::size_t{1'300'000}}) {
    const auto* const name = bytes < 100'000 ? "14 KB" : "1.3 MB";
    const double sync = write_and_sync(bytes);
    const double miss = miss_and_store(bytes, false);
    fmt::print(
        "| miss: lookup and store of {} | {:.2f} ms, {:.1f} % of a 50 ms compile | writing and "
        "syncing such a file: {:.2f} ms | {:.2f} |\n",
        name, miss / 1000, miss / 500, sync / 1000, miss / sync);
    const double flushed = miss_and_store(bytes, true);
    fmt::print("| … and a flush, until it is on the disk | {:.2f} ms | | {:.2f} |\n",
               flushed / 1000, flushed / sync);
  }
  const double one = hits_per_second(small, 1);
  for (const int processes : {1, 2, 4, 8}) {
    const double all = hits_per_second(small, processes);
    fmt::print("| hits per second, {} process{} | {:.0f} | one process: {:.0f} | {:.2f} |\n",
               processes, processes == 1 ? "" : "es", all, one, all / one);
  }
}

} // namespace

int main() {
  print_all();
  return 0;
}
