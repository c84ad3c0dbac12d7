// A fleet of unlike machines that shares one cache, through two roll-outs of a patch release: once
// with the policy exact, once with compatible. Hashes, requirements, index and loader's check are
// the real ones; only the compiler writes no code. Prints the tables of docs/performance.md, and
// writes what bench/fleet.py plots to the file that is named.

#include "fleet_trace.hpp"
#include "support.hpp"

#include <cwasm/precompile.hpp>

#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace {

using bench::EngineChoice;
using bench::must;
using cwasm::Engine;
using cwasm::LookupPolicy;
using cwasm::ModuleCache;
using cwasm::Outcome;

constexpr std::uint64_t k_seed = 48;
constexpr std::size_t k_lookups_per_row = 500; ///< of the file

/// Writes the engine section that is asked for and, as the code, the module: so each artifact is
/// another one.
class FleetCompiler : public cwasm::Compiler {
public:
  explicit FleetCompiler(Engine engine) : m_engine(std::move(engine)) {}

  cwasm::Result<cwasm::CompiledArtifact> compile(const cwasm::CompileRequest& request) override {
    auto object = m_engine.append_compiler_info(request.kind);
    if (!object) {
      return object.error();
    }
    object->insert(object->end(), request.wasm.begin(), request.wasm.end());
    auto owner = std::make_shared<std::vector<std::byte>>(*std::move(object));
    return cwasm::CompiledArtifact{{owner, *owner}, 0.0, {}};
  }
  cwasm::Result<std::optional<std::string>> version() override {
    return std::optional<std::string>();
  }

private:
  Engine m_engine;
};

Engine make_engine(const EngineChoice& choice) {
  const auto& level = bench::k_cpu_levels.at(choice.level);
  cwasm::Host host;
  host.triple = must(cwasm::parse_triple(bench::k_targets.at(choice.target)));
  host.features = must(cwasm::HostFeatures::parse(level.features));
  return must(Engine::create(
      cwasm::Config()
          .release(std::string(bench::k_patches.at(choice.patch)))
          .cranelift_opt_level(std::string(bench::k_opt_levels.at(choice.opt_level))),
      host));
}

/// All engines of the fleet.
class Engines {
public:
  Engines() {
    EngineChoice choice;
    for (choice.level = 0; choice.level < bench::k_cpu_levels.size(); ++choice.level) {
      for (choice.target = 0; choice.target < bench::k_targets.size(); ++choice.target) {
        for (choice.patch = 0; choice.patch < bench::k_patches.size(); ++choice.patch) {
          for (choice.opt_level = 0; choice.opt_level < bench::k_opt_levels.size();
               ++choice.opt_level) {
            const auto& engine = m_engines.emplace_back(make_engine(choice));
            m_cpu_flags.emplace(engine.precompile_compatibility_hash().to_hex(),
                                engine.load_requirements().cpu_flags);
          }
        }
      }
    }
  }
  const Engine& at(const EngineChoice& choice) const {
    return m_engines.at(
        ((choice.level * bench::k_targets.size() + choice.target) * bench::k_patches.size() +
         choice.patch) *
            bench::k_opt_levels.size() +
        choice.opt_level);
  }
  std::uint32_t cpu_flags(const cwasm::CompatibilityHash& hash) const {
    return m_cpu_flags.at(hash.to_hex());
  }

private:
  std::vector<Engine> m_engines;
  std::map<std::string, std::uint32_t> m_cpu_flags;
};

struct Tally {
  std::size_t lookups = 0;
  std::size_t hits = 0;
  std::size_t compatible = 0;
  std::size_t compiles = 0;
  std::size_t fewer_flags = 0; ///< of the compatible ones, compiled for fewer CPU flags
  double seconds = 0;          ///< of compiles

  Tally& operator+=(const Tally& other) {
    lookups += other.lookups;
    hits += other.hits;
    compatible += other.compatible;
    compiles += other.compiles;
    fewer_flags += other.fewer_flags;
    seconds += other.seconds;
    return *this;
  }
};

struct Run {
  std::array<Tally, bench::k_phases.size()> phases;
  std::vector<Tally> rows; ///< one for each k_lookups_per_row lookups
  std::uint64_t bytes = 0; ///< of the cache in the end
  Tally total() const {
    Tally out;
    for (const auto& phase : phases) {
      out += phase;
    }
    return out;
  }
};

/// A module of its own for each number.
std::vector<std::byte> make_module(std::size_t number) {
  const std::array<std::size_t, 13> bytes = {0,
                                             'a',
                                             's',
                                             'm',
                                             1,
                                             0,
                                             0,
                                             0, // the preamble
                                             0,
                                             3,
                                             2, // a custom section
                                             number & 0xffU,
                                             number >> 8U};
  std::vector<std::byte> wasm;
  for (const auto byte : bytes) {
    wasm.push_back(static_cast<std::byte>(byte));
  }
  return wasm;
}

