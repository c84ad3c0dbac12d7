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
      {"x86_64", "x86_64-unknown-unknown-elf", "x86_64", "unknown"},
      {"x86_64h-apple-darwin", "x86_64h-apple-darwin", "x86_64h", "darwin"},
      {"x86_64-linux-android", "x86_64-linux-android", "x86_64", "linux"},
      {"x86_64-unknown-linux-musl", "x86_64-unknown-linux-musl", "x86_64", "linux"},
      {"x86_64-linux", "x86_64-unknown-linux", "x86_64", "linux"},
      {"x86_64-my_vendor.2-linux-gnu", "x86_64-my_vendor.2-linux-gnu", "x86_64", "linux"},
      {"x86_64-windows", "x86_64-unknown-windows", "x86_64", "windows"},
      {"x86_64-uwp-windows-gnu", "x86_64-uwp-windows-gnu", "x86_64", "windows"},
      {"x86_64-pc-windows-msvc-coff", "x86_64-pc-windows-msvc", "x86_64", "windows"},
      {"x86_64-pc-windows-msvc-elf", "x86_64-pc-windows-msvc-elf", "x86_64", "windows"},
      {"aarch64-pc-windows-gnullvm", "aarch64-pc-windows-gnullvm", "aarch64", "windows"},
      {"x86_64-apple-macosx10.7", "x86_64-apple-macosx10.7.0", "x86_64", "macosx10.7.0"},
      {"x86_64-apple-macosx", "x86_64-apple-macosx", "x86_64", "macosx"},
      {"aarch64-apple-darwin23.6.0", "aarch64-apple-darwin23.6.0", "aarch64", "darwin23.6.0"},
      {"aarch64-apple-darwin010.+07", "aarch64-apple-darwin10.7.0", "aarch64", "darwin10.7.0"},
      {"aarch64-apple-ios-macabi", "aarch64-apple-ios-macabi", "aarch64", "ios"},
      {"aarch64-apple-darwin-macho", "aarch64-apple-darwin", "aarch64", "darwin"},
      {"aarch64_be-unknown-linux-gnu", "aarch64_be-unknown-linux-gnu", "aarch64_be", "linux"},
      {"aarch64-unknown-freebsd", "aarch64-unknown-freebsd", "aarch64", "freebsd"},
      {"aarch64-unknown-none-elf", "aarch64-unknown-none-elf", "aarch64", "none"},
      {"aarch64-none-softfloat", "aarch64-unknown-none-softfloat", "aarch64", "none"},
      {"aarch64-unknown-none-eabi", "aarch64-unknown-none-eabi", "aarch64", "none"},
      {"x86_64-none", "x86_64-unknown-none", "x86_64", "none"},
      {"x86_64-unknown-none-linuxkernel", "x86_64-unknown-none-linuxkernel", "x86_64", "none"},
      {"x86_64-unknown-fuchsia", "x86_64-unknown-fuchsia", "x86_64", "fuchsia"},
      {"x86_64-unknown-uefi", "x86_64-unknown-uefi", "x86_64", "uefi"},
      {"riscv64-unknown-linux-gnu", "riscv64-unknown-linux-gnu", "riscv64", "linux"},
      {"riscv64a23-unknown-linux-gnu", "riscv64a23-unknown-linux-gnu", "riscv64a23", "linux"},
      {"riscv64gc-unknown-none-elf", "riscv64gc-unknown-none-elf", "riscv64gc", "none"},
      {"s390x-ibm-linux-gnu", "s390x-ibm-linux-gnu", "s390x", "linux"},
      {"pulley32", "pulley32-unknown-unknown-elf", "pulley32", "unknown"},
      {"pulley64be", "pulley64be-unknown-unknown-elf", "pulley64be", "unknown"},
      {"pulley64-unknown-unknown-elf", "pulley64-unknown-unknown-elf", "pulley64", "unknown"},
      {"pulley64-unknown-linux", "pulley64-unknown-linux", "pulley64", "linux"},
      {"unknown", "unknown-unknown-unknown", "unknown", "unknown"},
      {"wasm32-wasip1-threads", "wasm32-wasip1-threads", "wasm32", "wasip1"},
      {"wasm32-wasi", "wasm32-wasi", "wasm32", "wasi"},
      {"powerpc64-ibm-aix", "powerpc64-ibm-aix", "powerpc64", "aix"},
      {"msp430-none-elf", "msp430-none-elf", "msp430", "none"},
      {"armv7r-none-eabihf", "armv7r-none-eabihf", "armv7r", "none"},
      {"avr-unknown-unknown", "avr-unknown-unknown", "avr", "unknown"},
      {"armv6k-nintendo-3ds", "armv6k-nintendo-3ds", "armv6k", "horizon"},
      {"riscv32imc-esp-espidf", "riscv32imc-esp-espidf", "riscv32imc", "espidf"},
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
      {"aarch64-apple-macosx10.256", "Unrecognized operating system: macosx10.256"},
      {"aarch64-apple-macosx65536", "Unrecognized operating system: macosx65536"},
      {"aarch64-apple-darwin10.", "Unrecognized operating system: darwin10."},
      {"aarch64-apple-darwin.", "Unrecognized operating system: darwin."},
      {"aarch64-apple-darwin+", "Unrecognized operating system: darwin+"},
      {"arm64e-apple-darwin", "Unrecognized architecture: arm64e"},
      {"zkasm", "Unrecognized architecture: zkasm"},
      {"x86_64-", "Unrecognized vendor: "},
      {"x86_64-linux-linux", "Unrecognized environment: linux"},
      {"x86_64-elf-unknown", "Unrecognized field: unknown"},
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
  CHECK(parse_triple("x86_64-unknown-linux-gnux32")->pointer_bits() == 32);
  CHECK(parse_triple("aarch64_be-unknown-linux-gnu")->is_big_endian());
  CHECK_FALSE(parse_triple("powerpc64le-unknown-linux-gnu")->is_big_endian());
  CHECK(parse_triple("aarch64-apple-darwin21.1.0")->is_os("darwin"));
  CHECK_FALSE(parse_triple("x86_64-unknown-linux-gnu")->is_os("linu"));
}
