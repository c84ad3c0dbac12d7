#include <cwasm/survey.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"
#include "util/temporary_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

using namespace cwasm;
using cwasm::test::error_of;

namespace {

namespace fs = std::filesystem;

Engine engine_of(const Config& config) {
  Host host;
  host.triple = *parse_triple("x86_64-unknown-linux-gnu");
  auto engine = Engine::create(config, host);
  REQUIRE(error_of(engine) == "");
  return *engine;
}

const Engine& plain() {
  static const auto s_engine = engine_of({});
  return s_engine;
}

struct Folder {
  util::TemporaryDirectory directory = *util::TemporaryDirectory::create();
  std::vector<fs::path> root{directory.path()};

  void write(const std::string& name, std::span<const std::byte> content) const {
    const auto path = root.front() / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(content.data()),
               static_cast<std::streamsize>(content.size()));
  }
  void write(const std::string& name, const Engine& engine) const {
    const auto content = engine.append_compiler_info(Kind::module);
    REQUIRE(error_of(content) == "");
    write(name, *content);
  }
};

std::vector<Surveyed> all(const Folder& folder, std::span<const Engine> engines,
                          const SurveyOptions& options = {}) {
  std::vector<Surveyed> out;
  const auto count =
      survey(folder.root, engines, options, [&](Surveyed& file) { out.push_back(file); });
  CHECK(count == out.size());
  return out;
}

} // namespace

TEST_CASE("each file against each engine") {
  const Folder folder;
  const auto fuel = engine_of(Config().consume_fuel(true));
  folder.write("a.cwasm", plain());
  folder.write("b.cwasm", fuel);
  folder.write("c.cwasm", std::vector<std::byte>(9));
  const std::vector engines{plain(), fuel};
  const auto files = all(folder, engines);
  REQUIRE(files.size() == 3);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(files[i].glance.kind == Kind::module);
    CHECK(files[i].glance.release == "48");
    for (std::size_t k = 0; k < 2; ++k) {
      REQUIRE(error_of(files[i].verdicts.at(k).verdict) == "");
      CHECK(files[i].verdicts.at(k).verdict->compatible() == (i == k));
      CHECK(files[i].verdicts.at(k).structure ==
            std::vector<std::string>{"missing `.wasmtime.bti` section"});
    }
  }
  CHECK(files[2].glance.kind == std::nullopt);
  for (const auto& [verdict, structure] : files[2].verdicts) {
    CHECK(verdict.error().code() == ErrorCode::malformed);
    CHECK(error_of(verdict).starts_with(files[2].path + ": failed to parse precompiled artifact"));
    CHECK(structure.empty());
  }
}

TEST_CASE("what a file leaves behind is not told of the next") {
  const Folder folder;
  folder.write("a.cwasm", engine_of(Config().consume_fuel(true)));
  folder.write("b.cwasm", std::vector<std::byte>(9));
  folder.write("c.cwasm", plain());
  SurveyOptions options;
  options.threads = 1;
  const auto files = all(folder, std::span(&plain(), 1), options);
  REQUIRE(files.size() == 3);
  CHECK_FALSE(files[0].verdicts[0].verdict->compatible());
  CHECK(files[1].glance.release == std::nullopt);
  CHECK(files[2].verdicts[0].verdict->compatible());
}

TEST_CASE("structure and kind are as asked for") {
  const Folder folder;
  folder.write("a.cwasm", plain());
  SurveyOptions options;
  options.structure = false;
  options.kind = Kind::component;
  const auto files = all(folder, std::span(&plain(), 1), options);
  REQUIRE(files.size() == 1);
  CHECK(files[0].verdicts[0].structure.empty());
  CHECK_FALSE(files[0].verdicts[0].verdict->compatible());
}

TEST_CASE("the order and the count are the same with any number of threads") {
  const Folder folder;
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) {
    names.push_back(fmt::format("{}/{:04}.cwasm", i / 300, i));
    folder.write(names.back(), plain());
  }
  for (const unsigned threads : {0U, 1U, 2U, 7U}) {
    SurveyOptions options;
    options.threads = threads;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> progress;
    options.progress = [&](auto done, auto found) { progress.emplace_back(done, found); };
    const auto files = all(folder, std::span(&plain(), 1), options);
    REQUIRE(files.size() == names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      REQUIRE(files[i].path == (folder.root.front() / names[i]).native());
      REQUIRE(files[i].verdicts.front().verdict->compatible());
    }
    REQUIRE(!progress.empty());
    CHECK(progress.back() == std::pair<std::uint64_t, std::uint64_t>(1000, 1000));
    CHECK(std::is_sorted(progress.begin(), progress.end()));
  }
}

TEST_CASE("what the sink throws ends the survey") {
  const Folder folder;
  for (int i = 0; i < 1000; ++i) {
    folder.write(fmt::format("{:04}.cwasm", i), {});
  }
  int calls = 0;
  const auto stop = [&](Surveyed&) {
    if (++calls == 400) {
      throw std::runtime_error("enough");
    }
  };
  CHECK_THROWS_AS(survey(folder.root, std::span(&plain(), 1), {}, stop), std::runtime_error);
  CHECK(calls == 400);
}

TEST_CASE("nothing named, nothing found") {
  CHECK(survey({}, std::span(&plain(), 1), {}, [](Surveyed&) { FAIL(); }) == 0);
  const Folder folder;
  CHECK(all(folder, std::span(&plain(), 1)).empty());
}
