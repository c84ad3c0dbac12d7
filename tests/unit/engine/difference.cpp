#include <cwasm/difference.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"

using namespace cwasm;
using cwasm::test::error_of;

namespace {

Engine engine_of(const Config& config) {
  Host host;
  host.triple = *parse_triple("x86_64-unknown-linux-gnu");
  auto engine = Engine::create(config, host);
  REQUIRE(error_of(engine) == "");
  return *engine;
}

} // namespace

TEST_CASE("an engine and its own artifact do not differ") {
  for (const char* const release : {"3", "20", "36.0.2", "48", "49"}) {
    const auto engine = engine_of(Config().release(release));
    for (const auto kind : {Kind::module, Kind::component}) {
      const auto bytes = engine.append_compiler_info(kind);
      REQUIRE(error_of(bytes) == "");
      const auto artifact = read_artifact(*bytes);
      REQUIRE(error_of(artifact) == "");
      CHECK(comparand_of(*artifact).kind == kind);
      CHECK(differences(comparand_of(*artifact), comparand_of(engine)).empty());
      CHECK(differences(comparand_of(engine), comparand_of(*artifact)).empty());
    }
  }
}

TEST_CASE("each aspect that differs, in order") {
  auto a = comparand_of(engine_of({}));
  auto b = a;
  a.kind = Kind::module;
  b.kind = Kind::component;
  b.version = "48.1";
  b.metadata.target = "aarch64-unknown-linux-gnu";
  b.metadata.shared_flags.front() = {"new", FlagValue::number(7)};
  b.metadata.isa_flags.clear();
  a.metadata.isa_flags = {{"has_avx", FlagValue::boolean(true)}};
  b.metadata.tunables.set(TunableId::gc_zeal_alloc_counter, 5);
  b.metadata.features.bits ^= 0x100U | std::uint64_t{1} << 63U;
  const auto shared = a.metadata.shared_flags.front();
  const auto* const choice = std::get_if<std::string>(&shared.value.value);
  REQUIRE(choice != nullptr);
  CHECK(differences(a, b) ==
        std::vector<Difference>{
            {"kind", "kind", "module", "component"},
            {"version", "version", "48", "48.1"},
            {"triple", "target", "x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"},
            {"shared_flags", shared.name, *choice, std::nullopt},
            {"shared_flags", "new", std::nullopt, "7"},
            {"isa_flags", "has_avx", "true", std::nullopt},
            {"tunables", "gc_zeal_alloc_counter", "none", "5"},
            {"features", "threads", "true", "false"},
            {"features", "unknown bits", std::nullopt, "0x8000000000000000"}});
}

TEST_CASE("every operator's cost counts") {
  auto a = comparand_of(engine_of({}));
  a.metadata.tunables.operator_costs = {1, 2, 3};
  auto b = a;
  b.metadata.tunables.operator_costs[2] = 4;
  CHECK(differences(a, b) ==
        std::vector<Difference>{{"tunables", "operator_costs", "1 2 3", "1 2 4"}});
}

TEST_CASE("two engines differ in their hosts") {
  Host host;
  host.triple = *parse_triple("x86_64-unknown-linux-gnu");
  const auto a = *Engine::create(Config().target("x86_64-unknown-linux-gnu"), host);
  host.features = *HostFeatures::parse("sse3,avx");
  host.page_size = 16384;
  const auto b = *Engine::create(Config().target("x86_64-unknown-linux-gnu"), host);
  CHECK(differences(comparand_of(a), comparand_of(b)) ==
        std::vector<Difference>{{"host", "features", "", "avx,sse3"},
                                {"host", "page_size", "4096", "16384"}});
}