Tally look_up(const Engines& engines, ModuleCache& cache, LookupPolicy policy,
              const bench::Step& step) {
  const auto& engine = engines.at(step.engine);
  FleetCompiler compiler(engine);
  cwasm::Precompiler precompiler({engine, &cache, &compiler, cwasm::DigestAlgorithm::sha256,
                                  [](std::string_view text) {
                                    bench::stop({cwasm::ErrorCode::io, std::string(text)});
                                  },
                                  policy});
  const auto wasm = make_module(step.module);
  const auto result = must(precompiler.precompile(wasm));
  Tally tally;
  tally.lookups = 1;
  tally.hits = result.outcome == Outcome::hit ? 1 : 0;
  tally.compatible = result.outcome == Outcome::compatible_hit ? 1 : 0;
  tally.compiles = result.outcome == Outcome::miss ? 1 : 0;
  if (result.other) {
    tally.fewer_flags =
        engines.cpu_flags(result.other->engine) < engine.load_requirements().cpu_flags ? 1 : 0;
  }
  return tally;
}

Run run(const Engines& engines, const std::vector<bench::Step>& trace,
        const std::vector<double>& compile_seconds, LookupPolicy policy, std::string_view name) {
  cwasm::CacheOptions options;
  options.directory = bench::directory() / name;
  auto cache = must(ModuleCache::open(options));
  Run out;
  for (const auto& step : trace) {
    auto tally = look_up(engines, cache, policy, step);
    tally.seconds = tally.compiles > 0 ? compile_seconds.at(step.module) : 0.0;
    if (out.rows.empty() || out.rows.back().lookups == k_lookups_per_row) {
      out.rows.emplace_back();
    }
    out.rows.back() += tally;
    out.phases.at(step.phase) += tally;
  }
  // What was tallied here is what the cache itself has counted.
  const auto total = out.total();
  const auto counted = cache.counters();
  if (counted[cwasm::Counter::hits] != total.hits ||
      counted[cwasm::Counter::compatible_hits] != total.compatible ||
      counted[cwasm::Counter::misses] != total.compiles ||
      counted[cwasm::Counter::compiles] != total.compiles ||
      counted[cwasm::Counter::stores] != total.compiles) {
    bench::stop({cwasm::ErrorCode::internal, "the cache has counted otherwise"});
  }
  out.bytes = must(cache.stats()).bytes;
  return out;
}

void print_row(std::string_view name, const Tally& exact, const Tally& compatible) {
  fmt::print("| {} | {} | {} | {} | {} + {} | {} | {} ({:.1f} %) | {:.0f} s of {:.0f} s |\n", name,
             exact.lookups, exact.hits, exact.compiles, compatible.hits, compatible.compatible,
             compatible.compiles, exact.compiles - compatible.compiles,
             100.0 * static_cast<double>(exact.compiles - compatible.compiles) /
                 static_cast<double>(exact.compiles),
             exact.seconds - compatible.seconds, exact.seconds);
}

void print_tables(const Run& exact, const Run& compatible) {
  fmt::print(
      "| phase | lookups | exact: hits | compiles | compatible: hits + compatible hits | "
      "compiles | compiles saved | compile time saved |\n|---|---|---|---|---|---|---|---|\n");
  for (std::size_t i = 0; i < bench::k_phases.size(); ++i) {
    print_row(bench::k_phases.at(i).name, exact.phases.at(i), compatible.phases.at(i));
  }
  const auto total = compatible.total();
  print_row("all", exact.total(), total);
  fmt::print("\nof {} compatible hits {} were compiled for fewer CPU flags than the node has\n"
             "artifacts in the cache: exact {} KB, compatible {} KB\n",
             total.compatible, total.fewer_flags, exact.bytes / 1000, compatible.bytes / 1000);
}

void write_rows(const char* path, const Run& exact, const Run& compatible) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path, "w"), std::fclose);
  if (!file) {
    bench::stop({cwasm::ErrorCode::io, fmt::format("{} cannot be written", path)});
  }
  fmt::print(file.get(), "policy,lookups,hits,compatible_hits,compiles,compile_seconds\n");
  for (const auto& [name, result] : {std::pair("exact", &exact), {"compatible", &compatible}}) {
    for (const auto& row : result->rows) {
      fmt::print(file.get(), "{},{},{},{},{},{:.2f}\n", name, row.lookups, row.hits, row.compatible,
                 row.compiles, row.seconds);
    }
  }
}

} // namespace

int main(int argc, char** argv) {
  const auto trace = bench::make_trace(k_seed);
  const auto seconds = bench::make_compile_seconds(k_seed);
  const Engines engines;
  const auto exact = run(engines, trace, seconds, LookupPolicy::exact, "exact");
  const auto compatible = run(engines, trace, seconds, LookupPolicy::compatible, "compatible");
  print_tables(exact, compatible);
  if (argc > 1) {
    write_rows(argv[1], exact, compatible);
  }
  return 0;
}
