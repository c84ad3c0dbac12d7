#include "fault/fault_room.hpp"
#include "support/random.hpp"
#include "util/file.hpp"
#include "util/hex.hpp"
#include "util/sha256.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <set>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// Random operations on a cache, each compared with what a plain map says.

using namespace cwasm;
using namespace cwasm::test;

namespace {

constexpr std::uint32_t k_modules = 6;

/// An engine: who loads what of whom.
struct Machine {
  std::uint8_t load_class;
  std::uint32_t opt_rank;
  std::uint32_t cpu_flags;
};
constexpr std::array k_machines{Machine{0, 1, 1}, Machine{0, 1, 2}, Machine{0, 2, 1},
                                Machine{0, 0, 5}, Machine{1, 1, 1}, Machine{1, 1, 1}};

struct Name {
  std::uint32_t module;
  std::uint32_t machine;
  friend auto operator<=>(const Name&, const Name&) = default;
};

struct Stored {
  std::string artifact;
  std::uint64_t order; ///< of the store
};

CacheKey key_of(const Name& name) {
  CacheKey key = test::key_of(name.module);
  key.engine.bytes.fill(static_cast<std::byte>(name.machine + 1));
  return key;
}

LoadRequirements load_of(const Name& name) {
  const Machine& machine = k_machines.at(name.machine);
  LoadRequirements out;
  out.load_class.fill(std::byte{machine.load_class});
  out.opt_rank = machine.opt_rank;
  out.cpu_flags = machine.cpu_flags;
  return out;
}

/// What would not be loaded begins so.
bool is_loadable(std::string_view artifact) { return !artifact.starts_with("no"); }

/// The cache as it should be.
class Model {
public:
  std::map<Name, Stored> entries;
  std::set<std::string> damaged; ///< artifacts whose blob is

  void insert(const Name& name, std::string artifact) {
    damaged.erase(artifact);
    entries[name] = {std::move(artifact), ++m_stores};
    forget_unused();
  }

  /// How a lookup ends, and with what.
  std::pair<Counter, std::string> look_up(const Name& name, bool compatible, bool allow_lower) {
    auto ended = attempt(name);
    if (ended.first == Counter::hits || !compatible) {
      return ended;
    }
    for (const Name& other : candidates(name, allow_lower)) {
      auto found = attempt(other);
      if (found.first == Counter::hits) {
        return {Counter::compatible_hits, std::move(found.second)};
      }
    }
    return ended;
  }

  std::set<std::string> artifacts() const {
    std::set<std::string> out;
    for (const auto& [name, stored] : entries) {
      out.insert(stored.artifact);
    }
    return out;
  }

  /// Forgets what is damaged; how much that was.
  std::size_t drop_damaged() {
    const auto all = std::exchange(damaged, {});
    for (const auto& artifact : all) {
      drop(artifact);
    }
    return all.size();
  }

  void clear() {
    entries.clear();
    damaged.clear();
  }

private:
  void drop(const std::string& artifact) {
    std::erase_if(entries, [&](const auto& entry) { return entry.second.artifact == artifact; });
  }
  void forget_unused() {
    const auto used = artifacts();
    std::erase_if(damaged, [&](const auto& artifact) { return !used.contains(artifact); });
  }

  std::pair<Counter, std::string> attempt(const Name& name) {
    const auto entry = entries.find(name);
    if (entry == entries.end()) {
      return {Counter::misses, {}};
    }
    const std::string artifact = entry->second.artifact;
    if (damaged.erase(artifact) != 0) {
      drop(artifact);
      return {Counter::corrupt, {}};
    }
    return is_loadable(artifact) ? std::pair(Counter::hits, artifact)
                                 : std::pair(Counter::stale, std::string());
  }

  std::vector<Name> candidates(const Name& name, bool allow_lower) const {
    const Machine& own = k_machines.at(name.machine);
    std::vector<Name> out;
    for (const auto& [other, stored] : entries) {
      const Machine& machine = k_machines.at(other.machine);
      if (other.module == name.module && other.machine != name.machine &&
          machine.load_class == own.load_class &&
          (machine.opt_rank >= own.opt_rank || allow_lower)) {
        out.push_back(other);
      }
    }
    const auto rank = [&](const Name& other) {
      const Machine& machine = k_machines.at(other.machine);
      const bool lower = machine.opt_rank < own.opt_rank;
      return std::tuple(lower,
                        lower ? own.opt_rank - machine.opt_rank : machine.opt_rank - own.opt_rank,
                        ~std::uint64_t{machine.cpu_flags}, ~entries.at(other).order);
    };
    std::sort(out.begin(), out.end(),
              [&](const Name& a, const Name& b) { return rank(a) < rank(b); });
    return out;
  }

