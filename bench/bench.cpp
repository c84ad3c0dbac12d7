// How long the main steps take, each beside the plain work it cannot do without, in one run.
// docs/performance.md is written from this output.

#include "support.hpp"
#include "util/file.hpp"
#include "util/sha256.hpp"

#include <cwasm/detect.hpp>
#include <cwasm/engine.hpp>
#include <cwasm/precompile.hpp>
#include <cwasm/survey.hpp>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <zstd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <thread>

#include <dirent.h>
#include <fcntl.h>

namespace {

using bench::directory;
using bench::must;
using cwasm::Config;
using cwasm::Engine;
using cwasm::Kind;

// An artifact of that size: what follows the last section header is nobody's business. The bytes
// compress about as machine code does.
std::vector<std::byte> artifact_of(const Engine& engine, std::size_t size) {
  auto bytes = must(engine.append_compiler_info(Kind::module));
  std::uint64_t state = 42;
  while (bytes.size() < size) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    bytes.push_back(static_cast<std::byte>(state >> 60U));
  }
  return bytes;
}

/// Gives out one artifact and counts nothing.
class BenchCompiler : public cwasm::Compiler {
public:
  explicit BenchCompiler(std::vector<std::byte> artifact) : m_artifact(std::move(artifact)) {}
  cwasm::Result<cwasm::CompiledArtifact>
  compile(const cwasm::CompileRequest& /*request*/) override {
    return cwasm::CompiledArtifact{{nullptr, m_artifact}, 0.0, {}};
  }
  cwasm::Result<std::optional<std::string>> version() override {
    return std::optional<std::string>();
  }

private:
  std::vector<std::byte> m_artifact;
};

// --- check ---

