// An artifact fits the engine that wrote it, on a host with its flags; with one field changed it
// has exactly the mismatch that the release's rules name, or none where they do not compare it.

#include "flip.hpp"

#include <cwasm/elf.hpp>
#include <cwasm/engine_section.hpp>

#include <array>
#include <utility>

using cwasm::fuzz::require;

namespace {

constexpr auto k_targets = std::to_array<const char*>(
    {"x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "s390x-unknown-linux-gnu",
     "riscv64gc-unknown-linux-gnu", "x86_64-pc-windows-msvc"});

constexpr auto k_settings =
    std::to_array<std::pair<const char*, const char*>>({{"epoch_interruption", "true"},
                                                        {"consume_fuel", "true"},
                                                        {"wasm_simd", "false"},
                                                        {"wasm_threads", "true"},
                                                        {"module_version", "custom:mine"},
                                                        {"cranelift_opt_level", "none"},
                                                        {"memory_init_cow", "false"}});

cwasm::Config config_of(cwasm::fuzz::Choices& choices) {
  cwasm::Config config;
  config.release(std::to_string(3 + choices.index(47)));
  for (const auto& [name, value] : k_settings) {
    if (choices.byte() % 2 == 1) {
      config.set(name, value);
    }
  }
  return config;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cwasm::fuzz::Choices choices(data, size);
  const auto config = config_of(choices);
  cwasm::Host host;
  host.triple = *cwasm::parse_triple(k_targets[choices.index(k_targets.size())]);
  // What the oldest releases take every x86-64 to have.
  host.features = *cwasm::HostFeatures::parse(
      choices.byte() % 2 == 0 ? "sse3,ssse3,sse4.1,sse4.2" : "sse3,ssse3,sse4.1,sse4.2,lse,mie2");
  const auto engine = cwasm::Engine::create(config, host);
  if (!engine) {
    require(!engine.error().message().empty());
    return 0;
  }
  auto metadata = engine->metadata();
  const auto expected = cwasm::fuzz::change_one_field(*engine, choices, metadata);
  const auto whole = engine->append_compiler_info(cwasm::Kind::module);
  require(whole && engine->check(*whole) && engine->check(*whole)->compatible());
  const auto section =
      cwasm::encode_engine_section(engine->release(), engine->version_text(), metadata);
  const auto changed = cwasm::write_engine_object(*cwasm::read_elf_header(*whole), *section);
  const auto verdict = engine->check(changed);
  require(verdict && verdict->mismatches.size() == (expected.empty() ? 0U : 1U));
  require(expected.empty() || verdict->mismatches.front().code() == expected);
  return 0;
}
