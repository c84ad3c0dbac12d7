// Small artifacts of other releases, and one engine section with each of its bytes flipped.

#include "real/manifest.hpp"

#include "support/catch.hpp"
#include "support/result.hpp"

#include <cwasm/artifact.hpp>
#include <cwasm/engine_section.hpp>

#include <fmt/format.h>

#include <fstream>

using cwasm::test::error_of;

TEST_CASE("releases/: every artifact decodes and encodes back to its bytes") {
  if (cwasm::test::shared_missing()) {
    return;
  }
  const auto folder = *cwasm::test::shared_dir() / "artifacts" / "releases";
  const auto files = cwasm::test::unpacked("artifacts/releases/artifacts.tar.zst");
  std::size_t done = 0;
  for (const auto& item : cwasm::test::json(folder / "manifest.json")) {
    const auto name = item["file"].get<std::string>();
    INFO(name);
    const auto bytes = cwasm::test::read_file(files / "releases" / name);
    const auto artifact = cwasm::read_artifact(bytes);
    REQUIRE(error_of(artifact) == "");
    CHECK(artifact->version == item["engine_version"].get<std::string>());
    CHECK(artifact->decoded.trailing_bytes == 0);
    const auto rules =
        artifact->release <= 42 ? cwasm::ElfRules::until_42 : cwasm::ElfRules::since_43;
    const auto section = cwasm::find_engine_section(bytes, rules);
    REQUIRE(error_of(section) == "");
    const auto encoded = cwasm::encode_engine_section(artifact->release, artifact->version,
                                                      artifact->decoded.metadata);
    REQUIRE(error_of(encoded) == "");
    CHECK(std::ranges::equal(*encoded, section->content));
    ++done;
  }
  fmt::print("releases: {} artifacts\n", done);
}

TEST_CASE("dprint 0.57.4: each flipped byte is accepted or refused as by its loader") {
  if (cwasm::test::shared_missing()) {
    return;
  }
  const auto folder = *cwasm::test::shared_dir() / "artifacts" / "releases";
  const auto files = cwasm::test::unpacked("artifacts/releases/artifacts.tar.zst");
  auto bytes = cwasm::test::read_file(files / "releases" / "dprint-0.57.4-shell.cwasm");
  // What the program configures, as its artifact shows.
  cwasm::Config config;
  config.release("43")
      .wasm_feature("gc_types", false)
      .wasm_feature("threads", false)
      .wasm_feature("component_model", false)
      .set("concurrency_support", "false");
  auto host = cwasm::test::verdict_host();
  const auto manifest = cwasm::test::json(folder.parent_path() / "wasmtime-48" / "manifest.json");
  config.set("host_features", cwasm::test::joined(manifest["machine_cpu_features"]));
  const auto engine = cwasm::Engine::create(config, host);
  REQUIRE(error_of(engine) == "");
  REQUIRE(engine->check(bytes)->mismatches.empty());

  std::ifstream rows(folder / "dprint-0.57.4-shell-bytewise.tsv");
  std::size_t asked = 0;
  for (std::string row; std::getline(rows, row);) {
    const auto first = row.find('\t');
    const auto second = row.find('\t', first + 1);
    const auto offset = std::stoul(row.substr(0, first), nullptr, 16);
    const auto to = std::stoul(row.substr(first + 5, 2), nullptr, 16);
    auto expected = row.substr(second + 1);
    const auto before = std::exchange(bytes.at(offset), static_cast<std::byte>(to));
    const auto verdict = engine->check(bytes, cwasm::Kind::module);
    bytes.at(offset) = before;
    ++asked;
    INFO(row);
    const bool accepted = verdict && verdict->compatible();
    CHECK(accepted == (expected == "ACCEPTED"));
    if (verdict && !accepted) {
      CHECK(verdict->mismatches.front().message() == expected);
    }
  }
  fmt::print("dprint: {} flipped bytes\n", asked);
  CHECK(asked == 1036);
}

TEST_CASE("the structure of real artifacts is beyond reproach on their own systems") {
  if (cwasm::test::shared_missing()) {
    return;
  }
  std::size_t looked_at = 0;
  // 0: the one that the version text names.
  const std::pair<const char*, std::uint16_t> folders[] = {
      {"wasmtime-48", 48}, {"wasmtime-36", 36}, {"releases", 0}};
  for (const auto& [folder, release] : folders) {
    const auto files =
        cwasm::test::unpacked(std::filesystem::path("artifacts") / folder / "artifacts.tar.zst");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(files)) {
      if (entry.path().extension() != ".cwasm") {
        continue;
      }
      INFO(entry.path().filename().string());
      const auto bytes = cwasm::test::read_file(entry.path());
      const auto artifact = cwasm::read_artifact(bytes, release);
      REQUIRE(error_of(artifact) == "");
      const auto host = cwasm::parse_triple(artifact->decoded.metadata.target);
      CHECK(cwasm::structure_complaints(bytes, artifact->release, *host) ==
            std::vector<std::string>{});
      ++looked_at;
    }
  }
  fmt::print("structure: {} artifacts\n", looked_at);
  CHECK(looked_at > 100);
}
