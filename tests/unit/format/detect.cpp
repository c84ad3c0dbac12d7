#include <cwasm/detect.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"
#include "support/shared.hpp"
#include "unit/format/support.hpp"

#include <sys/stat.h>

#include <fstream>

using namespace cwasm;
using cwasm::test::ElfBuilder;

namespace {

std::optional<Kind> kind_with(std::uint32_t flags, std::uint8_t os_abi = k_elfosabi_wasmtime,
                              std::uint8_t abi_version = 0) {
  auto header = test::artifact_header();
  header.flags = flags;
  header.os_abi = os_abi;
  header.abi_version = abi_version;
  const auto kind = detect_precompiled(write_engine_object(header, {}));
  header.endianness = Endianness::big;
  CHECK(detect_precompiled(write_engine_object(header, {})) == kind);
  return kind;
}

std::filesystem::path file_with(std::span<const std::byte> bytes) {
  const auto path = test::scratch_directory() / "artifact";
  std::ofstream stream(path, std::ios::binary);
  const auto text = test::text_of(bytes);
  stream.write(text.data(), static_cast<std::streamsize>(text.size()));
  return path;
}

} // namespace

TEST_CASE("the kind is in the flags, and a file with both is a module") {
  CHECK(kind_with(1) == Kind::module);
  CHECK(kind_with(2) == Kind::component);
  CHECK(kind_with(3) == Kind::module);
  CHECK(kind_with(2 + 8) == Kind::component);
  CHECK(kind_with(0xfffffffe) == Kind::component);
  CHECK(kind_with(0) == std::nullopt);
  CHECK(kind_with(4 + 8) == std::nullopt);
}

TEST_CASE("what is not marked as Wasmtime's is no artifact") {
  CHECK(kind_with(1, 0) == std::nullopt);
  CHECK(kind_with(1, k_elfosabi_wasmtime, 1) == std::nullopt);
  CHECK(detect_precompiled({}) == std::nullopt);
  CHECK(detect_precompiled(test::bytes_of(std::string_view("\0asm\1\0\0\0", 8))) == std::nullopt);
  CHECK(detect_precompiled(std::vector<std::byte>(4096)) == std::nullopt);
}

TEST_CASE("a file is detected as its bytes are") {
  const auto good = write_engine_object(test::artifact_header(), test::bytes_of("engine"));
  auto no_tables = good;
  no_tables.resize(100);
  auto padded = good;
  padded.resize(1U << 20U);
  for (const auto& bytes : {good, no_tables, padded, std::vector<std::byte>(),
                            std::vector<std::byte>(64), test::bytes_of("wasm")}) {
    const auto of_file = detect_precompiled_file(file_with(bytes));
    REQUIRE(test::error_of(of_file) == "");
    CHECK(*of_file == detect_precompiled(bytes));
  }
}

TEST_CASE("a file of an unusual shape is detected all the same") {
  std::vector<ElfBuilder::Section> many(200, {".text", 1, "code"});
  const ElfBuilder with_many(many);
  ElfBuilder extended({{".text", 1, "code"}});
  extended.header(format::file_field::shnum, std::uint16_t{0});
  extended.xword(0, format::section_field::size, extended.names_index() + 1);
  const ElfBuilder relocated({{".text", 1, "code"}, {".rela.text", 4, "", 0, 1}});
  auto behind = ElfBuilder({{".text", 1, "code"}, {".symtab", 2, "", 3}, {".strtab", 3, ""}});
  // Its symbols lie behind the section headers, where reading those does not reach.
  behind.bytes.resize(behind.bytes.size() + 24);
  behind.xword(2, format::section_field::offset, behind.bytes.size() - 24);
  behind.xword(2, format::section_field::size, 24);
  for (const auto& file : {with_many, extended, relocated, behind}) {
    CHECK(detect_precompiled(file.bytes) == Kind::module);
    const auto of_file = detect_precompiled_file(file_with(file.bytes));
    REQUIRE(test::error_of(of_file) == "");
    CHECK(*of_file == Kind::module);
  }
  behind.bytes.pop_back();
  const auto of_file = detect_precompiled_file(file_with(behind.bytes));
  REQUIRE(test::error_of(of_file) == "");
  CHECK(*of_file == std::nullopt);
}

TEST_CASE("what cannot be read as a file is an error that names it") {
  const auto directory = test::scratch_directory();
  const auto missing = detect_precompiled_file(directory / "missing");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code() == ErrorCode::not_found);
  CHECK(missing.error().message().find("missing") != std::string::npos);
  const auto of_directory = detect_precompiled_file(directory);
  REQUIRE_FALSE(of_directory.has_value());
  CHECK(of_directory.error().code() == ErrorCode::io);
  const auto pipe = directory / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  const auto of_pipe = detect_precompiled_file(pipe);
  REQUIRE_FALSE(of_pipe.has_value());
  CHECK(of_pipe.error().code() == ErrorCode::io);
}
