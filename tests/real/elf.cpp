// The ELF reader and detection against real artifacts and the real loader's answers.

#include <cwasm/detect.hpp>
#include <cwasm/elf.hpp>

#include "support/catch.hpp"
#include "support/shared.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <string>
#include <string_view>

using namespace cwasm;

namespace {

namespace fs = std::filesystem;

std::string detected_name(const std::optional<Kind>& kind) {
  if (!kind) {
    return "None";
  }
  return *kind == Kind::module ? "Module" : "Component";
}

constexpr std::string_view k_wrong_kind = "incompatible object file format";

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(), [text](std::string_view beginning) {
    return text.substr(0, beginning.size()) == beginning;
  });
}

/// The loader's words, when it refused before it looked into the engine section; else nothing.
std::string refusal_of_elf(const std::string& verdict) {
  const bool refused = starts_with_any(
      verdict, {"failed to parse precompiled artifact as an ELF",
                "failed to parse header endianness", "failed to parse section headers",
                "failed to parse strings table", "failed to parse sections table", "Invalid ELF ",
                "failed to find section `.wasmtime.engine`", k_wrong_kind});
  return refused ? verdict : std::string();
}

/// The same for our reader.
std::string our_refusal(std::span<const std::byte> bytes, std::uint32_t kind_flag) {
  const auto header = read_elf_header(bytes);
  if (!header) {
    return header.error().message();
  }
  if ((header->flags & kind_flag) == 0) {
    return std::string(k_wrong_kind);
  }
  const auto section = find_engine_section(bytes, ElfRules::since_43);
  return section ? std::string() : section.error().message();
}

std::vector<fs::path> artifacts_below(const fs::path& directory) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.path().extension() == ".cwasm") {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Whether detection, both readings and the engine section's header are as in every real artifact.
void check_real_artifact(const fs::path& path) {
  INFO(path.filename().string());
  const auto bytes = test::read_file(path);
  const auto file = read_elf(bytes);
  REQUIRE(file.has_value());
  CHECK(file->header.os_abi == k_elfosabi_wasmtime);
  const auto section =
      std::find_if(file->sections.begin(), file->sections.end(),
                   [](const ElfSection& s) { return s.name == k_engine_section_name; });
  REQUIRE(section != file->sections.end());
  CHECK(section->type == 1);
  CHECK(section->flags == 2);
  CHECK(section->alignment == 1);
  for (const auto rules : {ElfRules::until_42, ElfRules::since_43}) {
    const auto header = read_elf_header(bytes, rules);
    REQUIRE(header.has_value());
    CHECK(*header == file->header);
    const auto engine = find_engine_section(bytes, rules);
    REQUIRE(engine.has_value());
    CHECK(engine->offset == section->offset);
    CHECK(engine->content.size() == section->size);
    CHECK(engine->content[0] == std::byte{0});
  }
  for (const auto& each : file->sections) {
    CHECK(section_content(bytes, each).has_value());
  }
  const auto kind = detect_precompiled(bytes);
  CHECK(kind.has_value());
  const auto kind_of_file = detect_precompiled_file(path);
  REQUIRE(kind_of_file.has_value());
  CHECK(*kind_of_file == kind);
}

} // namespace

TEST_CASE("a damaged file is refused where and as the real loader refuses it") {
  if (test::shared_missing()) {
    return;
  }
  const auto directory = test::unpacked("artifacts/wasmtime-48/corrupt.tar.zst");
  const auto document = test::json(*test::shared_dir() / "artifacts/wasmtime-48/corrupt.json.zst");
  std::size_t count = 0;
  std::size_t refused = 0;
  for (const auto& variant : document.at("variants")) {
    const auto file = variant.at("file").get<std::string>();
    const bool component = variant.at("kind").get<std::string>() == "c";
    const std::array flags{component ? k_ef_wasmtime_component : k_ef_wasmtime_module,
                           component ? k_ef_wasmtime_module : k_ef_wasmtime_component};
    const std::array verdicts{variant.at("verdicts").at("default").get<std::string>(),
                              variant.at("as_other_kind").get<std::string>()};
    const auto bytes = test::read_file(directory / file);
    for (std::size_t i = 0; i < flags.size(); ++i) {
      const auto expected = refusal_of_elf(verdicts.at(i));
      const auto ours = our_refusal(bytes, flags.at(i));
      INFO(file << ": " << variant.at("desc").get<std::string>());
      CHECK(ours.empty() == expected.empty());
      CHECK(ours.substr(0, expected.size()) == expected);
      refused += expected.empty() ? 0U : 1U;
    }
    ++count;
  }
  CHECK(count == 1691);
  std::cout << count << " damaged files, " << refused << " of " << 2 * count
            << " loads refused for the ELF file\n";
}