void check_fits(benchmark::State& state) {
  const auto engine = must(Engine::create(Config()));
  const auto artifact = artifact_of(engine, 14'000);
  for (auto _ : state) {
    auto verdict = engine.check(artifact);
    benchmark::DoNotOptimize(verdict);
  }
}
BENCHMARK(check_fits);

// Fits, but was written for other settings, so that every field is decoded and compared.
void check_fits_other_section(benchmark::State& state) {
  const auto engine = must(Engine::create(Config()));
  const auto other = must(Engine::create(Config().cranelift_opt_level("none")));
  const auto artifact = artifact_of(other, 14'000);
  for (auto _ : state) {
    auto verdict = engine.check(artifact);
    benchmark::DoNotOptimize(verdict);
  }
}
BENCHMARK(check_fits_other_section);

void check_five_mismatches(benchmark::State& state) {
  const auto engine = must(Engine::create(
      Config().epoch_interruption(true).consume_fuel(true).memory_init_cow(false).memory_guard_size(
          65536)));
  const auto artifact = artifact_of(must(Engine::create(Config())), 14'000);
  for (auto _ : state) {
    auto verdict = engine.check(artifact);
    benchmark::DoNotOptimize(verdict);
  }
  state.SetLabel(fmt::format("{} mismatches", must(engine.check(artifact)).mismatches.size()));
}
BENCHMARK(check_five_mismatches);

// The least that finds out whether the section is the engine's own: one comparison of its bytes.
void baseline_compare_section(benchmark::State& state) {
  const auto engine = must(Engine::create(Config()));
  const std::vector<std::byte> copy(engine.engine_section().begin(), engine.engine_section().end());
  for (auto _ : state) {
    int equal = std::memcmp(copy.data(), engine.engine_section().data(), copy.size());
    benchmark::DoNotOptimize(equal);
  }
}
BENCHMARK(baseline_compare_section);

// --- detect ---

void detect_bytes(benchmark::State& state) {
  const auto artifact = artifact_of(must(Engine::create(Config())), 14'000);
  for (auto _ : state) {
    auto kind = cwasm::detect_precompiled(artifact);
    benchmark::DoNotOptimize(kind);
  }
}
BENCHMARK(detect_bytes);

std::filesystem::path artifact_file(std::int64_t size) {
  const auto path = directory() / fmt::format("{}.cwasm", size);
  if (!std::filesystem::exists(path)) {
    const auto artifact =
        artifact_of(must(Engine::create(Config())), static_cast<std::size_t>(size));
    must(cwasm::util::write_file_atomically(path, artifact));
  }
  return path;
}

void detect_file(benchmark::State& state) {
  const auto path = artifact_file(state.range(0));
  for (auto _ : state) {
    auto kind = cwasm::detect_precompiled_file(path);
    benchmark::DoNotOptimize(kind);
  }
}
BENCHMARK(detect_file)->Arg(13'000)->Arg(1'300'000)->Arg(6'700'000);

void baseline_open_pread_close(benchmark::State& state) {
  const auto path = artifact_file(state.range(0));
  char header[64];
  for (auto _ : state) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    auto got = ::pread(fd, header, sizeof header, 0);
    benchmark::DoNotOptimize(got);
    ::close(fd);
  }
}
BENCHMARK(baseline_open_pread_close)->Arg(13'000)->Arg(6'700'000);

// --- survey ---

/// A directory of 10 000 artifacts of 14 KB, half of them written for other settings.
const std::filesystem::path& many_artifacts() {
  static const auto path = [] {
    const auto out = directory() / "many";
    std::filesystem::create_directories(out);
    const auto own = artifact_of(must(Engine::create(Config())), 14'000);
    const auto other =
        artifact_of(must(Engine::create(Config().cranelift_opt_level("none"))), 14'000);
    for (int i = 0; i < 10'000; ++i) {
      must(
          cwasm::util::write_output(out / fmt::format("{:05}.cwasm", i), i % 2 == 0 ? own : other));
    }
    return out;
  }();
  return path;
}

void survey_10000_files(benchmark::State& state) {
  const std::array engines{must(Engine::create(Config()))};
  const std::array paths{many_artifacts()};
  cwasm::SurveyOptions options;
  options.structure = state.range(0) != 0;
  std::uint64_t fits = 0;
  for (auto _ : state) {
    fits = 0;
    cwasm::survey(paths, engines, options, [&](const cwasm::Surveyed& file) {
      fits += file.verdicts.front().verdict->compatible() ? 1U : 0U;
    });
  }
  state.SetLabel(fmt::format("{} fit", fits));
}
BENCHMARK(survey_10000_files)
    ->ArgName("structure")
    ->Arg(0)
    ->Arg(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// The least that reads the same files: their names, then open, pread, close by each of two threads.
void baseline_walk_10000_files(benchmark::State& state) {
  const auto& path = many_artifacts();
  for (auto _ : state) {
    const int directory_fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    std::vector<std::string> names;
    DIR* const listing = ::fdopendir(::dup(directory_fd));
    while (const dirent* const entry = ::readdir(listing)) {
      if (entry->d_type == DT_REG) {
        names.emplace_back(entry->d_name);
      }
    }
    ::closedir(listing);
    const auto read_half = [&](std::size_t first) {
      std::vector<char> buffer(std::size_t{64} << 10U);
      for (std::size_t i = first; i < names.size(); i += 2) {
        const int fd = ::openat(directory_fd, names[i].c_str(), O_RDONLY | O_CLOEXEC);
        auto got = ::pread(fd, buffer.data(), buffer.size(), 0);
        benchmark::DoNotOptimize(got);
        ::close(fd);
      }
    };
    std::thread other(read_half, 1);
    read_half(0);
    other.join();
    ::close(directory_fd);
  }
}
BENCHMARK(baseline_walk_10000_files)->UseRealTime()->Unit(benchmark::kMillisecond);

// --- hash ---

void engine_create_and_hash(benchmark::State& state) {
  const auto host = cwasm::Host::detect();
  const auto config = Config().epoch_interruption(true);
  for (auto _ : state) {
    auto engine = must(Engine::create(config, host));
    auto hash = engine.precompile_compatibility_hash();
    benchmark::DoNotOptimize(hash);
  }
}
BENCHMARK(engine_create_and_hash);

void engine_hash_again(benchmark::State& state) {
  const auto engine = must(Engine::create(Config()));
  for (auto _ : state) {
    auto hash = engine.precompile_compatibility_hash();
    benchmark::DoNotOptimize(hash);
  }
}
BENCHMARK(engine_hash_again);

// --- warm hit ---

/// A cache with one artifact of that size, and the module it was made from.
struct Warm {
  explicit Warm(std::int64_t artifact_size)
      : engine(must(Engine::create(Config()))),
        compiler(artifact_of(engine, static_cast<std::size_t>(artifact_size))) {
    cwasm::CacheOptions options;
    options.directory = directory() / fmt::format("cache-{}", artifact_size);
    // An hour from now, so that the file is old enough for its digest to be remembered.
    options.now = [] { return std::chrono::system_clock::now() + std::chrono::hours(1); };
    cache.emplace(must(cwasm::ModuleCache::open(options)));
    // A module is about a fifth of its artifact.
    wasm.resize(static_cast<std::size_t>(artifact_size) / 5, std::byte{1});
    std::memcpy(wasm.data(), "\0asm\1\0\0\0", 8);
    file = directory() / fmt::format("{}.wasm", artifact_size);
    must(cwasm::util::write_file_atomically(file, wasm));
    must(precompiler().precompile(wasm));
    must(precompiler().precompile_file(file));
  }
  cwasm::Precompiler precompiler() {
    return cwasm::Precompiler({engine, &*cache, &compiler, cwasm::DigestAlgorithm::sha256, {}});
  }

  Engine engine;
  BenchCompiler compiler;
  std::optional<cwasm::ModuleCache> cache;
  std::vector<std::byte> wasm;
  std::filesystem::path file;
};

void hit_unchanged_file(benchmark::State& state) {
  Warm warm(state.range(0));
  auto precompiler = warm.precompiler();
  for (auto _ : state) {
    auto hit = must(precompiler.precompile_file(warm.file));
    benchmark::DoNotOptimize(hit);
  }
  state.SetLabel(
      std::string(cwasm::outcome_name(must(precompiler.precompile_file(warm.file)).outcome)));
}
BENCHMARK(hit_unchanged_file)->Arg(13'000)->Arg(1'300'000)->Arg(6'700'000)->Arg(64'000'000);

void hit_bytes_in_memory(benchmark::State& state) {
  Warm warm(state.range(0));
  auto precompiler = warm.precompiler();
  for (auto _ : state) {
    auto hit = must(precompiler.precompile(warm.wasm));
    benchmark::DoNotOptimize(hit);
  }
}
BENCHMARK(hit_bytes_in_memory)->Arg(13'000)->Arg(1'300'000)->Arg(6'700'000);

void baseline_sha256_of_module(benchmark::State& state) {
  const std::vector<std::byte> wasm(static_cast<std::size_t>(state.range(0)) / 5, std::byte{1});
  for (auto _ : state) {
    auto digest = must(cwasm::util::sha256(wasm));
    benchmark::DoNotOptimize(digest);
  }
}
BENCHMARK(baseline_sha256_of_module)->Arg(13'000)->Arg(1'300'000)->Arg(6'700'000);

// What Wasmtime's own cache does on a hit: hash the module, read the entry, decode it, copy it to
// where code is run from.
void baseline_hash_read_zstd_copy(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto artifact = artifact_of(must(Engine::create(Config())), size);
  std::vector<std::byte> packed(ZSTD_compressBound(artifact.size()));
  packed.resize(ZSTD_compress(packed.data(), packed.size(), artifact.data(), artifact.size(), 3));
  const auto path = directory() / fmt::format("{}.zst", size);
  must(cwasm::util::write_file_atomically(path, packed));
  const std::vector<std::byte> wasm(size / 5, std::byte{1});
  for (auto _ : state) {
    auto digest = must(cwasm::util::sha256(wasm));
    const auto entry = must(cwasm::util::read_file(path, packed.size() + 1));
    std::vector<std::byte> decoded(artifact.size());
    ZSTD_decompress(decoded.data(), decoded.size(), entry.data(), entry.size());
    std::vector<std::byte> code(decoded);
    benchmark::DoNotOptimize(digest);
    benchmark::DoNotOptimize(code.data());
  }
}
BENCHMARK(baseline_hash_read_zstd_copy)->Arg(13'000)->Arg(1'300'000)->Arg(6'700'000);

} // namespace
