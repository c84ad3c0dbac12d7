// What Wasmtime refuses, release by release, in its words; what settings make of each other.

#include <cwasm/engine.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"

namespace {

using cwasm::Config;
using cwasm::Engine;
using cwasm::TunableId;
using Settings = std::initializer_list<const char*>;

cwasm::Host linux_host() {
  cwasm::Host host;
  host.triple = *cwasm::parse_triple("x86_64-unknown-linux-gnu");
  return host;
}

Config config_of(const char* release, Settings settings) {
  Config config;
  config.release(release);
  for (const std::string text : settings) {
    const auto equals = text.find('=');
    config.set(text.substr(0, equals), text.substr(equals + 1));
  }
  return config;
}

std::string refusal(const char* release, Settings settings) {
  const auto engine = Engine::create(config_of(release, settings), linux_host());
  return engine ? "" : engine.error().message();
}

Engine engine(const char* release, Settings settings, cwasm::Host host = linux_host()) {
  auto made = Engine::create(config_of(release, settings), host);
  REQUIRE(cwasm::test::error_of(made) == "");
  return *made;
}

std::uint64_t tunable(const char* release, Settings settings, TunableId id) {
  return engine(release, settings).metadata().tunables.get(id);
}

bool flag(const Engine& engine, std::string_view name) {
  for (const auto* const flags : {&engine.metadata().shared_flags, &engine.metadata().isa_flags}) {
    for (const auto& flag : *flags) {
      if (flag.name == name) {
        return flag.value.is_bool(true);
      }
    }
  }
  FAIL("no flag " << name);
  return false;
}

std::string choice(const Engine& engine, std::string_view name) {
  for (const auto& flag : engine.metadata().shared_flags) {
    if (flag.name == name) {
      return std::get<std::string>(flag.value.value);
    }
  }
  return "";
}

} // namespace

TEST_CASE("a renamed method is taken by the releases that had it") {
  CHECK(refusal("48", {"dynamic_memory_guard_size=0"}) ==
        "Wasmtime 48 has no setting 'dynamic_memory_guard_size': it existed up to 26 and is called "
        "memory_guard_size since");
  CHECK(refusal("27", {"static_memory_guard_size=0"}) ==
        "Wasmtime 27 has no setting 'static_memory_guard_size': it existed up to 26 and is called "
        "memory_guard_size since");
  CHECK(refusal("36", {"static_memory_forced=true"}) ==
        "Wasmtime 36 has no setting 'static_memory_forced': it existed up to 27 and is called "
        "memory_may_move, with the opposite value, since");
  CHECK(refusal("26", {"memory_guard_size=0"}) ==
        "Wasmtime 26 has no setting 'memory_guard_size': it exists since 27 and was called "
        "static_memory_guard_size and dynamic_memory_guard_size before");
  CHECK(refusal("27", {"memory_reservation=0"}) ==
        "Wasmtime 27 has no setting 'memory_reservation': it exists since 28 and was called "
        "static_memory_maximum_size before");
  CHECK(refusal("48", {"wasm_component_model_async_builtins=true"}) ==
        "Wasmtime 48 has no setting 'wasm_component_model_async_builtins': it existed up to 44 and "
        "is called wasm_component_model_more_async_builtins since");
  CHECK(refusal("26", {"wasm_wide_arithmetic=true"}) ==
        "Wasmtime 26 has no setting 'wasm_wide_arithmetic': it exists since 27");
  for (const auto* const release : {"3", "12", "21", "22", "27"}) {
    CHECK(refusal(release, {"static_memory_maximum_size=65536", "static_memory_forced=true",
                            "dynamic_memory_reserved_for_growth=65536"}) == "");
  }
}

