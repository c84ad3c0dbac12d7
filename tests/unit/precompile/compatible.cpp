// The compatible policy and `why`, over a cache that several engines share.

#include "precompile/fake_compiler.hpp"
#include "precompile/fields.hpp"

#include <cwasm/precompile.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"
#include "support/shared.hpp"

#include <algorithm>
#include <map>

namespace {

using cwasm::Config;
using cwasm::Counter;
using cwasm::Counters;
using cwasm::Engine;
using cwasm::FieldDifference;
using cwasm::HashedField;
using cwasm::LookupPolicy;
using cwasm::ModuleCache;
using cwasm::Outcome;
using cwasm::Precompiled;
using cwasm::Precompiler;
using cwasm::Why;
using cwasm::test::error_of;
using cwasm::test::FakeCompiler;

const auto k_module = cwasm::test::bytes_of({0, 'a', 's', 'm', 1, 0, 0, 0});

cwasm::Host host() {
  cwasm::Host out;
  out.triple = *cwasm::parse_triple("x86_64-unknown-linux-gnu");
  out.features = cwasm::HostFeatures({"sse3", "ssse3", "sse4.1", "sse4.2", "popcnt", "avx"});
  return out;
}

/// An engine whose CPU flags are said, not taken from the host.
Config base() { return Config().release("48.0.1").target("x86_64-unknown-linux-gnu"); }

struct Shared {
  Shared() {
    cwasm::CacheOptions options;
    options.directory = cwasm::test::scratch_directory() / "cache";
    auto opened = ModuleCache::open(options);
    REQUIRE(error_of(opened) == "");
    cache.emplace(*std::move(opened));
  }

  Precompiler precompiler(const Config& config) {
    auto engine = Engine::create(config, host());
    REQUIRE(error_of(engine) == "");
    compiler.emplace(*engine);
    return Precompiler({*engine, &*cache, &*compiler, cwasm::DigestAlgorithm::sha256, nullptr,
                        policy, allow_lower});
  }
  Precompiled compile(const Config& config) {
    auto result = precompiler(config).precompile(k_module, "m.wasm");
    REQUIRE(error_of(result) == "");
    return *std::move(result);
  }
  Outcome outcome(const Config& config) { return compile(config).outcome; }
  Why why(const Config& config) {
    auto result = precompiler(config).why(k_module);
    REQUIRE(error_of(result) == "");
    return *std::move(result);
  }
  /// Why before and then the compile, which must agree.
  Outcome foretold(const Config& config) {
    const auto said = why(config);
    const auto done = compile(config);
    CHECK(said.outcome == done.outcome);
    CHECK(said.hash == done.hash);
    if (done.outcome != Outcome::miss) {
      CHECK(said.path == done.path);
    }
    return done.outcome;
  }

  std::optional<ModuleCache> cache;
  std::optional<FakeCompiler> compiler;
  LookupPolicy policy = LookupPolicy::compatible;
  bool allow_lower = false;
};

FieldDifference difference(std::string name, std::string found, std::string wanted) {
  return {std::move(name), std::move(found), std::move(wanted)};
}

} // namespace

TEST_CASE("policy compatible takes what another engine has and this one would load") {
  struct Row {
    const char* what;
    Config stored;
    Config asked;
    Outcome outcome;
  };
  const Row rows[] = {
      {"another patch release", base().release("48.0.2"), base(), Outcome::compatible_hit},
      {"another libc", base().target("x86_64-unknown-linux-musl"), base(), Outcome::compatible_hit},
      {"better optimized", base().cranelift_opt_level("speed_and_size"), base(),
       Outcome::compatible_hit},
      {"less optimized", base().cranelift_opt_level("none"), base(), Outcome::miss},
      {"fewer CPU flags", base(), base().cranelift_flag_enable("has_avx"), Outcome::compatible_hit},
      {"more CPU flags, which the host has", base().cranelift_flag_enable("has_avx"), base(),
       Outcome::compatible_hit},
      {"more CPU flags than the host has", base().cranelift_flag_enable("has_avx512f"), base(),
       Outcome::miss},
      {"fewer features", base().wasm_feature("threads", false), base(), Outcome::compatible_hit},
      {"more features", base(), base().wasm_feature("threads", false), Outcome::miss},
      {"another tunable", base().epoch_interruption(true), base(), Outcome::miss},
      {"another release", base().release("47.0.1"), base(), Outcome::miss},
      {"another patch where the whole version counts", base().release("36.0.1"),
       base().release("36.0.2"), Outcome::miss},
      {"numbers that need not be the same everywhere",
       base().set("cranelift_nan_canonicalization", "true"), base(), Outcome::miss},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    Shared shared;
    CHECK(shared.outcome(row.stored) == Outcome::miss);
    CHECK(shared.foretold(row.asked) == row.outcome);
    const bool hit = row.outcome == Outcome::compatible_hit;
    Counters expected;
    expected[Counter::misses] = hit ? 1 : 2;
    expected[Counter::compiles] = hit ? 1 : 2;
    expected[Counter::stores] = hit ? 1 : 2;
    expected[Counter::compatible_hits] = hit ? 1 : 0;
    CHECK((shared.cache->counters() == expected));
    CHECK(shared.foretold(row.stored) == Outcome::hit);
  }
}

