#include "real/manifest.hpp"

#include "support/catch.hpp"
#include "support/result.hpp"

#include <cwasm/elf.hpp>
#include <cwasm/engine_section.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <map>

namespace {

using cwasm::Engine;
using cwasm::Kind;
using nlohmann::json;

struct Set {
  std::string folder;
  std::string release;
};

/// The verdict as the manifest has it: OK, or the first mismatch's text; an error's text.
struct Answer {
  bool accepted = false;
  bool decoded = true;
  std::string text;
};

Answer ask(const Engine& engine, std::span<const std::byte> artifact, Kind kind) {
  const auto verdict = engine.check(artifact, kind);
  if (!verdict) {
    return {false, false, verdict.error().message()};
  }
  if (verdict->compatible()) {
    return {true, true, "OK"};
  }
  return {false, true, verdict->mismatches.front().message()};
}

Kind kind_of(const std::string& text) {
  return text == "component" || text == "c" ? Kind::component : Kind::module;
}

std::map<std::string, Engine> engines(const json& hosts, const std::string& release,
                                      const std::string& features) {
  std::map<std::string, Engine> out;
  for (const auto& [name, settings] : hosts.items()) {
    auto engine = Engine::create(cwasm::test::config_of(settings, release, features),
                                 cwasm::test::verdict_host());
    INFO(name);
    REQUIRE(cwasm::test::error_of(engine) == "");
    out.emplace(name, *engine);
  }
  return out;
}

// The manifests have line breaks of a message written out.
std::string written_out(std::string text) {
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) {
    text.replace(at, 1, "\\n");
  }
  return text;
}

// Where the metadata decodes, the text is the loader's to the letter; where it does not, ours
// begins with it and goes on with what was read and where.
bool agrees(const Answer& answer, const std::string& expected) {
  const auto text = written_out(answer.text);
  return answer.accepted == (expected == "OK") &&
         (answer.decoded ? text == expected : text.starts_with(expected));
}

void check_matrix(const Set& set) {
  if (cwasm::test::shared_missing()) {
    return;
  }
  const auto shared = cwasm::test::shared_dir();
  const auto manifest = cwasm::test::json(*shared / "artifacts" / set.folder / "manifest.json");
  const auto files = cwasm::test::unpacked("artifacts/" + set.folder + "/artifacts.tar.zst");
  const auto features = cwasm::test::joined(manifest["machine_cpu_features"]);
  auto hosts = engines(manifest["hosts"], set.release, features);
  hosts.merge(
      engines({{"v48-default", json::array()}, {"v48-version-none", {"module_version=none"}}},
              "48.0.0", features));
  std::size_t asked = 0;
  for (const auto& artifact : manifest["artifacts"]) {
    const auto bytes = cwasm::test::read_file(files / artifact["file"].get<std::string>());
    const auto kind = kind_of(artifact["kind"]);
    for (const auto& [host, expected] : artifact["verdicts"].items()) {
      const auto answer = ask(hosts.at(host), bytes, kind);
      ++asked;
      if (!agrees(answer, expected.get<std::string>())) {
        UNSCOPED_INFO(artifact["name"].get<std::string>() << " on " << host);
        CHECK(answer.text == expected.get<std::string>());
      }
    }
    const auto other = kind == Kind::module ? Kind::component : Kind::module;
    CHECK(ask(hosts.at("default"), bytes, other).text ==
          artifact.value("as_other_kind", "incompatible object file format"));
  }
  fmt::print("{}: {} verdicts asked\n", set.folder, asked);
  REQUIRE(asked > 1000);
}

void check_sections(const Set& set) {
  if (cwasm::test::shared_missing()) {
    return;
  }
  const auto shared = cwasm::test::shared_dir();
  const auto manifest = cwasm::test::json(*shared / "artifacts" / set.folder / "manifest.json");
  const auto files = cwasm::test::unpacked("artifacts/" + set.folder + "/artifacts.tar.zst");
  const auto features = cwasm::test::joined(manifest["machine_cpu_features"]);
  std::size_t equal = 0;
  for (const auto& artifact : manifest["artifacts"]) {
    const auto name = artifact["name"].get<std::string>();
    INFO(name);
    const auto bytes = cwasm::test::read_file(files / artifact["file"].get<std::string>());
    const auto section = cwasm::find_engine_section(bytes, cwasm::ElfRules::since_43);
    REQUIRE(section);
    const auto engine =
        Engine::create(cwasm::test::config_of(artifact["config"], set.release, features),
                       cwasm::test::verdict_host());
    REQUIRE(cwasm::test::error_of(engine) == "");
    const auto parts = cwasm::split_engine_section(section->content);
    REQUIRE(parts);
    const auto decoded =
        cwasm::decode_metadata(engine->release(), parts->metadata, parts->metadata_offset);
    REQUIRE(cwasm::test::error_of(decoded) == "");
    CHECK(decoded->trailing_bytes == 0);
    CHECK(engine->check_compatible(decoded->metadata).mismatches ==
          engine->check_compatible(engine->metadata()).mismatches);
    const auto written = engine->engine_section();
    const bool same = std::equal(written.begin(), written.end(), section->content.begin(),
                                 section->content.end());
    CHECK(decoded->metadata == engine->metadata());
    CHECK(same);
    equal += same ? 1U : 0U;
  }
  fmt::print("{}: {} of {} engine sections derived byte for byte\n", set.folder, equal,
             manifest["artifacts"].size());
}

} // namespace

TEST_CASE("wasmtime-48: every verdict is the real loader's") {
  check_matrix({"wasmtime-48", "48.0.0"});
}

TEST_CASE("wasmtime-36: every verdict is the real loader's") {
  check_matrix({"wasmtime-36", "36.0.0"});
}

TEST_CASE("wasmtime-48: every engine section is derived byte for byte from its config") {
  check_sections({"wasmtime-48", "48.0.0"});
}

TEST_CASE("wasmtime-36: every engine section is derived byte for byte from its config") {
  check_sections({"wasmtime-36", "36.0.0"});
}

TEST_CASE("wasmtime-48: damaged artifacts are accepted and refused as by the real loader") {
  if (cwasm::test::shared_missing()) {
    return;
  }
  const auto shared = cwasm::test::shared_dir();
  const auto folder = *shared / "artifacts" / "wasmtime-48";
  const auto manifest = cwasm::test::json(folder / "manifest.json");
  const auto corrupt = cwasm::test::json(folder / "corrupt.json.zst");
  const auto files = cwasm::test::unpacked("artifacts/wasmtime-48/corrupt.tar.zst");
  const auto hosts =
      engines(corrupt["hosts"], "48.0.0", cwasm::test::joined(manifest["machine_cpu_features"]));
  std::size_t asked = 0;
  std::size_t same_text = 0;
  for (const auto& variant : corrupt["variants"]) {
    const auto bytes = cwasm::test::read_file(files / variant["file"].get<std::string>());
    const auto kind = kind_of(variant["kind"]);
    for (const auto& [host, expected] : variant["verdicts"].items()) {
      const auto answer = ask(hosts.at(host), bytes, kind);
      const auto text = expected.get<std::string>();
      ++asked;
      same_text += written_out(answer.text) == text ? 1U : 0U;
      if (!agrees(answer, text)) {
        UNSCOPED_INFO(variant["desc"].get<std::string>() << " on " << host);
        CHECK(answer.text == text);
      }
    }
  }
  fmt::print("wasmtime-48: {} answers on {} damaged artifacts, {} equal to the letter\n", asked,
             corrupt["variants"].size(), same_text);
}