TEST_CASE("sizes are rounded where their release rounds them") {
  CHECK(tunable("21", {"static_memory_maximum_size=131071"}, TunableId::static_memory_bound) == 1);
  CHECK(tunable("22", {"static_memory_maximum_size=131071"},
                TunableId::static_memory_reservation) == 131071);
  CHECK(tunable("26", {"dynamic_memory_guard_size=1"},
                TunableId::dynamic_memory_offset_guard_size) == 4096);
  CHECK(tunable("26", {"static_memory_guard_size=65537"},
                TunableId::static_memory_offset_guard_size) == 69632);
  CHECK(tunable("27", {"memory_guard_size=1"}, TunableId::memory_guard_size) == 4096);
  CHECK(tunable("28", {"memory_guard_size=1"}, TunableId::memory_guard_size) == 1);
  CHECK(tunable("27", {"dynamic_memory_reserved_for_growth=0xffffffffffffffff"},
                TunableId::dynamic_memory_growth_reserve) == 0xfffffffffffff + 1);
  auto host = linux_host();
  host.page_size = 65536;
  CHECK(engine("26", {"dynamic_memory_guard_size=1"}, host)
            .metadata()
            .tunables.get(TunableId::dynamic_memory_offset_guard_size) == 65536);
  CHECK(refusal("26", {"static_memory_guard_size=0"}) ==
        "static memory guard size cannot be smaller than dynamic memory guard size");
  CHECK(refusal("26", {"static_memory_guard_size=0", "dynamic_memory_guard_size=0"}) == "");
}

TEST_CASE("a feature needs another one, up to 24") {
  CHECK(refusal("24", {"wasm_bulk_memory=false"}) ==
        "feature 'reference_types' requires 'bulk_memory' to be enabled");
  CHECK(refusal("24", {"wasm_bulk_memory=false", "wasm_reference_types=false"}) ==
        "feature 'threads' requires 'bulk_memory' to be enabled");
  CHECK(refusal("19", {"wasm_gc=true"}) ==
        "feature 'gc' requires 'function_references' to be enabled");
  CHECK(refusal("19", {"wasm_gc=true", "wasm_function_references=true"}) == "");
  CHECK(refusal("24", {"wasm_reference_types=false", "wasm_function_references=true"}) ==
        "feature 'function_references' requires 'reference_types' to be enabled");
  CHECK(refusal("25", {"wasm_bulk_memory=false"}) == "");
}

TEST_CASE("compilers lack features") {
  const auto lacks = [](std::string_view name) {
    return "the wasm_" + std::string(name) +
           " feature is not supported on this compiler configuration";
  };
  CHECK(refusal("30", {"strategy=winch", "wasm_threads=true"}) == lacks("threads"));
  CHECK(refusal("31", {"strategy=winch", "wasm_threads=true"}) == "");
  CHECK(refusal("30", {"strategy=winch", "target=aarch64-unknown-linux-gnu", "wasm_simd=true"}) ==
        lacks("simd"));
  CHECK(refusal("36", {"strategy=winch", "wasm_stack_switching=true"}) == lacks("stack_switching"));
  CHECK(refusal("43", {"strategy=winch", "wasm_component_model_async=true"}) == lacks("cm_async"));
  CHECK(refusal("48", {"strategy=winch", "wasm_component_model_async=true"}) == "");
  CHECK(refusal("46", {"strategy=winch", "target=aarch64-unknown-linux-gnu",
                       "wasm_wide_arithmetic=true"}) == lacks("wide_arithmetic"));
  CHECK(refusal("48", {"target=aarch64-unknown-linux-gnu", "wasm_stack_switching=true"}) ==
        lacks("stack_switching"));
  CHECK(refusal("48", {"wasm_legacy_exceptions=true"}) == lacks("legacy_exceptions"));
  CHECK(refusal("48", {"target=pulley64", "wasm_threads=true"}) == lacks("threads"));
  CHECK(refusal("23", {"strategy=winch", "wasm_tail_call=true"}) ==
        "Winch does not support the WebAssembly tail call proposal");
  CHECK(refusal("23", {"target=s390x-unknown-linux-gnu", "wasm_tail_call=true"}) ==
        "Tail calls are not supported on s390x yet: "
        "https://github.com/bytecodealliance/wasmtime/issues/6530");
  CHECK(refusal("48", {"target=s390x-unknown-linux-gnu", "wasm_tail_call=true"}) == "");
}