TEST_CASE("policy exact takes none of them") {
  Shared shared;
  shared.policy = LookupPolicy::exact;
  CHECK(shared.outcome(base().release("48.0.2")) == Outcome::miss);
  CHECK(shared.foretold(base()) == Outcome::miss);
  CHECK(shared.foretold(base()) == Outcome::hit);
  CHECK(shared.cache->counters()[Counter::compatible_hits] == 0);
}

TEST_CASE("a lower opt level is taken where that is allowed, when there is nothing better") {
  Shared shared;
  shared.allow_lower = true;
  CHECK(shared.outcome(base().cranelift_opt_level("none")) == Outcome::miss);
  const auto lower = shared.compile(base());
  CHECK(lower.outcome == Outcome::compatible_hit);
  REQUIRE(lower.other);
  CHECK(lower.other->description.opt_level == "none");
  shared.allow_lower = false;
  CHECK(shared.outcome(base().cranelift_opt_level("speed_and_size")) == Outcome::miss);
  shared.allow_lower = true;
  const auto higher = shared.compile(base());
  REQUIRE(higher.other);
  CHECK(higher.other->description.opt_level == "speed_and_size");
}

TEST_CASE("of several the one that uses most of the host's CPU is taken") {
  Shared shared;
  shared.policy = LookupPolicy::exact;
  for (const auto* const flag : {"has_sse3", "has_avx512f"}) {
    shared.compile(base().cranelift_flag_enable(flag).cranelift_flag_enable("has_popcnt"));
  }
  shared.compile(base().wasm_feature("threads", false));
  shared.policy = LookupPolicy::compatible;
  const auto found = shared.compile(base());
  REQUIRE(found.other);
  auto expected = Engine::create(
      base().cranelift_flag_enable("has_sse3").cranelift_flag_enable("has_popcnt"), host());
  REQUIRE(expected);
  CHECK(found.other->engine == expected->precompile_compatibility_hash());
}

TEST_CASE("why says what differs from the nearest artifacts, field by field") {
  Shared shared;
  shared.policy = LookupPolicy::exact;
  auto why = shared.why(base());
  CHECK(why.outcome == Outcome::miss);
  CHECK(why.reason == "no artifact of this module is in the cache");
  CHECK(why.artifacts == 0);
  CHECK(why.nearest.empty());

  shared.compile(base().release("48.0.2"));
  shared.compile(base().epoch_interruption(true).wasm_feature("threads", false));
  shared.compile(base().cranelift_opt_level("none"));
  why = shared.why(base());
  CHECK(why.reason == "all 3 artifacts of this module are for other engines; the nearest (48.0.1, "
                      "x86_64-unknown-linux-gnu, opt level none) differs: shared.opt_level is "
                      "none, not speed");
  CHECK(why.artifacts == 3);
  REQUIRE(why.nearest.size() == 3);
  CHECK(why.nearest[0].differences == std::vector{difference("shared.opt_level", "none", "speed")});
  CHECK(why.nearest[0].advice ==
        R"(it would load: [cache] policy = "compatible" and allow_lower_opt_level = true take it)");
  CHECK(why.nearest[1].differences == std::vector{difference("release", "48.0.2", "48.0.1")});
  CHECK(why.nearest[1].advice == R"(it would load: [cache] policy = "compatible" takes it)");
  CHECK(why.nearest[1].mismatches.empty());
  CHECK(why.nearest[2].differences ==
        std::vector{difference("tunable.epoch_interruption", "true", "false"),
                    difference("feature.threads", "false", "true")});
  CHECK(why.nearest[2].advice.empty());
  REQUIRE(why.nearest[2].mismatches.size() == 1);
  CHECK(why.nearest[2].mismatches[0].code() == "tunable.epoch_interruption");
  CHECK(why.nearest[2].mismatches[0].hint().find("epoch_interruption") != std::string::npos);

  shared.policy = LookupPolicy::compatible;
  const auto taken = shared.why(base());
  CHECK(taken.outcome == Outcome::compatible_hit);
  REQUIRE(taken.other);
  CHECK(taken.other->description.release == "48.0.2");
  CHECK(taken.reason.empty());
  CHECK(taken.nearest.empty());
}

