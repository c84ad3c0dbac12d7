#include <cwasm/elf.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"
#include "unit/format/support.hpp"

#include <string>

using namespace cwasm;
namespace file_field = cwasm::format::file_field;
namespace section_field = cwasm::format::section_field;
namespace section_type = cwasm::format::section_type;
using cwasm::test::ElfBuilder;
using cwasm::test::error_of;
using cwasm::test::text_of;

namespace {

constexpr ElfRules k_all_rules[] = {ElfRules::until_42, ElfRules::since_43};

ElfBuilder two_engine_sections() {
  return ElfBuilder({{".wasmtime.engine", section_type::progbits, "first"},
                     {".text", section_type::progbits, "code"},
                     {".wasmtime.engine", section_type::progbits, "last"}});
}

std::string found_by(const ElfBuilder& file, ElfRules rules) {
  const auto found = find_engine_section(file.bytes, rules);
  return found ? std::string(text_of(found->content)) : found.error().message();
}

bool begins(const std::string& text, std::string_view beginning) {
  INFO(text);
  return text.substr(0, beginning.size()) == beginning;
}

} // namespace

TEST_CASE("header fields are read in both byte orders") {
  for (const auto endianness : {Endianness::little, Endianness::big}) {
    auto expected = test::artifact_header(endianness);
    expected.abi_version = 3;
    expected.machine = 0x1234;
    expected.type = 0x0102;
    expected.flags = 0x01020304;
    const auto header = read_elf_header(write_engine_object(expected, {}));
    REQUIRE(error_of(header) == "");
    CHECK(*header == expected);
  }
}

TEST_CASE("every field of a section header is read in both byte orders") {
  for (const auto endianness : {Endianness::little, Endianness::big}) {
    ElfBuilder file({{".one", 7, "content", 2, 1}}, endianness);
    file.xword(1, section_field::flags, 0x0102030405060708);
    file.xword(1, section_field::alignment, 0x1000);
    const auto read = read_elf(file.bytes);
    REQUIRE(error_of(read) == "");
    REQUIRE(read->sections.size() == 3);
    const auto& section = read->sections[1];
    CHECK(section.name == ".one");
    CHECK(section.type == 7);
    CHECK(section.flags == 0x0102030405060708);
    CHECK(section.offset == 64);
    CHECK(section.size == 7);
    CHECK(section.link == 2);
    CHECK(section.info == 1);
    CHECK(section.alignment == 0x1000);
    const auto content = section_content(file.bytes, section);
    REQUIRE(content.has_value());
    CHECK(text_of(*content) == "content");
  }
}

TEST_CASE("of two engine sections the first counts until 42, the last since 43") {
  const auto file = two_engine_sections();
  CHECK(found_by(file, ElfRules::until_42) == "first");
  CHECK(found_by(file, ElfRules::since_43) == "last");
}

TEST_CASE("an engine section tells where it begins") {
  const auto file = two_engine_sections();
  const auto found = find_engine_section(file.bytes, ElfRules::since_43);
  REQUIRE(found.has_value());
  CHECK(found->offset == 64 + 5 + 4);
}

TEST_CASE("a name must be the engine section's to its end") {
  for (const auto rules : k_all_rules) {
    for (const auto* name : {".wasmtime.engin", ".wasmtime.enginex", "x.wasmtime.engine", ""}) {
      const ElfBuilder file({{name, section_type::progbits, "no"}});
      CHECK(begins(found_by(file, rules), "failed to find section `.wasmtime.engine` ("));
    }
  }
}

TEST_CASE("a name that cannot be read is an error since 43 and passed over until 42") {
  auto file = two_engine_sections();
  file.word(2, section_field::name, 0xffff);
  CHECK(found_by(file, ElfRules::until_42) == "first");
  CHECK(begins(found_by(file, ElfRules::since_43),
               "Invalid ELF section name offset (sh_name of section 2 at offset 0x"));
  CHECK(begins(error_of(read_elf(file.bytes)), "Invalid ELF section name offset ("));
}

TEST_CASE("a name without an end cannot be read, one that shares another's end can") {
  ElfBuilder file({{".wasmtime.engine", section_type::progbits, "content"}});
  const auto names = file.names_index();
  const std::uint64_t size = 1 + std::string_view(".wasmtime.engine").size();
  file.xword(names, section_field::size, size);
  file.word(names, section_field::name, 0);
  CHECK(begins(found_by(file, ElfRules::since_43), "Invalid ELF section name offset (sh_name of "
                                                   "section 1 "));
  file.xword(names, section_field::size, size + 1);
  file.word(names, section_field::name, 6);
  const auto read = read_elf(file.bytes);
  REQUIRE(error_of(read) == "");
  CHECK(read->sections[1].name == ".wasmtime.engine");
  CHECK(read->sections[2].name == "time.engine");
}