TEST_CASE("Winch needs tunables to be as it knows them") {
  CHECK(refusal("48", {"strategy=winch", "signals_based_traps=false"}) ==
        "Winch requires the signals-based-traps option to be enabled");
  CHECK(refusal("48", {"strategy=winch", "table_lazy_init=false"}) ==
        "Winch requires the table-lazy-init option to be enabled");
  CHECK(refusal("26", {"strategy=winch", "table_lazy_init=false"}) ==
        "Winch requires the table-lazy-init configuration option");
  CHECK(refusal("48", {"strategy=winch", "debug_info=true"}) ==
        "Winch does not currently support generating native debug information");
  CHECK(refusal("7", {"strategy=winch"}) == "'strategy' takes one of auto, cranelift, not 'winch'");
  // Until 39 the Config's own defaults held for Winch as well.
  CHECK(choice(engine("39", {"strategy=winch"}), "opt_level") == "speed");
  CHECK(choice(engine("40", {"strategy=winch"}), "opt_level") == "none");
  CHECK(flag(engine("40", {"strategy=winch"}), "enable_verifier"));
  CHECK_FALSE(flag(engine("39", {"strategy=winch"}), "enable_verifier"));
}

TEST_CASE("debugging has companions") {
  CHECK(tunable("48", {"guest_debug=true"}, TunableId::signals_based_traps) == 0);
  CHECK(tunable("39", {"guest_debug=true"}, TunableId::signals_based_traps) == 1);
  CHECK(refusal("48", {"guest_debug=true", "signals_based_traps=true"}) ==
        "cannot use signals-based traps with guest debugging enabled");
  CHECK(refusal("48", {"strategy=winch", "guest_debug=true"}) ==
        "Winch requires the signals-based-traps option to be enabled");
  CHECK(refusal("48", {"debug_info=true", "debug_symbols=false"}) ==
        "cannot enable native debug info while debug symbols are disabled");
  CHECK(tunable("48", {"wasm_backtrace_details=enable"}, TunableId::parse_wasm_debuginfo) == 1);
  CHECK(tunable("48", {"debug_info=true"}, TunableId::parse_wasm_debuginfo) == 0);
}

TEST_CASE("concurrency support and the component model's asynchrony go together") {
  const auto words = std::string(
      "concurrency support must be enabled to use the component model async or threading features");
  CHECK(refusal("48", {"concurrency_support=false", "wasm_component_model_async=true"}) == words);
  CHECK(refusal("42", {"concurrency_support=false", "wasm_component_model_threading=true"}) ==
        words);
  const auto without = engine("48", {"concurrency_support=false"}).metadata().features.bits;
  const auto with = engine("48", {}).metadata().features.bits;
  CHECK((with & ~without) == 0x8000000); // cm_async
  CHECK(refusal("49", {"wasm_reference_types=false"}) ==
        "the component-model-async feature requires the wasm reference-types proposal");
}

TEST_CASE("the GC heap is the linear memory's as long as nothing is said of it") {
  CHECK(tunable("48", {"memory_guard_size=0"}, TunableId::gc_heap_guard_size) == 0);
  CHECK(tunable("48", {"memory_may_move=false"}, TunableId::gc_heap_may_move) == 0);
  CHECK(tunable("48", {"memory_guard_size=0", "gc_heap_may_move=false"},
                TunableId::gc_heap_guard_size) == 33554432);
  CHECK(tunable("48", {"target=pulley64", "gc_heap_may_move=false"},
                TunableId::gc_heap_guard_size) == 0);
  CHECK(refusal("48", {"allocation_strategy=pooling", "gc_heap_guard_size=0"}) ==
        "when using the pooling allocator with GC, `memory_guard_size` (33554432) and "
        "`gc_heap_guard_size` (0) must be the same");
  CHECK(refusal("48", {"allocation_strategy=pooling", "gc_heap_may_move=false"}) ==
        "when using the pooling allocator with GC, `memory_may_move` (true) and "
        "`gc_heap_may_move` (false) must be the same");
  CHECK(refusal("48", {"allocation_strategy=pooling", "gc_heap_guard_size=0", "gc_support=false",
                       "wasm_gc=false", "wasm_function_references=false",
                       "wasm_exceptions=false"}) == "");
}

