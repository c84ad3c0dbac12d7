#include <cwasm/detect.hpp>
#include <cwasm/elf.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"
#include "support/shared.hpp"
#include "unit/format/support.hpp"

#include <algorithm>
#include <string>

using namespace cwasm;
namespace section_type = cwasm::format::section_type;
using cwasm::test::bytes_of;
using cwasm::test::ElfBuilder;
using cwasm::test::error_of;
using cwasm::test::text_of;

namespace {

void check_engine_section(std::span<const std::byte> object, std::string_view content) {
  for (const auto rules : {ElfRules::until_42, ElfRules::since_43}) {
    CHECK(error_of(read_elf_header(object, rules)) == "");
    const auto found = find_engine_section(object, rules);
    REQUIRE(error_of(found) == "");
    CHECK(text_of(found->content) == content);
  }
  const auto file = read_elf(object);
  REQUIRE(error_of(file) == "");
  const auto section =
      std::find_if(file->sections.begin(), file->sections.end(),
                   [](const ElfSection& s) { return s.name == k_engine_section_name; });
  REQUIRE(section != file->sections.end());
  CHECK(section->type == section_type::progbits);
  CHECK(section->flags == 2);
  CHECK(section->alignment == 1);
  CHECK(section->link == 0);
  CHECK(section->info == 0);
}

/// Every section of `before` is in `after` with the same index, header and content; .shstrtab, at
/// `names_index`, may have moved and grown.
void check_sections_kept(std::span<const std::byte> before, std::span<const std::byte> after,
                         std::size_t names_index) {
  const auto old_file = read_elf(before);
  const auto new_file = read_elf(after);
  REQUIRE(error_of(old_file) == "");
  REQUIRE(error_of(new_file) == "");
  REQUIRE(new_file->sections.size() == old_file->sections.size() + 1);
  for (std::size_t i = 0; i < old_file->sections.size(); ++i) {
    const auto& was = old_file->sections[i];
    const auto& is = new_file->sections[i];
    INFO(i << " " << was.name);
    CHECK(is.name == was.name);
    CHECK(is.type == was.type);
    CHECK(is.flags == was.flags);
    CHECK(is.link == was.link);
    CHECK(is.info == was.info);
    CHECK(is.alignment == was.alignment);
    const auto old_content = section_content(before, was);
    const auto new_content = section_content(after, is);
    REQUIRE(old_content.has_value());
    REQUIRE(new_content.has_value());
    if (i == names_index) {
      CHECK(text_of(*new_content).substr(0, old_content->size()) == text_of(*old_content));
    } else {
      CHECK(is.offset == was.offset);
      CHECK(text_of(*new_content) == text_of(*old_content));
    }
  }
}

} // namespace

TEST_CASE("a new object holds the engine section and nothing else") {
  for (const auto endianness : {Endianness::little, Endianness::big}) {
    const auto header = test::artifact_header(endianness);
    for (const std::string_view content : {"", "e", "engine section"}) {
      const auto object = write_engine_object(header, bytes_of(content));
      check_engine_section(object, content);
      const auto file = read_elf(object);
      REQUIRE(error_of(file) == "");
      CHECK(file->header == header);
      REQUIRE(file->sections.size() == 3);
      CHECK(file->sections[0].type == section_type::null);
      CHECK(file->sections[2].name == ".shstrtab");
      CHECK(file->sections[1].offset == 64);
      CHECK(detect_precompiled(object) == Kind::module);
    }
  }
}

TEST_CASE("a new object is what the ELF specification says, byte for byte") {
  auto header = test::artifact_header(Endianness::big);
  header.machine = 22;
  header.flags = 0x0a;
  const auto object = write_engine_object(header, bytes_of("E"));
  using namespace std::string_view_literals;
  CHECK(text_of(object).substr(0, 64) == "\x7f"
                                         "ELF\2\2\1\xc8\0\0\0\0\0\0\0\0"
                                         "\0\1\0\x16\0\0\0\1\0\0\0\0\0\0\0\0"
                                         "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x60"
                                         "\0\0\0\x0a\0\x40\0\0\0\0\0\x40\0\3\0\2"sv);
  CHECK(text_of(object).substr(64, 32) == "E\0.wasmtime.engine\0.shstrtab\0\0\0\0"sv.substr(0, 32));
  CHECK(text_of(object).substr(96 + 64, 64) == "\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\2"
                                               "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x40"
                                               "\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0"
                                               "\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0"sv);
}

TEST_CASE("an engine section is added to an object in both byte orders") {
  for (const auto endianness : {Endianness::little, Endianness::big}) {
    const ElfBuilder object(
        {{".text", section_type::progbits, "code"}, {".data", section_type::progbits, "data"}},
        endianness);
    const auto appended = append_engine_section(object.bytes, bytes_of("engine"));
    REQUIRE(error_of(appended) == "");
    check_engine_section(*appended, "engine");
    check_sections_kept(object.bytes, *appended, object.names_index());
    const auto header = read_elf_header(*appended);
    REQUIRE(error_of(header) == "");
    CHECK(*header == test::artifact_header(endianness));
  }
}

