// The comparison with the engine's own section is a shortcut: it must say what the general check of
// the decoded metadata says.

#include <cwasm/elf.hpp>
#include <cwasm/engine.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace {

using cwasm::Config;
using cwasm::Engine;
using cwasm::Kind;

cwasm::Host host(std::string_view triple = "x86_64-unknown-linux-gnu") {
  cwasm::Host out;
  out.triple = *cwasm::parse_triple(triple);
  out.features = *cwasm::HostFeatures::parse("sse3,ssse3,sse4.1,sse4.2,popcnt,avx,lse,paca");
  return out;
}

// Engines of one release that differ from its default in a value or a few.
std::vector<Engine> neighbours(std::uint16_t release) {
  std::vector<Config> configs{Config()};
  const auto add = [&](std::initializer_list<std::pair<const char*, const char*>> settings) {
    Config config;
    for (const auto& [name, value] : settings) {
      config.set(name, value);
    }
    configs.push_back(config);
  };
  add({{"epoch_interruption", "true"}});
  add({{"consume_fuel", "true"}, {"operator_cost", "I32Add:5"}});
  add({{"operator_cost", "table"}});
  add({{"consume_fuel", "true"}, {"operator_cost", "table"}});
  add({{"cranelift_opt_level", "none"}});
  add({{"cranelift_flag_enable", "has_avx512f"}});
  add({{"cranelift_flag_set", "enable_pinned_reg=true"}, {"memory_guard_size", "0"}});
  add({{"memory_reservation", "65536"},
       {"memory_init_cow", "false"},
       {"wasm_simd", "false"},
       {"wasm_relaxed_simd", "false"}});
  add({{"wasm_threads", "false"}});
  add({{"collector", "null"}});
  add({{"gc_support", "false"}});
  add({{"compiler_inlining", "true"}});
  add({{"compiler_inlining", "gc"}});
  add({{"debug_info", "true"}, {"gc_zeal_alloc_counter", "7"}, {"wasm_bulk_memory", "false"}});
  add({{"target", "x86_64-unknown-linux-musl"}});
  add({{"target", "x86_64-pc-windows-msvc"}});
  add({{"target", "aarch64-unknown-linux-gnu"}});
  add({{"module_version", "custom:mine"}});
  add({{"module_version", "none"}});
  std::vector<Engine> out;
  for (auto& config : configs) {
    auto engine = Engine::create(config.release(std::to_string(release)), host());
    if (engine) { // not every release has every setting
      out.push_back(*engine);
    }
  }
  return out;
}

cwasm::ElfHeader header_of(const Engine& engine) {
  return *cwasm::read_elf_header(*engine.append_compiler_info(Kind::module));
}

// What is left of a verdict on a whole artifact when it is not about the version.
std::vector<cwasm::Mismatch> beyond_version(const cwasm::Verdict& verdict) {
  auto out = verdict.mismatches;
  std::erase_if(out,
                [](const cwasm::Mismatch& mismatch) { return mismatch.aspect() == "version"; });
  return out;
}

} // namespace

TEST_CASE("every artifact of a neighbour gets the verdict of its decoded metadata") {
  std::size_t mismatches = 0;
  for (std::uint16_t release = 3; release <= 49; ++release) {
    const auto engines = neighbours(release);
    REQUIRE(engines.size() >= 8);
    for (const auto& writer : engines) {
      const auto artifact = writer.append_compiler_info(Kind::module);
      REQUIRE(artifact);
      for (const auto& loader : engines) {
        const auto verdict = loader.check(*artifact);
        REQUIRE(cwasm::test::error_of(verdict) == "");
        const auto expected = loader.check_compatible(writer.metadata()).mismatches;
        INFO(release);
        CHECK(beyond_version(*verdict) == expected);
        mismatches += expected.size();
      }
    }
  }
  CHECK(mismatches > 10'000);
}

TEST_CASE("numbers that are written longer than need be are the same numbers") {
  const auto engine = *Engine::create(Config(), host());
  auto section = std::vector(engine.engine_section().begin(), engine.engine_section().end());
  // memory_guard_size, 0x2000000, is the varint 80 80 80 10; as 80 80 80 90 00 it takes a byte
  // more.
  const std::vector<std::byte> shortest{std::byte{0x80}, std::byte{0x80}, std::byte{0x80},
                                        std::byte{0x10}};
  const auto at = std::search(section.begin(), section.end(), shortest.begin(), shortest.end());
  REQUIRE(at != section.end());
  *(at + 3) = std::byte{0x90};
  section.insert(at + 4, std::byte{0});
  const auto artifact = cwasm::write_engine_object(header_of(engine), section);
  const auto verdict = engine.check(artifact);
  REQUIRE(cwasm::test::error_of(verdict) == "");
  CHECK(verdict->compatible());
}

TEST_CASE("what cannot be read ends the check with the place, and no mismatch is left over") {
  const auto engine = *Engine::create(Config(), host());
  auto section = std::vector(engine.engine_section().begin(), engine.engine_section().end());
  section.resize(section.size() - 3); // within the features
  const auto artifact = cwasm::write_engine_object(header_of(engine), section);
  const auto verdict = engine.check(artifact);
  REQUIRE_FALSE(verdict);
  CHECK(verdict.error().message().find("reading features at offset") != std::string::npos);
}