TEST_CASE("stacks have sizes that fit each other") {
  CHECK(refusal("48", {"max_wasm_stack=0"}) == "max_wasm_stack size cannot be zero");
  CHECK(refusal("48", {"max_wasm_stack=2097153"}) ==
        "max_wasm_stack size cannot exceed the async_stack_size");
  CHECK(refusal("36", {"max_wasm_stack=2097153"}) == "");
  CHECK(refusal("36", {"max_wasm_stack=2097153", "async_support=true"}) ==
        "max_wasm_stack size cannot exceed the async_stack_size");
  CHECK(refusal("48", {"max_wasm_stack=2097153", "async_stack_size=4194304"}) == "");
  CHECK(refusal("48", {"wmemcheck=true"}) ==
        "wmemcheck (memory checker) was requested but is not enabled in this build");
}

TEST_CASE("what old releases did") {
  // The switch of tail calls chose the calling convention too; 22 and 23 turned them on with a
  // compiler that is named.
  CHECK(tunable("16", {"wasm_tail_call=true"}, TunableId::tail_callable) == 1);
  CHECK(tunable("16", {}, TunableId::tail_callable) == 0);
  CHECK(tunable("23", {"strategy=cranelift"}, TunableId::tail_callable) == 1);
  CHECK(tunable("21", {"strategy=cranelift"}, TunableId::tail_callable) == 0);
  CHECK(tunable("3", {"allocation_strategy=pooling"}, TunableId::static_memory_bound_is_maximum) ==
        1);
  CHECK(tunable("4", {"allocation_strategy=pooling"}, TunableId::static_memory_bound_is_maximum) ==
        0);
  // SIMD needed a flag, and Cranelift's lowerings needed SSE.
  CHECK(flag(engine("10", {}), "enable_simd"));
  CHECK_FALSE(flag(engine("10", {"wasm_simd=false"}), "enable_simd"));
  CHECK(refusal("9", {"cranelift_flag_set=enable_simd=false"}) ==
        "compiler option 'enable_simd' must be enabled when 'simd' is enabled");
  const auto x86 = {"target=x86_64-unknown-linux-gnu"};
  CHECK(flag(engine("8", x86), "has_sse42"));
  CHECK_FALSE(flag(engine("9", x86), "has_sse42"));
  CHECK(flag(engine("9", x86), "has_sse41"));
  CHECK(flag(engine("10", x86), "has_ssse3"));
  CHECK_FALSE(flag(engine("11", x86), "has_sse3"));
  CHECK(refusal("24", {"cranelift_flag_set=enable_safepoints=false"}) ==
        "compiler option 'enable_safepoints' must be enabled when 'reference types' is enabled");
  CHECK(refusal("36", {"native_unwind_info=true", "cranelift_flag_set=unwind_info=false"}) ==
        "incompatible settings requested for Cranelift and Wasmtime `unwind-info` settings");
}

TEST_CASE("presets are those of the release") {
  const auto haswell = {"target=x86_64-unknown-linux-gnu", "cranelift_flag_enable=haswell"};
  CHECK_FALSE(flag(engine("5", haswell), "has_avx2"));
  CHECK(flag(engine("5", haswell), "has_bmi2"));
  CHECK(flag(engine("6", haswell), "has_avx2"));
  CHECK(flag(engine("48", haswell), "has_cmpxchg16b"));
  CHECK(refusal("5", {"target=x86_64-unknown-linux-gnu", "cranelift_flag_enable=znver2"}) ==
        "No existing setting named 'znver2': did you mean 'znver1'?");
  CHECK(refusal("7", {"target=x86_64-unknown-linux-gnu", "cranelift_flag_enable=znver2"}) == "");
}
