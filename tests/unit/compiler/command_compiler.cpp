#include "support/catch.hpp"
#include "support/script.hpp"
#include "util/temporary_directory.hpp"

#include <cwasm/compiler.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string_view>

using cwasm::CommandCompilerOptions;
using cwasm::CompiledArtifact;
using cwasm::CompileRequest;
using cwasm::ErrorCode;
using cwasm::make_command_compiler;
using cwasm::Result;
using cwasm::test::Lifeline;
using cwasm::test::open_descriptors;
using cwasm::test::write_script;
using cwasm::util::TemporaryDirectory;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

std::string text_of(std::span<const std::byte> bytes) {
  std::string text(bytes.size(), '\0');
  std::transform(bytes.begin(), bytes.end(), text.begin(),
                 [](std::byte b) { return static_cast<char>(b); });
  return text;
}

CompileRequest request(std::string_view wasm) {
  CompileRequest request;
  request.wasm = std::as_bytes(std::span(wasm));
  request.target = "x86_64-unknown-linux-gnu";
  request.opt_level = "speed";
  request.flags = {"-W", "gc=y"};
  return request;
}

/// A directory with a fake compiler, and one for the compiles.
struct Place {
  TemporaryDirectory directory = *TemporaryDirectory::create();
  fs::path temporary = directory.path() / "temporary";
  CommandCompilerOptions options;

  explicit Place(std::string_view script) {
    fs::create_directory(temporary);
    const auto program = write_script(directory.path(), "cc", script);
    options.command = {program.string(), "{input}", "{output}"};
    options.temporary_directory = temporary;
    options.timeout = 60s;
  }

  /// Compiles, and sees that nothing of it stays.
  Result<CompiledArtifact> compile(const CompileRequest& what = request("wasm")) const {
    const auto before = open_descriptors();
    auto compiler = make_command_compiler(options);
    REQUIRE(compiler);
    auto artifact = (*compiler)->compile(what);
    CHECK(fs::is_empty(temporary));
    CHECK(open_descriptors() == before);
    return artifact;
  }

  std::string failure() const {
    const auto artifact = compile();
    REQUIRE_FALSE(artifact);
    CHECK(artifact.error().code() == ErrorCode::compile_failed);
    return artifact.error().message();
  }
};

bool begins(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}

bool ends(std::string_view text, std::string_view with) {
  return text.size() >= with.size() && text.substr(text.size() - with.size()) == with;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

} // namespace

TEST_CASE("a compiler's output file is the artifact") {
  const Place place(R"(printf 'compiled ' >"$2"; cat "$1" >>"$2"; echo 'a warning' >&2)");
  const auto artifact = place.compile(request(std::string_view("\0asm", 4)));
  REQUIRE(artifact);
  CHECK(text_of(artifact->bytes.view) == std::string("compiled \0asm", 13));
  CHECK(artifact->diagnostics == "a warning");
  CHECK(artifact->seconds > 0.0);
}

TEST_CASE("the input's file is named after what it is, in a directory of our own") {
  const Place place(R"sh(basename "$1" >"$2"; stat -c %a "$(dirname "$1")" "$1" >>"$2")sh");
  auto what = request("(module)");
  what.is_text = true;
  const auto text = place.compile(what);
  REQUIRE(text);
  CHECK(text_of(text->bytes.view) == "input.wat\n700\n600\n");
  const auto binary = place.compile();
  REQUIRE(binary);
  CHECK(text_of(binary->bytes.view) == "input.wasm\n700\n600\n");
}

TEST_CASE("target, opt level and flags reach the compiler, and no shell touches them") {
  Place place(R"(out=$1; shift; printf '<%s>' "$@" >"$out")");
  place.options.command = {place.options.command.front(),
                           "{output}",
                           "--target={target}",
                           "-O{opt_level}",
                           "{flags}",
                           "a b; touch \"x\" 'y'",
                           "$HOME",
                           "*"};
  auto what = request("wasm");
  what.flags = {"-W", "gc=y ; false", "it's"};
  const auto artifact = place.compile(what);
  REQUIRE(artifact);
  CHECK(text_of(artifact->bytes.view) ==
        "<--target=x86_64-unknown-linux-gnu><-Ospeed><-W><gc=y ; false><it's>"
        "<a b; touch \"x\" 'y'><$HOME><*>");
}

TEST_CASE("a compiler that fails is quoted, and its output is not used") {
  const Place place(R"(echo half >"$2"; echo 'Error: no such proposal' >&2; exit 3)");
  const auto message = place.failure();
  CHECK(begins(message, "the compiler failed with exit status 3: " + place.options.command.front() +
                            " " + place.temporary.string()));
  CHECK(contains(message, "/input.wasm "));
  CHECK(ends(message, "/output.cwasm\nError: no such proposal"));
}

TEST_CASE("a compiler that says it on standard output is quoted too") {
  CHECK(ends(Place("echo 'it broke'; exit 1").failure(), "\nit broke"));
}