TEST_CASE("an engine section is added to what a compiler made") {
  const auto object = test::read_file(CWASM_TEST_OBJECT);
  auto header = read_elf_header(object);
  REQUIRE(error_of(header) == "");
  CHECK(detect_precompiled(object) == std::nullopt);
  header->os_abi = k_elfosabi_wasmtime;
  header->flags = k_ef_wasmtime_component;
  const auto appended = append_engine_section(object, bytes_of("engine"), *header);
  REQUIRE(error_of(appended) == "");
  check_engine_section(*appended, "engine");
  const auto found = format::parse_file_header(object);
  REQUIRE(error_of(found) == "");
  const auto sections = format::parse_section_table(*found, object);
  REQUIRE(error_of(sections) == "");
  const auto names_index = format::section_names_index(*found, *sections);
  REQUIRE(error_of(names_index) == "");
  check_sections_kept(object, *appended, *names_index);
  CHECK(detect_precompiled(*appended) == Kind::component);
}

TEST_CASE("the header of the object can be replaced") {
  const ElfBuilder object({{".text", section_type::progbits, "code"}});
  ElfHeader header;
  header.os_abi = 1;
  header.abi_version = 2;
  header.type = 3;
  header.machine = 4;
  header.flags = 5;
  const auto appended = append_engine_section(object.bytes, {}, header);
  REQUIRE(error_of(appended) == "");
  const auto read = read_elf_header(*appended);
  REQUIRE(error_of(read) == "");
  CHECK(*read == header);
  header.endianness = Endianness::big;
  const auto refused = append_engine_section(object.bytes, {}, header);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == ErrorCode::invalid_argument);
}

TEST_CASE("a second engine section is refused") {
  const auto object = write_engine_object(test::artifact_header(), bytes_of("engine"));
  const auto appended = append_engine_section(object, bytes_of("again"));
  REQUIRE_FALSE(appended.has_value());
  CHECK(appended.error().code() == ErrorCode::invalid_argument);
  CHECK(error_of(appended) == "the object already has an engine section at offset 0x40");
}

TEST_CASE("an object without section headers is refused") {
  auto object = ElfBuilder({});
  object.header(format::file_field::shoff, std::uint64_t{0});
  const auto appended = append_engine_section(object.bytes, {});
  REQUIRE_FALSE(appended.has_value());
  CHECK(appended.error().code() == ErrorCode::invalid_argument);
}

TEST_CASE("an object with content outside of it is refused") {
  auto object = ElfBuilder({{".text", section_type::progbits, "code"}});
  object.xword(1, format::section_field::size, 1U << 20U);
  const auto appended = append_engine_section(object.bytes, {});
  REQUIRE_FALSE(appended.has_value());
  CHECK(appended.error().code() == ErrorCode::malformed);
}

TEST_CASE("names that no NUL ends stay apart from the new one") {
  auto object = ElfBuilder({{".text", section_type::progbits, "code"}});
  const auto names = object.names_index();
  // The table is cut within ".shstrtab", whose own name moves to the empty one.
  object.xword(names, format::section_field::size, 1 + 6 + 4);
  object.word(names, format::section_field::name, 0);
  const auto appended = append_engine_section(object.bytes, bytes_of("engine"));
  REQUIRE(error_of(appended) == "");
  check_engine_section(*appended, "engine");
}

TEST_CASE("what lies behind or in the section headers is kept") {
  for (const bool overlapping : {false, true}) {
    ElfBuilder object({{".text", section_type::progbits, "code"}});
    if (overlapping) {
      object.xword(1, format::section_field::offset, object.table());
    } else {
      object.bytes.resize(object.bytes.size() + 8, std::byte{0x5a});
    }
    const auto appended = append_engine_section(object.bytes, bytes_of("engine"));
    REQUIRE(error_of(appended) == "");
    check_engine_section(*appended, "engine");
    check_sections_kept(object.bytes, *appended, object.names_index());
    CHECK(appended->size() > object.bytes.size());
    CHECK(std::equal(object.bytes.begin() + 64, object.bytes.end(), appended->begin() + 64));
  }
}

TEST_CASE("more sections than the header can count are counted in section 0") {
  std::vector<ElfBuilder::Section> sections(0xff00 - 2, {".text", 1, ""});
  const ElfBuilder object(sections);
  const auto appended = append_engine_section(object.bytes, bytes_of("engine"));
  REQUIRE(error_of(appended) == "");
  check_engine_section(*appended, "engine");
  const format::FileHeader header(*appended);
  CHECK(header.shnum() == 0);
  CHECK(header.shstrndx() == 0xff00 - 1);
  const auto file = read_elf(*appended);
  REQUIRE(error_of(file) == "");
  CHECK(file->sections.size() == 0xff00 + 1);
  CHECK(file->sections[0].size == 0xff00 + 1);
}
