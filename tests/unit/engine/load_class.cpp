// The load class against the checker: for every release, every setting changed alone.

#include <cwasm/engine.hpp>
#include <cwasm/engine_settings.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace {

using cwasm::Config;
using cwasm::Engine;
using cwasm::Kind;
using cwasm::Mismatch;
using cwasm::SettingGroup;
using cwasm::SettingInfo;

constexpr std::uint16_t k_first_with_subsets = 37;

cwasm::Host host() {
  cwasm::Host out;
  out.triple = *cwasm::parse_triple("x86_64-unknown-linux-gnu");
  out.features = cwasm::HostFeatures({"sse3", "ssse3", "sse4.1", "sse4.2", "popcnt"});
  return out;
}

Engine engine_of(const Config& config) {
  auto engine = Engine::create(config, host());
  REQUIRE(cwasm::test::error_of(engine) == "");
  return *engine;
}

bool same_class(const Engine& a, const Engine& b) {
  return a.load_requirements().load_class == b.load_requirements().load_class;
}

cwasm::Verdict check(const Engine& engine, const Engine& writer) {
  const auto artifact = writer.append_compiler_info(Kind::module);
  REQUIRE(cwasm::test::error_of(artifact) == "");
  auto verdict = engine.check(*artifact, Kind::module);
  REQUIRE(cwasm::test::error_of(verdict) == "");
  return *verdict;
}

/// What the checker may still have against an artifact of the same class.
bool is_left_to_the_checker(std::uint16_t release, const Mismatch& mismatch) {
  const auto aspect = mismatch.aspect();
  return aspect == "isa_flags" || aspect == "shared_flags" ||
         (release >= k_first_with_subsets &&
          (aspect == "features" || mismatch.reason() == Mismatch::Reason::collector));
}

std::vector<std::string> other_values(const SettingInfo& setting) {
  if (setting.type == "boolean") {
    return {"true", "false"};
  }
  if (setting.type == "number") {
    return {"0", "1", "4", "65536", "1048576", "8589934592"};
  }
  return setting.choices;
}

Config with(std::uint16_t release, const SettingInfo& setting, const std::string& value) {
  Config config;
  config.release(std::to_string(release));
  if (setting.group == SettingGroup::cranelift || setting.group == SettingGroup::isa) {
    return config.cranelift_flag_set(setting.name, value);
  }
  return config.set(setting.name, value);
}

/// Whether only the caller relies on it.
bool is_relied_upon(const SettingInfo& setting) {
  const auto& name = setting.name;
  return name.find("spectre_mitigation") != std::string::npos ||
         name.find("nan_canonicalization") != std::string::npos;
}

void check_pair(const Engine& base, const Engine& other, bool relied_upon) {
  const auto here = check(base, other);
  const auto there = check(other, base);
  if (same_class(base, other)) {
    for (const auto* const verdict : {&here, &there}) {
      for (const auto& mismatch : verdict->mismatches) {
        INFO(mismatch.message());
        CHECK(is_left_to_the_checker(base.release(), mismatch));
      }
    }
  } else if (!relied_upon) {
    CHECK_FALSE(here.compatible());
    CHECK_FALSE(there.compatible());
  }
}

} // namespace

TEST_CASE("of another class nothing loads, and in a class only allowed things are in the way") {
  std::size_t in_class = 0;
  std::size_t out_of_class = 0;
  for (std::uint16_t release = 3; release <= 49; ++release) {
    const auto text = std::to_string(release);
    const auto settings = cwasm::describe_settings(text, host().triple);
    REQUIRE(cwasm::test::error_of(settings) == "");
    const auto base = engine_of(Config().release(text));
    for (const auto& setting : *settings) {
      for (const auto& value : other_values(setting)) {
        const auto other = Engine::create(with(release, setting, value), host());
        if (!other) {
          continue; // not every value is allowed alone
        }
        INFO(release << " " << setting.name << "=" << value);
        check_pair(base, *other, is_relied_upon(setting));
        ++(same_class(base, *other) ? in_class : out_of_class);
      }
    }
  }
  CHECK(in_class > 1000);
  CHECK(out_of_class > 500);
}

TEST_CASE("what an engine's class is made of") {
  const auto base = engine_of(Config().release("48.0.1"));
  const auto is_in_class = [&](const char* name, const char* value) {
    INFO(name << "=" << value);
    return same_class(base, engine_of(Config().release("48.0.1").set(name, value)));
  };
  CHECK(is_in_class("release", "48"));
  CHECK(is_in_class("release", "48.0.2"));
  CHECK(is_in_class("target", "x86_64-unknown-linux-musl"));
  CHECK(is_in_class("cranelift_opt_level", "none"));
  CHECK(is_in_class("wasm_threads", "false"));
  CHECK(is_in_class("cranelift_flag_enable", "has_avx"));
  CHECK(is_in_class("operator_cost", "Call:9"));
  CHECK(is_in_class("collector", "null"));
  CHECK(is_in_class("module_version", "custom:48"));
  CHECK_FALSE(is_in_class("release", "47"));
  CHECK_FALSE(is_in_class("target", "aarch64-unknown-linux-gnu"));
  CHECK_FALSE(is_in_class("target", "x86_64-apple-darwin"));
  CHECK_FALSE(is_in_class("module_version", "custom:mine"));
  CHECK_FALSE(is_in_class("module_version", "none"));
  CHECK_FALSE(is_in_class("consume_fuel", "true"));
  CHECK_FALSE(is_in_class("memory_guard_size", "0"));
  CHECK_FALSE(is_in_class("cranelift_nan_canonicalization", "true"));
}

TEST_CASE("up to 37 a patch release is a class of its own, up to 36 so are features") {
  const auto same = [](const Config& a, const Config& b) {
    return same_class(engine_of(a), engine_of(b));
  };
  CHECK_FALSE(same(Config().release("36.0.1"), Config().release("36.0.2")));
  CHECK_FALSE(same(Config().release("37.0.1"), Config().release("37.0.2")));
  CHECK(same(Config().release("38.0.1"), Config().release("38.0.2")));
  for (const auto* const release : {"30", "36", "37"}) {
    INFO(release);
    const auto base = Config().release(release);
    CHECK(same(base, Config(base).wasm_feature("simd", true)));
    CHECK(same(base, Config(base).wasm_feature("relaxed_simd", false)) ==
          (std::string(release) == "37"));
  }
}

TEST_CASE("costs of operators tell classes apart where fuel is counted") {
  const auto plain = engine_of(Config().consume_fuel(true));
  const auto costly = engine_of(Config().consume_fuel(true).set("operator_cost", "Call:9"));
  CHECK_FALSE(same_class(plain, costly));
  CHECK_FALSE(check(plain, costly).compatible());
}

TEST_CASE("how well an artifact is made is a rank and a number of flags") {
  const auto requirements = [](const Config& config) {
    return engine_of(config).load_requirements();
  };
  const auto base = Config().target("x86_64-unknown-linux-gnu");
  CHECK(requirements(Config(base).cranelift_opt_level("none")).opt_rank == 0);
  CHECK(requirements(Config(base).cranelift_opt_level("speed")).opt_rank == 1);
  CHECK(requirements(Config(base).cranelift_opt_level("speed_and_size")).opt_rank == 2);
  CHECK(
      requirements(base).cpu_flags + 2 ==
      requirements(Config(base).cranelift_flag_enable("has_avx").cranelift_flag_enable("has_avx2"))
          .cpu_flags);
}