TEST_CASE("why shows at most five, and says how many there are") {
  Shared shared;
  shared.policy = LookupPolicy::exact;
  for (const auto* const patch : {"48.0.2", "48.0.3", "48.0.4", "48.0.5", "48.0.6", "48.0.7"}) {
    shared.compile(base().release(patch));
  }
  const auto why = shared.why(base());
  CHECK(why.artifacts == 6);
  REQUIRE(why.nearest.size() == 5);
  CHECK(why.nearest[0].entry.description.release == "48.0.7");
}

TEST_CASE("why counts nothing, notes nothing and compiles nothing") {
  Shared shared;
  shared.compile(base().release("48.0.2"));
  const auto before = *shared.cache->stats();
  const auto misses = shared.cache->misses()->size();
  CHECK(shared.why(base()).outcome == Outcome::compatible_hit);
  CHECK(shared.why(base().epoch_interruption(true)).outcome == Outcome::miss);
  CHECK(shared.why(base().release("48.0.2")).outcome == Outcome::hit);
  CHECK(shared.compiler->compiles == 0);
  REQUIRE(error_of(shared.cache->stats()) == "");
  CHECK((shared.cache->stats()->counters == before.counters));
  CHECK(shared.cache->misses()->size() == misses);
  const auto entries = shared.cache->list();
  REQUIRE(error_of(entries) == "");
  REQUIRE(entries->size() == 1);
  CHECK(entries->front().uses == 0);
}

TEST_CASE("why tells a stale artifact from an absent one") {
  Shared shared;
  const auto first = shared.compile(base());
  auto foreign = Engine::create(base().epoch_interruption(true), host());
  REQUIRE(foreign);
  const auto object = foreign->append_compiler_info(cwasm::Kind::module);
  REQUIRE(object);
  REQUIRE(shared.cache->insert({first.hash, first.digest, first.kind}, *object, {}));
  const auto why = shared.why(base());
  CHECK(why.outcome == Outcome::miss);
  CHECK(why.reason.starts_with("there is an artifact for this engine, but it would not load: "
                               "Module was compiled with epoch interruption"));
}

TEST_CASE("an artifact that no needs were stored with is told as that") {
  Shared shared;
  const auto made = shared.compile(base());
  auto other = Engine::create(base().release("48.0.2"), host());
  REQUIRE(other);
  REQUIRE(shared.cache->clear());
  REQUIRE(shared.cache->insert({other->precompile_compatibility_hash(), made.digest, made.kind},
                               made.artifact.view, {}));
  const auto why = shared.why(base());
  CHECK(why.outcome == Outcome::miss);
  REQUIRE(why.nearest.size() == 1);
  CHECK_FALSE(why.nearest[0].described);
  CHECK(why.nearest[0].advice ==
        "it would load, but an older cwasm stored it: only its own engine finds it");
}

TEST_CASE("misses are noted with what the nearest artifact differed in") {
  Shared shared;
  shared.compile(base());
  shared.compile(base().epoch_interruption(true));
  shared.compile(base());
  const auto misses = shared.cache->misses();
  REQUIRE(error_of(misses) == "");
  REQUIRE(misses->size() == 2);
  CHECK(misses->at(0).input == "m.wasm");
  CHECK(misses->at(0).reason ==
        "the one artifact of this module is for other engines; the nearest (48.0.1, "
        "x86_64-unknown-linux-gnu, opt level speed) differs: tunable.epoch_interruption is false, "
        "not true");
  CHECK(misses->at(1).reason == "no artifact of this module is in the cache");
}

TEST_CASE("fields survive their text, whatever a custom version says") {
  const std::vector<HashedField> fields{
      {"module_version.text", "a=b\\n\nc\\"}, {"empty", ""}, {"release", "48"}};
  CHECK(cwasm::precompile::parse_fields(cwasm::precompile::fields_text(fields)) == fields);
  CHECK(cwasm::precompile::parse_fields("").empty());
  CHECK(cwasm::precompile::parse_fields("no equals sign\nrest=1") ==
        std::vector<HashedField>{{"rest", "1"}});
  CHECK(cwasm::precompile::parse_fields("cut=off\\") == std::vector<HashedField>{{"cut", "off\\"}});
}

TEST_CASE("fields are read by the names of settings") {
  const std::vector<HashedField> fields{{"release", "48.0.1"},
                                        {"shared.opt_level", "Enum(\"speed\")"},
                                        {"isa.has_avx", "Bool(true)"},
                                        {"tunable.collector", "0"},
                                        {"tunable.memory_guard_size", "65536"},
                                        {"tunable.consume_fuel", "1"}};
  std::map<std::string, std::string> read;
  for (const auto& field : cwasm::precompile::readable_fields(fields)) {
    read[field.name] = field.value;
  }
  CHECK(read == std::map<std::string, std::string>{{"release", "48.0.1"},
                                                   {"shared.opt_level", "speed"},
                                                   {"isa.has_avx", "true"},
                                                   {"tunable.collector", "drc"},
                                                   {"tunable.memory_guard_size", "65536"},
                                                   {"tunable.consume_fuel", "true"}});
}