TEST_CASE("a huge section name is cut") {
  const std::string name(10000, 'n');
  const ElfBuilder file({{name, section_type::progbits, ""}});
  const auto read = read_elf(file.bytes);
  REQUIRE(error_of(read) == "");
  CHECK(read->sections[1].name == name.substr(0, 4096));
}

TEST_CASE("a file without section headers has no engine section") {
  for (const auto field : {file_field::shoff, file_field::shnum}) {
    auto file = two_engine_sections();
    if (field == file_field::shoff) {
      file.header(field, std::uint64_t{0});
    } else {
      file.header(field, std::uint16_t{0});
    }
    REQUIRE(error_of(read_elf_header(file.bytes, ElfRules::until_42)) == "");
    CHECK(begins(found_by(file, ElfRules::since_43), "failed to find section"));
    const auto read = read_elf(file.bytes);
    REQUIRE(error_of(read) == "");
    CHECK(read->sections.empty());
  }
}

TEST_CASE("section 0 holds the numbers that the header has no room for") {
  auto file = two_engine_sections();
  file.header(file_field::shnum, std::uint16_t{0});
  file.header(file_field::shstrndx, std::uint16_t{0xffff});
  file.xword(0, section_field::size, file.names_index() + 1);
  file.word(0, section_field::link, static_cast<std::uint32_t>(file.names_index()));
  CHECK(found_by(file, ElfRules::since_43) == "last");
  CHECK(error_of(read_elf_header(file.bytes, ElfRules::until_42)) == "");
  file.header(file_field::phoff, std::uint64_t{64});
  file.header(file_field::phnum, std::uint16_t{0xffff});
  file.header(file_field::phentsize, std::uint16_t{56});
  file.word(0, section_field::info, 1);
  CHECK(error_of(read_elf_header(file.bytes, ElfRules::until_42)) == "");
  file.word(0, section_field::info, 0x10000);
  CHECK(begins(error_of(read_elf_header(file.bytes, ElfRules::until_42)),
               "failed to parse precompiled artifact as an ELF: Invalid ELF program header size"));
}

TEST_CASE("a section that takes no space in the file is empty") {
  ElfBuilder file({{".wasmtime.engine", section_type::nobits, ""}});
  file.xword(1, section_field::size, 0x7fffffffffffffff);
  const auto found = find_engine_section(file.bytes, ElfRules::since_43);
  REQUIRE(error_of(found) == "");
  CHECK(found->content.empty());
  const auto read = read_elf(file.bytes);
  REQUIRE(error_of(read) == "");
  const auto content = section_content(file.bytes, read->sections[1]);
  REQUIRE(error_of(content) == "");
  CHECK(content->empty());
}

TEST_CASE("the content of a section lies in the file") {
  const ElfBuilder good({{".wasmtime.engine", section_type::progbits, "12345678"}});
  const std::uint64_t size = good.bytes.size();
  struct Range {
    std::uint64_t offset;
    std::uint64_t size;
    bool inside;
  };
  for (const auto& range :
       {Range{0, size, true}, Range{size, 0, true}, Range{size - 1, 1, true},
        Range{size - 1, 2, false}, Range{size + 1, 0, false}, Range{0, size + 1, false},
        Range{~std::uint64_t{0}, 1, false}, Range{1, ~std::uint64_t{0}, false},
        Range{~std::uint64_t{0}, ~std::uint64_t{0}, false}}) {
    auto file = good;
    file.xword(1, section_field::offset, range.offset).xword(1, section_field::size, range.size);
    for (const auto rules : k_all_rules) {
      const auto found = find_engine_section(file.bytes, rules);
      CHECK(found.has_value() == range.inside);
      CHECK((found || begins(found.error().message(), "Invalid ELF section size or offset (")));
    }
    const auto read = read_elf(file.bytes);
    REQUIRE(error_of(read) == "");
    CHECK(section_content(file.bytes, read->sections[1]).has_value() == range.inside);
  }
}

TEST_CASE("a message shows a section's name without what upsets a terminal") {
  const ElfBuilder file({{"bad\x1b[31m\xff", section_type::progbits, "x"}});
  const auto read = read_elf(file.bytes);
  REQUIRE(error_of(read) == "");
  auto section = read->sections[1];
  section.size = 10000;
  const auto message = error_of(section_content(file.bytes, section));
  CHECK(message.find('\x1b') == std::string::npos);
  CHECK(message.find('\xff') == std::string::npos);
  CHECK(message.find("bad") != std::string::npos);
}
