#include <cwasm/engine.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

namespace {

using cwasm::Config;
using cwasm::Engine;

cwasm::Host bare_host() {
  cwasm::Host host;
  host.triple = *cwasm::parse_triple("x86_64-unknown-linux-gnu");
  host.features = cwasm::HostFeatures(cwasm::HostFeatures::Probe::none);
  return host;
}

Engine engine_of(const Config& config, const cwasm::Host& host = bare_host()) {
  auto engine = Engine::create(config, host);
  REQUIRE(cwasm::test::error_of(engine) == "");
  return *engine;
}

} // namespace

TEST_CASE("the documented test vectors of the compatibility hash") {
  std::ifstream file(CWASM_SOURCE_DIR "/docs/compatibility-hash-vectors.json");
  REQUIRE(file);
  const auto vectors = nlohmann::json::parse(file);
  REQUIRE(vectors.size() >= 8);
  for (const auto& vector : vectors) {
    Config config;
    for (const auto& setting : vector["settings"]) {
      const auto text = setting.get<std::string>();
      const auto equals = text.find('=');
      config.set(text.substr(0, equals), text.substr(equals + 1));
    }
    INFO(vector["settings"].dump());
    const auto engine = engine_of(config);
    CHECK(engine.precompile_compatibility_hash().to_hex() == vector["hash"].get<std::string>());
    CHECK(engine.explain().size() == vector["fields"].get<std::size_t>());
  }
}

TEST_CASE("host features are not hashed, flags compiled for are") {
  auto host = bare_host();
  const auto plain = engine_of(Config().target("x86_64-unknown-linux-gnu"), host);
  host.features = cwasm::HostFeatures({"sse3", "avx"});
  const auto rich = engine_of(Config().target("x86_64-unknown-linux-gnu"), host);
  CHECK(plain.precompile_compatibility_hash() == rich.precompile_compatibility_hash());
  CHECK(engine_of({}, host).precompile_compatibility_hash() !=
        plain.precompile_compatibility_hash());
}

TEST_CASE("a patch release hashes apart under its own name and not under another") {
  const auto hash = [](const Config& config) {
    return engine_of(config).precompile_compatibility_hash();
  };
  CHECK(hash(Config().release("48.0.1")) != hash(Config().release("48.0.0")));
  CHECK(hash(Config().release("48")) != hash(Config().release("48.0.0")));
  CHECK(hash(Config().release("36")) == hash(Config().release("36.0.0")));
  CHECK(hash(Config().release("48.0.1").module_version("none")) ==
        hash(Config().release("48.0.0").module_version("none")));
  CHECK(hash(Config().release("48").module_version("none")) !=
        hash(Config().release("47").module_version("none")));
}

TEST_CASE("every setting that is compiled in changes the hash") {
  const auto base = engine_of({}).precompile_compatibility_hash();
  for (const auto* const setting : {"target=x86_64-unknown-linux-musl",
                                    "strategy=winch",
                                    "cranelift_opt_level=none",
                                    "debug_info=true",
                                    "consume_fuel=true",
                                    "epoch_interruption=true",
                                    "memory_guard_size=0",
                                    "memory_reservation=0",
                                    "memory_may_move=false",
                                    "table_lazy_init=false",
                                    "memory_init_cow=false",
                                    "generate_address_map=false",
                                    "collector=null",
                                    "gc_support=false",
                                    "wasm_threads=false",
                                    "wasm_component_model_map=true",
                                    "cranelift_flag_set=is_pic=true",
                                    "cranelift_flag_enable=has_avx",
                                    "operator_cost=table",
                                    "operator_cost=Call:9",
                                    "compiler_inlining=yes",
                                    "concurrency_support=false",
                                    "native_unwind_info=false"}) {
    const std::string text = setting;
    INFO(text);
    const auto equals = text.find('=');
    Config config;
    config.set(text.substr(0, equals), text.substr(equals + 1));
    CHECK(engine_of(config).precompile_compatibility_hash() != base);
  }
  for (const auto* const setting : {"allocation_strategy=pooling", "parallel_compilation=false",
                                    "enable_compiler=false", "memory_guaranteed_dense_image_size=0",
                                    "collector=auto", "strategy=cranelift", "host_features=sse3"}) {
    const std::string text = setting;
    INFO(text);
    const auto equals = text.find('=');
    Config config;
    config.set("target", "x86_64-unknown-linux-gnu");
    const auto plain = engine_of(config).precompile_compatibility_hash();
    config.set(text.substr(0, equals), text.substr(equals + 1));
    CHECK(engine_of(config).precompile_compatibility_hash() == plain);
  }
}