  std::uint64_t m_stores = 0;
};

/// A handle, and what it should have counted.
struct Handle {
  ModuleCache cache;
  Counters counters;
};

struct World {
  CacheRoom room;
  Random random;
  std::uint32_t first_module = 0; ///< of k_modules
  std::shared_ptr<std::uint64_t> clock = std::make_shared<std::uint64_t>(0);
  std::vector<Handle> handles = {};
  Model model = {};
  Counters all = {}; ///< that the cache should have, since it was cleared

  ModuleCache open() const {
    auto options = room.options();
    options.now = [now = clock] {
      return std::chrono::system_clock::time_point(std::chrono::microseconds(++*now));
    };
    return or_throw(ModuleCache::open(options));
  }
  Handle& any() { return handles.at(random.below(static_cast<std::uint32_t>(handles.size()))); }
  Name any_name() {
    return {first_module + random.below(k_modules),
            random.below(static_cast<std::uint32_t>(k_machines.size()))};
  }
  void count(Handle& handle, Counter counter) {
    ++handle.counters[counter];
    ++all[counter];
  }
  void flush_all() {
    for (auto& handle : handles) {
      or_throw(handle.cache.flush());
    }
  }
};

void expect(bool as_it_should_be, std::string_view what) {
  if (!as_it_should_be) {
    throw std::runtime_error(std::string(what));
  }
}

void insert(World& world) {
  auto& handle = world.any();
  const auto name = world.any_name();
  // Some are equal, and so share a blob.
  auto artifact = fmt::format("{} {} of {}", world.random.below(8) == 0 ? "no" : "artifact",
                              world.random.below(40), world.first_module);
  EntryDescription description;
  description.release = std::to_string(name.machine);
  or_throw(handle.cache.insert(key_of(name), bytes_of(artifact), description,
                               Requirements{load_of(name), "m=" + description.release}));
  world.model.insert(name, std::move(artifact));
  world.count(handle, Counter::stores);
}

void look_up(World& world) {
  auto& handle = world.any();
  const auto name = world.any_name();
  const bool compatible = world.random.below(2) == 0;
  const bool allow_lower = world.random.below(2) == 0;
  const auto wish =
      compatible ? std::optional(CompatibleWish{load_of(name), allow_lower}) : std::nullopt;
  const auto accepts = [](std::span<const std::byte> bytes) {
    return is_loadable({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  };
  const auto found = or_throw(handle.cache.lookup(key_of(name), wish, accepts));
  const auto [counter, artifact] = world.model.look_up(name, compatible, allow_lower);
  expect(found.counted == counter,
         fmt::format("counted as {}, not {}", counter_name(found.counted), counter_name(counter)));
  expect((found.artifact ? text_of(found.artifact->bytes) : "") == artifact, "another artifact");
  world.count(handle, counter);
}

void flush(World& world) { or_throw(world.any().cache.flush()); }

void reopen(World& world) { world.any() = {world.open(), {}}; }

void damage(World& world) {
  const auto all = world.model.artifacts();
  if (all.empty()) {
    return;
  }
  const auto& artifact =
      *std::next(all.begin(), world.random.below(static_cast<std::uint32_t>(all.size())));
  if (world.model.damaged.contains(artifact)) {
    return;
  }
  const auto digest = util::to_hex(or_throw(util::sha256(bytes_of(artifact))));
  const auto path = world.room.directory / "blobs" / digest.substr(0, 2) / digest;
  switch (world.random.below(3)) {
  case 0:
    overwrite(path, "other");
    break;
  case 1:
    ::chmod(path.c_str(), 0600);
    std::filesystem::resize_file(path, 3);
    break;
  default:
    std::filesystem::remove(path);
  }
  world.model.damaged.insert(artifact);
}

void take_stock(World& world) {
  world.flush_all();
  auto& cache = world.any().cache;
  const auto found = stats(cache);
  expect(found.counters == world.all, "other counters");
  expect(found.entries == world.model.entries.size(), "other entries");
  std::uint64_t bytes = 0;
  for (const auto& artifact : world.model.artifacts()) {
    bytes += artifact.size();
  }
  expect(found.bytes == bytes, "other bytes");
  expect(or_throw(cache.list()).size() == world.model.entries.size(), "another list");
}

void verify(World& world) {
  const auto artifacts = world.model.artifacts().size();
  const auto report = or_throw(world.any().cache.verify());
  expect(report.checked == artifacts, "verify has checked others");
  expect(report.corrupt == world.model.drop_damaged(), "verify has found other damage");
  expect(report.orphans == 0, "verify has found orphans");
}

void clear(World& world) {
  // What a handle has not written yet counts for the time after.
  world.flush_all();
  const auto report = or_throw(world.any().cache.clear());
  expect(report.entries == world.model.entries.size(), "clear has removed others");
  world.model.clear();
  world.all = {};
}

struct Operation {
  std::string_view name;
  std::uint32_t weight;
  void (*run)(World&);
};
// What concerns the whole cache comes last: it is only for who has it alone.
constexpr std::array k_operations{
    Operation{"insert", 100, insert}, Operation{"look up", 1600, look_up},
    Operation{"flush", 20, flush},    Operation{"reopen", 20, reopen},
    Operation{"damage", 20, damage},  Operation{"take stock", 10, take_stock},
    Operation{"verify", 3, verify},   Operation{"clear", 2, clear},
};
constexpr std::size_t k_of_all = 3;

/// Empty, or what went wrong.
std::string run(World& world, std::span<const Operation> operations, unsigned steps) {
  for (unsigned step = 0; step < steps; ++step) {
    const auto& operation = choose(operations, world.random);
    try {
      operation.run(world);
      for (const auto& handle : world.handles) {
        expect(handle.cache.counters() == handle.counters, "other counters of a handle");
      }
    } catch (const std::exception& error) {
      return fmt::format("step {}, {}: {}", step, operation.name, error.what());
    }
  }
  return {};
}

/// What a process of its own says.
Counters run_in_process(const CacheRoom& room, std::uint32_t seed, std::uint32_t number,
                        unsigned steps) {
  World world{room, Random(seed + number), 100 * number};
  for (int i = 0; i < 2; ++i) {
    world.handles.push_back({world.open(), {}});
  }
  const auto trouble =
      run(world, std::span(k_operations).first(k_operations.size() - k_of_all), steps);
  expect(trouble.empty(), trouble);
  return world.all;
}

} // namespace

TEST_CASE("a cache with several handles does what a map does") {
  const auto seed = seed_of_test(4711);
  CAPTURE(seed);
  const FaultRoom room;
  World world{room, Random(seed)};
  for (int i = 0; i < 3; ++i) {
    world.handles.push_back({world.open(), {}});
  }
  CHECK(run(world, k_operations, rounds(60'000)) == "");
  CHECK_NOTHROW(take_stock(world));
}

TEST_CASE("a cache that several processes use does what a map does") {
  constexpr std::uint32_t k_processes = 4;
  const auto seed = seed_of_test(815);
  CAPTURE(seed);
  const FaultRoom room;
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);
  std::vector<pid_t> children;
  for (std::uint32_t number = 0; number < k_processes; ++number) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        const auto counters = run_in_process(room, seed, number, rounds(10'000));
        ::_exit(::write(pipe[1], &counters, sizeof counters) == sizeof counters ? EXIT_SUCCESS
                                                                                : EXIT_FAILURE);
      } catch (const std::exception& error) {
        static_cast<void>(std::fprintf(stderr, "process %u: %s\n", number, error.what()));
      }
      ::_exit(EXIT_FAILURE);
    }
    children.push_back(child);
  }
  ::close(pipe[1]);
  const util::Fd reader(pipe[0]);
  Counters all;
  Counters one;
  while (::read(reader.get(), &one, sizeof one) == sizeof one) {
    for (std::size_t id = 0; id < one.values.size(); ++id) {
      all.values[id] += one.values[id];
    }
  }
  for (const pid_t child : children) {
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  auto cache = room.open();
  CHECK(stats(cache).counters == all);
}
