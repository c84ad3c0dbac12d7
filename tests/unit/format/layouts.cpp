// Every release: what is encoded is decoded again, and a version text that names no release leaves
// it to the layouts that fit, or to who asks.

#include <cwasm/artifact.hpp>
#include <cwasm/engine.hpp>

#include "releases/features.hpp"
#include "releases/operators.hpp"
#include "releases/release.hpp"
#include "releases/tunables.hpp"
#include "support/catch.hpp"
#include "support/result.hpp"
#include "unit/format/support.hpp"

#include <bit>
#include <random>

using namespace cwasm;
using cwasm::releases::FeatureEncoding;
using cwasm::releases::TunableType;
using cwasm::test::error_of;

namespace {

class Random {
public:
  /// Small and large numbers alike.
  std::uint64_t number(unsigned bits = 64) {
    return m_engine() >> (64 - bits) >> m_engine() % bits;
  }
  std::uint64_t below(std::uint64_t limit) { return m_engine() % limit; }
  bool coin() { return below(2) == 1; }
  std::string text() {
    std::string out;
    for (auto i = below(40); i > 0; --i) {
      out += coin() ? static_cast<char>(below(128)) : 'a';
    }
    return coin() ? out : out + "ü€😀";
  }

private:
  std::mt19937_64 m_engine{20260821};
};

std::vector<Flag> random_flags(Random& random) {
  std::vector<Flag> flags(random.below(40));
  for (auto& flag : flags) {
    flag.name = random.text();
    const auto kind = random.below(3);
    flag.value = kind == 0   ? FlagValue::enumerator(random.text())
                 : kind == 1 ? FlagValue::number(static_cast<std::uint8_t>(random.below(256)))
                             : FlagValue::boolean(random.coin());
  }
  return flags;
}

std::uint64_t variants(releases::Major release, TunableType type) {
  std::uint64_t count = 0;
  while (releases::find_variant(release, type, count) != nullptr) {
    ++count;
  }
  return count;
}

std::uint64_t random_tunable(releases::Major release, TunableType type, Random& random) {
  switch (type) {
  case TunableType::boolean:
    return random.below(2);
  case TunableType::u32:
    return random.number(32);
  case TunableType::u64:
  case TunableType::usize:
    return random.number();
  case TunableType::optional_nonzero_u32:
    return random.coin() ? Tunables::k_none : random.number(32) | 1U;
  case TunableType::optional_collector:
    return random.coin() ? Tunables::k_none : random.below(variants(release, type));
  case TunableType::intra_module_inlining:
  case TunableType::inlining:
  case TunableType::operator_cost:
    return random.below(variants(release, type));
  }
  return 0;
}

Metadata random_metadata(releases::Major release, Random& random) {
  Metadata metadata;
  metadata.target = random.text();
  metadata.shared_flags = random_flags(random);
  metadata.isa_flags = random_flags(random);
  for (const auto& row : releases::tunables()) {
    if (!row.majors.contains(release)) {
      continue;
    }
    const auto value = random_tunable(release, row.type, random);
    metadata.tunables.set(row.id, value);
    if (row.type == TunableType::operator_cost && value == 0) {
      metadata.tunables.operator_costs.resize(releases::operator_cost_size(release));
      for (auto& cost : metadata.tunables.operator_costs) {
        cost = static_cast<std::uint8_t>(random.below(256));
      }
    }
  }
  metadata.features.bits = random.number();
  if (releases::feature_encoding(release) == FeatureEncoding::u32_bits) {
    metadata.features.bits &= 0xffffffffU;
  } else if (releases::feature_encoding(release) == FeatureEncoding::bools) {
    metadata.features.bits &= (std::uint64_t{1} << releases::features_of(release).size()) - 1;
  }
  return metadata;
}

void check_inverse(releases::Major release, std::string_view version, const Metadata& metadata) {
  const auto section = encode_engine_section(release, version, metadata);
  REQUIRE(error_of(section) == "");
  const auto parts = split_engine_section(*section);
  REQUIRE(error_of(parts) == "");
  CHECK(*parts->version_text() == version);
  const auto decoded = decode_metadata(release, parts->metadata, parts->metadata_offset);
  REQUIRE(error_of(decoded) == "");
  CHECK(decoded->metadata == metadata);
  CHECK(decoded->trailing_bytes == 0);
  CHECK(*encode_engine_section(release, version, decoded->metadata) == *section);
  const auto cut = parts->metadata.first(parts->metadata.size() - 1);
  CHECK_FALSE(decode_metadata(release, cut).has_value());
}

Engine engine_of(const releases::Release& release, const std::string& strategy) {
  Host host;
  host.triple = *parse_triple("x86_64-unknown-linux-gnu");
  const auto config = Config().release(std::to_string(release.major)).module_version(strategy);
  const auto engine = Engine::create(config, host);
  REQUIRE(error_of(engine) == "");
  return *engine;
}

} // namespace

