#include "support/catch.hpp"
#include "support/result.hpp"
#include "support/script.hpp"
#include "util/temporary_directory.hpp"

#include <cwasm/compiler.hpp>

#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

using cwasm::CommandCompilerOptions;
using cwasm::make_command_compiler;
using cwasm::test::error_of;
using cwasm::test::write_script;
using cwasm::util::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

/// A wasmtime that counts how often it runs, and a memory.
struct Place {
  TemporaryDirectory directory = *TemporaryDirectory::create();
  fs::path bin = directory.path() / "bin";
  fs::path memory = directory.path() / "memory";

  Place() {
    fs::create_directory(bin);
    install("wasmtime", "48.0.1");
  }

  /// A program of this name that says it is of this version.
  fs::path install(const std::string& name, const std::string& version) const {
    const auto program = bin / name;
    fs::remove(program);
    fs::copy_file(CWASM_TEST_PROGRAM, program);
    write_script(bin, name + ".sh", script(version));
    return program;
  }

  std::string script(const std::string& version) const {
    return "echo run >>'" + (directory.path() / "runs").string() + "'; echo wasmtime " + version;
  }

  /// What a compiler of a new process would say, without a word when it does not know.
  std::string version(const std::string& program) const {
    CommandCompilerOptions options;
    options.command = {program, "compile"};
    options.version_directory = memory;
    const auto compiler = make_command_compiler(options);
    REQUIRE(error_of(compiler) == "");
    const auto told = (*compiler)->version();
    REQUIRE(error_of(told) == "");
    return told->value_or("");
  }
  std::string version() const { return version((bin / "wasmtime").string()); }

  int runs() const {
    std::ifstream file(directory.path() / "runs");
    int lines = 0;
    for (std::string line; std::getline(file, line);) {
      ++lines;
    }
    return lines;
  }

  fs::path remembered() const { return fs::directory_iterator(memory)->path(); }
};

/// PATH, for as long as this lives.
class SearchPath {
public:
  explicit SearchPath(const std::string& path) : m_before(std::getenv("PATH")) {
    ::setenv("PATH", (path + ":" + m_before).c_str(), 1);
  }
  SearchPath(const SearchPath&) = delete;
  SearchPath& operator=(const SearchPath&) = delete;
  SearchPath(SearchPath&&) = delete;
  SearchPath& operator=(SearchPath&&) = delete;
  ~SearchPath() { ::setenv("PATH", m_before.c_str(), 1); }

private:
  std::string m_before;
};

} // namespace

TEST_CASE("an unchanged program is asked for its version once") {
  const Place place;
  CHECK(place.version() == "48.0.1");
  CHECK(place.version() == "48.0.1");
  CHECK(place.runs() == 1);
  CHECK((fs::status(place.memory).permissions() & fs::perms::mask) == fs::perms::owner_all);
}

TEST_CASE("a changed program is asked for its version again") {
  const Place place;
  CHECK(place.version() == "48.0.1");
  place.install("wasmtime", "48.0.2");
  CHECK(place.version() == "48.0.2");
  CHECK(place.version() == "48.0.2");
  CHECK(place.runs() == 2);
}

TEST_CASE("a program on the PATH is remembered as the file that it is") {
  const Place place;
  const auto other = *TemporaryDirectory::create();
  {
    const SearchPath path(place.bin.string());
    CHECK(place.version("wasmtime") == "48.0.1");
    CHECK(place.version("wasmtime") == "48.0.1");
  }
  CHECK(place.version() == "48.0.1");
  CHECK(place.runs() == 1);
  // A directory of that name and a file that may not be run are passed over.
  fs::create_directory(other.path() / "wasmtime");
  const SearchPath path(other.path().string() + ":" + place.bin.string());
  CHECK(place.version("wasmtime") == "48.0.1");
  CHECK(place.runs() == 1);
}

TEST_CASE("a program of a longer name behind a link is remembered") {
  const Place place;
  place.install("wasmtime-47", "47.0.3");
  const auto link = place.directory.path() / "wasmtime";
  fs::create_symlink(place.bin / "wasmtime-47", link);
  CHECK(place.version(link.string()) == "47.0.3");
  CHECK(place.version(link.string()) == "47.0.3");
  CHECK(place.runs() == 1);
  // Another program in its place.
  place.install("wasmtime-48", "48.0.0");
  fs::remove(link);
  fs::create_symlink(place.bin / "wasmtime-48", link);
  CHECK(place.version(link.string()) == "48.0.0");
  CHECK(place.runs() == 2);
}

TEST_CASE("what may stand in front of several versions is asked each time") {
  const Place place;
  const auto script =
      write_script(place.directory.path(), "wasmtime", place.script("48.0.1")).string();
  CHECK(place.version(script) == "48.0.1");
  CHECK(place.version(script) == "48.0.1");
  CHECK(place.runs() == 2);
  place.install("manager", "48.0.1");
  const auto link = place.bin / "wasmtime";
  fs::remove(link);
  fs::create_symlink("manager", link);
  CHECK(place.version() == "48.0.1");
  CHECK(place.version() == "48.0.1");
  CHECK(place.runs() == 4);
  CHECK_FALSE(fs::exists(place.memory));
}

TEST_CASE("a damaged memory of a version is asked again and made good") {
  const Place place;
  CHECK(place.version() == "48.0.1");
  std::ifstream file(place.remembered());
  const std::string good{std::istreambuf_iterator<char>(file), {}};
  int runs = 1;
  for (const auto& damaged :
       {std::string(), good.substr(0, 3), good.substr(0, good.size() - 1),
        good.substr(0, good.size() - 7) + "\n", 'x' + good, std::string(10'000, '\n')}) {
    INFO(damaged);
    std::ofstream(place.remembered(), std::ios::trunc) << damaged;
    CHECK(place.version() == "48.0.1");
    CHECK(place.runs() == ++runs);
    CHECK(place.version() == "48.0.1");
    CHECK(place.runs() == runs);
  }
}

TEST_CASE("without a place for the memory, or one that can be written, a program is asked") {
  Place place;
  place.memory = place.directory.path() / "no" / "such" / "directory";
  CHECK(place.version() == "48.0.1");
  place.memory = "";
  CHECK(place.version() == "48.0.1");
  CHECK(place.runs() == 2);
  CHECK_FALSE(fs::exists(place.directory.path() / "no"));
}

TEST_CASE("a program that tells no version is asked each time") {
  const Place place;
  place.install("wasmtime", "of sorts");
  CHECK(place.version() == "");
  CHECK(place.version() == "");
  CHECK(place.runs() == 2);
}