TEST_CASE("detection answers as the real one for every damaged file") {
  if (test::shared_missing()) {
    return;
  }
  const auto directory = test::unpacked("artifacts/wasmtime-48/corrupt.tar.zst");
  const auto document = test::json(*test::shared_dir() / "artifacts/wasmtime-48/corrupt.json.zst");
  std::map<std::string, std::size_t> answers;
  for (const auto& variant : document.at("variants")) {
    const auto path = directory / variant.at("file").get<std::string>();
    const auto expected = variant.at("detect").get<std::string>();
    INFO(variant.at("desc").get<std::string>());
    CHECK(detected_name(detect_precompiled(test::read_file(path))) == expected);
    const auto of_file = detect_precompiled_file(path);
    REQUIRE(of_file.has_value());
    CHECK(detected_name(*of_file) == expected);
    ++answers[expected];
  }
  for (const auto& [answer, count] : answers) {
    std::cout << count << " detected as " << answer << '\n';
  }
}

TEST_CASE("every artifact of Wasmtime 48 is read, and detected as the real one does") {
  if (test::shared_missing()) {
    return;
  }
  const auto directory = test::unpacked("artifacts/wasmtime-48/artifacts.tar.zst");
  const auto manifest = test::json(*test::shared_dir() / "artifacts/wasmtime-48/manifest.json");
  std::size_t count = 0;
  for (const auto& artifact : manifest.at("artifacts")) {
    const auto path = directory / artifact.at("file").get<std::string>();
    check_real_artifact(path);
    CHECK(detected_name(detect_precompiled(test::read_file(path))) ==
          artifact.at("detect_bytes").get<std::string>());
    ++count;
  }
  CHECK(count == 143);
}

TEST_CASE("every artifact of other releases is read") {
  if (test::shared_missing()) {
    return;
  }
  const auto of_36 = artifacts_below(test::unpacked("artifacts/wasmtime-36/artifacts.tar.zst"));
  CHECK(of_36.size() == 202);
  const auto others = artifacts_below(test::unpacked("artifacts/releases/artifacts.tar.zst"));
  CHECK(others.size() >= 20);
  for (const auto& path : of_36) {
    check_real_artifact(path);
  }
  for (const auto& path : others) {
    check_real_artifact(path);
  }
}

TEST_CASE("an engine section can be moved from a real artifact to a new object") {
  if (test::shared_missing()) {
    return;
  }
  const auto directory = test::unpacked("artifacts/wasmtime-48/artifacts.tar.zst");
  for (const auto& path : artifacts_below(directory)) {
    INFO(path.filename().string());
    const auto bytes = test::read_file(path);
    const auto header = read_elf_header(bytes);
    const auto engine = find_engine_section(bytes, ElfRules::since_43);
    REQUIRE(header.has_value());
    REQUIRE(engine.has_value());
    const auto object = write_engine_object(*header, engine->content);
    const auto header_again = read_elf_header(object, ElfRules::until_42);
    const auto engine_again = find_engine_section(object, ElfRules::since_43);
    REQUIRE(header_again.has_value());
    REQUIRE(engine_again.has_value());
    CHECK(*header_again == *header);
    CHECK(std::equal(engine->content.begin(), engine->content.end(), engine_again->content.begin(),
                     engine_again->content.end()));
    CHECK(detect_precompiled(object) == detect_precompiled(bytes));
    CHECK_FALSE(append_engine_section(bytes, engine->content).has_value());
  }
}