TEST_CASE("every release: decoding and encoding are inverse") {
  Random random;
  REQUIRE(releases::all().size() == 47);
  for (const auto& release : releases::all()) {
    INFO("release " << release.major);
    const auto engine = engine_of(release, "wasmtime");
    check_inverse(release.major, engine.version_text(), engine.metadata());
    for (int i = 0; i < 100; ++i) {
      check_inverse(release.major, random.text(), random_metadata(release.major, random));
    }
  }
}

TEST_CASE("every release: a version text that names none is read by the layouts that fit") {
  for (const auto& release : releases::all()) {
    INFO("release " << release.major);
    for (const auto* const strategy : {"none", "custom:of my own"}) {
      const auto engine = engine_of(release, strategy);
      const auto bytes = *engine.append_compiler_info(Kind::module);
      const auto artifact = read_artifact(bytes);
      REQUIRE(error_of(artifact) == "");
      CHECK(std::ranges::count(artifact->fitting, release.major) == 1);
      CHECK(std::ranges::is_sorted(artifact->fitting));
      // 49 is not published: what fits 48 as well is read as 48's.
      const auto& fitting = artifact->fitting;
      const bool of_main = fitting.back() == 49 && fitting.size() > 1;
      CHECK(artifact->release == (of_main ? fitting[fitting.size() - 2] : fitting.back()));
      for (const auto layout : fitting) {
        CHECK(releases::encoding(layout) == releases::encoding(release.major));
        CHECK(read_artifact(bytes, layout)->decoded.trailing_bytes == 0);
      }
      const auto asked = read_artifact(bytes, release.major);
      REQUIRE(error_of(asked) == "");
      CHECK(asked->release == release.major);
      CHECK(asked->fitting.empty());
      CHECK(asked->decoded.metadata == engine.metadata());
    }
    const auto named =
        read_artifact(*engine_of(release, "wasmtime").append_compiler_info(Kind::module));
    REQUIRE(error_of(named) == "");
    CHECK(named->release == release.major);
    CHECK(named->fitting.empty());
  }
}

TEST_CASE("who asks for a release is answered for that release") {
  const auto bytes =
      *engine_of(*releases::find(48), "custom:of my own").append_compiler_info(Kind::module);
  // No layout but those of 47 to 49 takes up exactly these bytes.
  CHECK(read_artifact(bytes)->fitting == std::vector<std::uint16_t>{47, 48, 49});
  CHECK_FALSE(read_artifact(bytes, 20).has_value());
  CHECK(read_artifact(bytes, 2).error().code() == ErrorCode::unsupported);
  const auto nothing =
      write_engine_object(test::artifact_header(), test::bytes_of(std::string_view("\0\2me\0", 5)));
  CHECK(error_of(read_artifact(nothing)) ==
        "the version text 'me' names no release, and the metadata at offset 0x4 of the engine "
        "section fits the layout of none (--release N reads it as that of release N)");
}