TEST_CASE("a compiler that hangs is ended with all it started") {
  Place place(R"(exec 9>"$3"; echo thinking >&2; sleep 1000 & sleep 1000)");
  const Lifeline lifeline(place.directory.path());
  place.options.command.push_back(lifeline.path().string());
  place.options.timeout = 1s;
  const auto message = place.failure();
  CHECK(begins(message, "the compiler timed out after 1 s: "));
  CHECK(ends(message, "\nthinking"));
  CHECK(lifeline.all_gone());
}

TEST_CASE("a compiler that writes nothing has failed") {
  const auto message = Place("echo fine >&2").failure();
  CHECK(begins(message, "the compiler wrote no output file: "));
  CHECK(ends(message, "\nfine"));
}

TEST_CASE("a compiler that writes an empty file has failed") {
  CHECK(begins(Place(R"(: >"$2")").failure(), "the compiler wrote an empty file: "));
}

TEST_CASE("a compiler that makes something else than a file has failed") {
  CHECK(contains(Place(R"(mkdir "$2")").failure(), "it is a directory"));
  CHECK(contains(Place(R"(mkfifo "$2")").failure(), "it is not a regular file"));
}

TEST_CASE("an output beyond the limit is refused") {
  Place place(R"(echo 123456789 >"$2")");
  place.options.output_limit = 10;
  CHECK(place.compile());
  place.options.output_limit = 9;
  CHECK(contains(place.failure(), "it is larger than 9 bytes"));
}

TEST_CASE("a compiler that a signal ended is told with the signal's name") {
  CHECK(begins(Place("kill -SEGV $$").failure(),
               "the compiler was killed by signal 11 (Segmentation fault): "));
}

TEST_CASE("a compiler that somebody killed has said nothing about its input") {
  const char* const signal = GENERATE("KILL", "TERM", "INT", "HUP");
  const auto compiled = Place(std::string("kill -") + signal + " $$").compile();
  REQUIRE_FALSE(compiled);
  CHECK(compiled.error().code() == ErrorCode::io);
  CHECK(begins(compiled.error().message(), "the compiler was killed by signal "));
  const auto crashed = Place("kill -SEGV $$").compile();
  REQUIRE_FALSE(crashed);
  CHECK(crashed.error().code() == ErrorCode::compile_failed);
}

TEST_CASE("much or strange output on standard error becomes a bounded, printable message") {
  const Place place(
      R"(head -c 3000000 /dev/zero | tr '\0' x >&2; printf '\377\033[1m!' >&2; exit 1)");
  const auto message = place.failure();
  CHECK(ends(message, "xxx\xef\xbf\xbd\xef\xbf\xbd[1m!"));
  CHECK(message.size() < std::size_t{20} * 1024);
}

TEST_CASE("a compiler that is not there is not found") {
  Place place("");
  place.options.command = {"no-such-compiler-anywhere", "{input}"};
  const auto artifact = place.compile();
  REQUIRE_FALSE(artifact);
  CHECK(artifact.error().code() == ErrorCode::not_found);
  CHECK(artifact.error().message() ==
        "compiler: cannot run no-such-compiler-anywhere: no such program on the PATH");
}

TEST_CASE("a temporary directory that cannot be made is told with its place") {
  Place place("");
  place.options.temporary_directory = place.directory.path() / "absent";
  auto compiler = make_command_compiler(place.options);
  REQUIRE(compiler);
  const auto artifact = (*compiler)->compile(request("wasm"));
  REQUIRE_FALSE(artifact);
  CHECK(contains(artifact.error().message(), place.options.temporary_directory.string()));
}

TEST_CASE("a command with an unknown placeholder makes no compiler") {
  CommandCompilerOptions options;
  options.command = {"cc", "{inputs}"};
  const auto compiler = make_command_compiler(options);
  REQUIRE_FALSE(compiler);
  CHECK(compiler.error().code() == ErrorCode::invalid_argument);
}

TEST_CASE("the default command is wasmtime's") {
  CHECK(make_command_compiler(CommandCompilerOptions()).has_value());
}

TEST_CASE("a program called wasmtime is asked for its version") {
  const auto directory = *TemporaryDirectory::create();
  const auto version = [&](std::string_view name, std::string_view script) {
    CommandCompilerOptions options;
    options.command = {write_script(directory.path(), name, script).string(), "compile"};
    const auto compiler = make_command_compiler(options);
    REQUIRE(compiler);
    return (*compiler)->version();
  };
  const auto told =
      version("wasmtime", R"([ "$*" = --version ] && echo 'wasmtime 48.0.0 (0a1b2c3 2026-08-20)')");
  REQUIRE(told);
  CHECK(*told == "48.0.0");
  const auto plain = version("wasmtime", "echo wasmtime-cli 36.0.2");
  REQUIRE(plain);
  CHECK(*plain == "36.0.2");
  const auto rubbish = version("wasmtime", "echo hello there");
  REQUIRE(rubbish);
  CHECK_FALSE(rubbish->has_value());
  const auto other = version("moon-driver.sh", "echo moon 2.5.5; exit 1");
  REQUIRE(other);
  CHECK_FALSE(other->has_value());
  const auto failed = version("wasmtime", "echo no >&2; exit 1");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code() == ErrorCode::compile_failed);
}
