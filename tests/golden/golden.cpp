// Engine sections of real artifacts, kept as text, so that a checkout proves on its own that we
// read and write what Wasmtime writes.

#include "releases/flags.hpp"
#include "support/catch.hpp"
#include "support/result.hpp"
#include "util/hex.hpp"

#include <cwasm/elf.hpp>
#include <cwasm/engine.hpp>
#include <cwasm/engine_section.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace {

using cwasm::Engine;
using cwasm::test::error_of;

/// A file: what wrote the section, of what configuration on what host, and its bytes.
struct Golden {
  std::string name;
  std::map<std::string, std::string> header; ///< kind, release, host, features, settings
  std::vector<std::byte> section;
};

Golden read_golden(const std::filesystem::path& path) {
  Golden golden{path.stem().string(), {}, {}};
  std::string digits;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("# ")) {
      digits += line;
    } else if (const auto colon = line.find(": "); colon != std::string::npos) {
      golden.header[line.substr(2, colon - 2)] = line.substr(colon + 2);
    }
  }
  golden.section = cwasm::util::from_hex(digits).value();
  return golden;
}

std::vector<Golden> all_golden() {
  std::vector<Golden> out;
  const std::filesystem::path folder(CWASM_SOURCE_DIR "/tests/golden");
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".hex") {
      out.push_back(read_golden(entry.path()));
    }
  }
  return out;
}

cwasm::Config config_of(const Golden& golden) {
  cwasm::Config config;
  config.release(golden.header.at("release"));
  std::istringstream settings(golden.header.at("settings"));
  for (std::string setting; settings >> setting;) {
    const auto equals = setting.find('=');
    config.set(setting.substr(0, equals), setting.substr(equals + 1));
  }
  return config;
}

cwasm::Host host_of(const Golden& golden) {
  cwasm::Host host;
  host.triple = *cwasm::parse_triple(golden.header.at("host"));
  host.features = *cwasm::HostFeatures::parse(golden.header.at("features"));
  return host;
}

// The machine that the artifact was compiled for, with what its flags need.
cwasm::Host host_with_flags(std::uint16_t release, const cwasm::Metadata& metadata) {
  cwasm::Host host;
  host.triple = *cwasm::parse_triple(metadata.target);
  const auto family = cwasm::releases::isa_family(host.triple);
  std::set<std::string, std::less<>> names;
  for (const auto& flag : metadata.isa_flags) {
    const auto* const rule = cwasm::releases::find_isa_rule(release, family, flag.name);
    if (flag.value.is_bool(true) && rule != nullptr && !rule->host_feature.empty()) {
      names.emplace(rule->host_feature);
    }
  }
  host.features = cwasm::HostFeatures(names);
  return host;
}

cwasm::Metadata decoded(const Golden& golden, std::uint16_t release) {
  const auto parts = cwasm::split_engine_section(golden.section);
  REQUIRE(error_of(parts) == "");
  const auto metadata = cwasm::decode_metadata(release, parts->metadata, parts->metadata_offset);
  REQUIRE(error_of(metadata) == "");
  CHECK(metadata->trailing_bytes == 0);
  const auto encoded =
      cwasm::encode_engine_section(release, *parts->version_text(), metadata->metadata);
  REQUIRE(error_of(encoded) == "");
  CHECK(*encoded == golden.section);
  return metadata->metadata;
}

} // namespace

TEST_CASE("golden engine sections are read and written to the byte") {
  std::set<std::uint16_t> releases;
  for (const auto& golden : all_golden()) {
    INFO(golden.name);
    const auto release =
        Engine::create(cwasm::Config().release(golden.header.at("release")), host_of(golden))
            ->release();
    decoded(golden, release);
    releases.insert(release);
  }
  CHECK(releases ==
        std::set<std::uint16_t>{9, 16, 17, 23, 26, 29, 30, 31, 35, 36, 37, 41, 42, 43, 48});
}

TEST_CASE("golden engine sections are derived to the byte from config and host") {
  for (const auto& golden : all_golden()) {
    INFO(golden.name);
    const auto engine = Engine::create(config_of(golden), host_of(golden));
    REQUIRE(error_of(engine) == "");
    CHECK(decoded(golden, engine->release()) == engine->metadata());
    CHECK(std::ranges::equal(engine->engine_section(), golden.section));
  }
}

TEST_CASE("golden engine sections fit their engine on a host with their flags") {
  for (const auto& golden : all_golden()) {
    INFO(golden.name);
    const auto release = Engine::create(config_of(golden), host_of(golden))->release();
    const auto metadata = decoded(golden, release);
    const auto engine = Engine::create(config_of(golden), host_with_flags(release, metadata));
    REQUIRE(error_of(engine) == "");
    CHECK(engine->check_compatible(metadata).compatible());
    const auto kind =
        golden.header.at("kind") == "module" ? cwasm::Kind::module : cwasm::Kind::component;
    const auto header = cwasm::read_elf_header(*engine->append_compiler_info(kind));
    const auto verdict = engine->check(cwasm::write_engine_object(*header, golden.section), kind);
    REQUIRE(error_of(verdict) == "");
    CHECK(verdict->compatible());
  }
}
