#pragma once

/// What a fleet asks its cache for, in order: a seeded trace, the same on every machine.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace bench {

inline constexpr std::array<std::string_view, 3> k_patches = {"48.0.0", "48.0.1", "48.0.2"};
inline constexpr std::array<std::string_view, 2> k_targets = {"x86_64-unknown-linux-gnu",
                                                              "x86_64-unknown-linux-musl"};
inline constexpr std::array<std::string_view, 2> k_opt_levels = {"speed", "none"};

/// The levels of the x86-64 psABI, as far as Wasmtime asks for their features.
struct CpuLevel {
  std::string_view name;
  std::string_view features; ///< as HostFeatures::parse reads them
};
inline constexpr std::array<CpuLevel, 3> k_cpu_levels = {{
    {"x86-64-v2", "cmpxchg16b,popcnt,sse3,sse4.1,sse4.2,ssse3"},
    {"x86-64-v3", "avx,avx2,bmi1,bmi2,cmpxchg16b,fma,lzcnt,popcnt,sse3,sse4.1,sse4.2,ssse3"},
    {"x86-64-v4", "avx,avx2,avx512dq,avx512f,avx512vl,bmi1,bmi2,cmpxchg16b,fma,lzcnt,popcnt,sse3,"
                  "sse4.1,sse4.2,ssse3"},
}};

/// A part of the trace. From its first lookup to its last one the nodes go over, one after the
/// other, from patch release `from` to `to`.
struct Phase {
  std::string_view name;
  std::size_t lookups;
  std::size_t from; ///< in k_patches, as below
  std::size_t to;
};
inline constexpr std::array<Phase, 5> k_phases = {{
    {"48.0.0 everywhere", 18'000, 0, 0},
    {"48.0.1 rolls out", 6'000, 0, 1},
    {"48.0.1 everywhere", 15'000, 1, 1},
    {"48.0.2 rolls out", 6'000, 1, 2},
    {"48.0.2 everywhere", 15'000, 2, 2},
}};

inline constexpr std::size_t k_modules = 300;
inline constexpr std::size_t k_nodes = 120;

/// The engine that asks, as places in the tables above.
struct EngineChoice {
  std::size_t level = 0;
  std::size_t target = 0;
  std::size_t patch = 0;
  std::size_t opt_level = 0;
};

struct Step {
  std::size_t phase = 0;
  EngineChoice engine;
  std::size_t module = 0; ///< the most popular one is 0
};

/// Each lookup comes from a node drawn evenly, for a module drawn by Zipf's law (the n-th most
/// popular one is asked for 1/n as often as the first). A quarter of the nodes has the lowest CPU
/// level, a half the middle one, a third of them musl; one lookup in six is a build for debugging
/// that wants no optimization.
std::vector<Step> make_trace(std::uint64_t seed);

/// How long the compile of each module takes, in seconds: from 50 ms to 6.4 s.
std::vector<double> make_compile_seconds(std::uint64_t seed);

} // namespace bench
