#include <cwasm/triple.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"

using cwasm::parse_triple;

TEST_CASE("triples are taken apart and printed as target-lexicon does") {
  struct Row {
    std::string_view text;
    std::string_view printed;
    std::string_view architecture;
    std::string_view system;
  };
  const Row rows[] = {
      {"x86_64-unknown-linux-gnu", "x86_64-unknown-linux-gnu", "x86_64", "linux"},
      {"x86_64-linux-gnu", "x86_64-unknown-linux-gnu", "x86_64", "linux"},
      {"x86_64-unknown-linux", "x86_64-unknown-linux", "x86_64", "linux"},
      {"x86_64-pc-windows-msvc", "x86_64-pc-windows-msvc", "x86_64", "windows"},
      {"x86_64-apple-darwin", "x86_64-apple-darwin", "x86_64", "darwin"},
      {"arm64-apple-darwin", "aarch64-apple-darwin", "aarch64", "darwin"},
      {"aarch64-apple-macosx11", "aarch64-apple-macosx11.0.0", "aarch64", "macosx11.0.0"},
      {"aarch64-linux-android", "aarch64-linux-android", "aarch64", "linux"},
      {"x86_64-unknown-freebsd", "x86_64-unknown-freebsd", "x86_64", "freebsd"},
      {"x86_64-unknown-none", "x86_64-unknown-none", "x86_64", "none"},
      {"riscv64gc-unknown-linux-gnu", "riscv64gc-unknown-linux-gnu", "riscv64gc", "linux"},
      {"s390x-unknown-linux-gnu", "s390x-unknown-linux-gnu", "s390x", "linux"},
      {"pulley64", "pulley64-unknown-unknown-elf", "pulley64", "unknown"},
      {"pulley32be", "pulley32be-unknown-unknown-elf", "pulley32be", "unknown"},
      {"unknown-generic-linux", "unknown-generic-linux", "unknown", "linux"},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    const auto triple = parse_triple(row.text);
    REQUIRE(cwasm::test::error_of(triple) == "");
    CHECK(triple->to_string() == row.printed);
    CHECK(triple->architecture == row.architecture);
    CHECK(triple->operating_system == row.system);
    const auto again = parse_triple(row.printed);
    REQUIRE(again);
    CHECK(*again == *triple);
  }
}

TEST_CASE("what is no triple is refused in target-lexicon's words") {
  struct Row {
    std::string_view text;
    std::string_view message;
  };
  const Row rows[] = {
      {"", "Unrecognized architecture: "},
      {"--", "Unrecognized architecture: "},
      {"amd64-unknown-linux", "Unrecognized architecture: amd64"},
      {"X86_64-unknown-linux-gnu", "Unrecognized architecture: X86_64"},
      {"x86_64-Apple", "Unrecognized vendor: Apple"},
      {"x86_64-unknown-linuy-gnu", "Unrecognized operating system: linuy"},
      {"x86_64-unknown-linux-gou", "Unrecognized environment: gou"},
      {"x86_64-unknown-linux-gnu-efl", "Unrecognized binary format: efl"},
      {"x86_64-unknown-linux-gnu-elf-extra", "Unrecognized field: extra"},
      {"aarch64-apple-macosx10.7.0.1", "Unrecognized operating system: macosx10.7.0.1"},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    CHECK(cwasm::test::error_of(parse_triple(row.text)) == row.message);
  }
}

TEST_CASE("word sizes and byte orders") {
  CHECK(parse_triple("pulley32be")->pointer_bits() == 32);
  CHECK(parse_triple("pulley32be")->is_big_endian());
  CHECK(parse_triple("pulley64")->pointer_bits() == 64);
  CHECK_FALSE(parse_triple("pulley64")->is_big_endian());
  CHECK(parse_triple("s390x-unknown-linux-gnu")->is_big_endian());
  CHECK(parse_triple("i686-unknown-linux-gnu")->pointer_bits() == 32);
  CHECK(parse_triple("aarch64-apple-darwin21.1.0")->is_os("darwin"));
  CHECK_FALSE(parse_triple("x86_64-unknown-linux-gnu")->is_os("linu"));
}
