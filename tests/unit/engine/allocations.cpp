#include <cwasm/engine.hpp>

#include "support/allocations.hpp"
#include "support/catch.hpp"

namespace {

using cwasm::Config;
using cwasm::Engine;
using cwasm::Kind;

std::size_t allocations_of_check(const Engine& engine, std::span<const std::byte> artifact) {
  const cwasm::test::Allocations since;
  const auto verdict = engine.check(artifact);
  const auto count = since.count();
  REQUIRE(verdict);
  return count;
}

} // namespace

TEST_CASE("checking what fits allocates nothing, whatever settings it was written for") {
  const auto engine = *Engine::create(Config());
  for (const auto& writer :
       {Config(), Config().cranelift_opt_level("none"), Config().wasm_feature("threads", false),
        Config().cranelift_flag_set("is_pic", "true").wasm_feature("tail_call", false)}) {
    const auto artifact = *Engine::create(writer)->append_compiler_info(Kind::module);
    REQUIRE(engine.check(artifact)->compatible());
    CHECK(allocations_of_check(engine, artifact) == 0);
  }
}

TEST_CASE("what does not fit is noted in one allocation, not told") {
  const auto engine = *Engine::create(
      Config().epoch_interruption(true).consume_fuel(true).memory_init_cow(false).memory_guard_size(
          65536));
  const auto artifact = *Engine::create(Config())->append_compiler_info(Kind::module);
  REQUIRE(engine.check(artifact)->mismatches.size() == 5);
  CHECK(allocations_of_check(engine, artifact) == 1);
}
