// What the reader says to files that are cut, damaged or made to mislead it.

#include <cwasm/detect.hpp>
#include <cwasm/elf.hpp>

#include "support/catch.hpp"
#include "support/result.hpp"
#include "unit/format/support.hpp"

#include <functional>
#include <string>

using namespace cwasm;
namespace file_field = cwasm::format::file_field;
namespace section_field = cwasm::format::section_field;
namespace section_type = cwasm::format::section_type;
using cwasm::test::ElfBuilder;
using cwasm::test::error_of;
using cwasm::test::Exact;

namespace {

/// Symbols, their strings and relocations beside an engine section.
ElfBuilder linked_file(Endianness endianness = Endianness::little) {
  static const std::string symbols(48, '\0');
  static const std::string shndx(8, '\0');
  return ElfBuilder({{".wasmtime.engine", section_type::progbits, "engine"},
                     {".symtab", section_type::symtab, symbols, 3},
                     {".strtab", section_type::strtab, "\0"},
                     {".rela.text", section_type::rela, symbols, 2, 1},
                     {".symtab_shndx", section_type::symtab_shndx, shndx, 2}},
                    endianness);
}

constexpr std::size_t k_symtab = 2;
constexpr std::size_t k_strtab = 3;
constexpr std::size_t k_rela = 4;
constexpr std::size_t k_shndx = 5;

void read_with_everything(std::span<const std::byte> bytes) {
  const auto file = read_elf(bytes);
  if (file) {
    for (const auto& section : file->sections) {
      const auto content = section_content(bytes, section);
      CHECK((!content || content->size() <= bytes.size()));
    }
  }
  for (const auto rules : {ElfRules::until_42, ElfRules::since_43}) {
    const auto header = read_elf_header(bytes, rules);
    const auto found = find_engine_section(bytes, rules);
    CHECK((!found || found->offset + found->content.size() <= bytes.size()));
    CHECK((header || !header.error().message().empty()));
  }
  const auto engine = test::bytes_of("new");
  const auto appended = append_engine_section(bytes, engine);
  if (appended) {
    const auto found = find_engine_section(*appended, ElfRules::since_43);
    REQUIRE(error_of(found) == "");
    CHECK(test::text_of(found->content) == "new");
  }
  // Detection demands what until_42 demands.
  if (detect_precompiled(bytes)) {
    CHECK(read_elf_header(bytes, ElfRules::until_42).has_value());
  }
}

} // namespace

TEST_CASE("a file cut anywhere is refused and read no further") {
  for (const auto endianness : {Endianness::little, Endianness::big}) {
    const auto whole = linked_file(endianness).bytes;
    REQUIRE(error_of(read_elf_header(whole, ElfRules::until_42)) == "");
    REQUIRE(error_of(find_engine_section(whole, ElfRules::since_43)) == "");
    REQUIRE(detect_precompiled(whole).has_value());
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Exact cut(whole, size);
      INFO(size);
      CHECK(read_elf_header(cut.view()).has_value() == (size >= 64));
      CHECK_FALSE(read_elf_header(cut.view(), ElfRules::until_42).has_value());
      CHECK_FALSE(read_elf(cut.view()).has_value());
      CHECK_FALSE(find_engine_section(cut.view(), ElfRules::until_42).has_value());
      CHECK_FALSE(find_engine_section(cut.view(), ElfRules::since_43).has_value());
      CHECK_FALSE(detect_precompiled(cut.view()).has_value());
      CHECK_FALSE(append_engine_section(cut.view(), {}).has_value());
    }
  }
}

TEST_CASE("no damage to a single byte is more than an error") {
  for (const auto endianness : {Endianness::little, Endianness::big}) {
    const auto whole = linked_file(endianness).bytes;
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const unsigned change : {0x01U, 0x02U, 0x08U, 0x40U, 0x80U, 0xffU}) {
        auto damaged = whole;
        damaged[at] ^= static_cast<std::byte>(change);
        read_with_everything(Exact(damaged).view());
      }
    }
  }
}

TEST_CASE("extreme numbers in any field are no more than an error") {
  const auto whole = linked_file();
  for (std::size_t at = 16; at < 64; at += 2) {
    for (const int value : {0, 1, 0x7fff, 0x8000, 0xff00, 0xfffe, 0xffff}) {
      auto file = whole;
      file.header(at, static_cast<std::uint16_t>(value));
      read_with_everything(Exact(file.bytes).view());
    }
  }
  for (std::size_t at = whole.table(); at < whole.bytes.size(); at += 8) {
    for (const std::uint64_t value :
         {std::uint64_t{1} << 31U, std::uint64_t{1} << 32U, std::uint64_t{1} << 63U,
          ~std::uint64_t{0}, ~std::uint64_t{0} - 63, std::uint64_t{whole.bytes.size()}}) {
      auto file = whole;
      read_with_everything(Exact(file.header(at, value).bytes).view());
    }
  }
}

TEST_CASE("what is no ELF64 file is refused with what it begins with") {
  CHECK(error_of(read_elf_header({})) ==
        "failed to parse precompiled artifact as an ELF: Invalid ELF header size or alignment (0 "
        "bytes at offset 0, the header has 64)");
  auto bytes = linked_file().bytes;
  bytes[4] = std::byte{1};
  const auto header = read_elf_header(bytes);
  CHECK(error_of(header) == "failed to parse precompiled artifact as an ELF: Unsupported ELF "
                            "header (e_ident at offset 0 begins with 7f454c46010101)");
  CHECK(header.error().code() == ErrorCode::malformed);
}

TEST_CASE("each table that is not sound has its message") {
  struct Row {
    std::string message; ///< up to the parenthesis
    std::function<void(ElfBuilder&)> damage;
  };
  const std::vector<Row> since_43 = {
      {"failed to parse section headers: Invalid ELF section header entry size",
       [](ElfBuilder& file) { file.header(file_field::shentsize, std::uint16_t{40}); }},
      {"failed to parse section headers: Invalid ELF section header offset/size/alignment",
       [](ElfBuilder& file) { file.header(file_field::shnum, std::uint16_t{8}); }},
      {"failed to parse section headers: Invalid ELF section header offset/size/alignment",
       [](ElfBuilder& file) { file.header(file_field::shoff, ~std::uint64_t{0}); }},
      {"failed to parse section headers: Invalid ELF section header offset/size/alignment",
       [](ElfBuilder& file) {
         file.header(file_field::shnum, std::uint16_t{0});
         file.xword(0, section_field::size, std::uint64_t{1} << 58U);
       }},
      {"failed to parse section headers: Invalid ELF section header offset or size",
       [](ElfBuilder& file) {
         file.header(file_field::shnum, std::uint16_t{0});
         file.header(file_field::shoff, std::uint64_t{file.bytes.size()});
       }},
      {"failed to parse strings table: Missing ELF e_shstrndx",
       [](ElfBuilder& file) { file.header(file_field::shstrndx, std::uint16_t{0}); }},
      {"failed to parse strings table: Invalid ELF e_shstrndx",
       [](ElfBuilder& file) { file.header(file_field::shstrndx, std::uint16_t{7}); }},
      {"failed to parse strings table: Invalid ELF shstrtab size",
       [](ElfBuilder& file) {
         file.xword(file.names_index(), section_field::size, ~std::uint64_t{0});
       }},
      {"Invalid ELF section name offset",
       [](ElfBuilder& file) {
         file.word(file.names_index(), section_field::type, section_type::nobits);
       }},
      {"Invalid ELF section name offset", [](ElfBuilder& file) {
         file.xword(file.names_index(), section_field::size, file.bytes.size());
       }}};
  for (const auto& row : since_43) {
    auto file = linked_file();
    row.damage(file);
    const auto message = error_of(find_engine_section(file.bytes, ElfRules::since_43));
    CHECK(message.substr(0, message.find(" (")) == row.message);
  }
  const std::string as_elf = "failed to parse precompiled artifact as an ELF: ";
  const std::vector<Row> until_42 = {
      {"Invalid ELF program header entry size",
       [](ElfBuilder& file) {
         file.header(file_field::phoff, std::uint64_t{64});
         file.header(file_field::phnum, std::uint16_t{1});
       }},
      {"Invalid ELF program header size or alignment",
       [](ElfBuilder& file) {
         file.header(file_field::phoff, ~std::uint64_t{0});
         file.header(file_field::phnum, std::uint16_t{1});
         file.header(file_field::phentsize, std::uint16_t{56});
       }},
      {"Missing ELF section headers for e_phnum overflow",
       [](ElfBuilder& file) {
         file.header(file_field::phoff, std::uint64_t{64});
         file.header(file_field::phnum, std::uint16_t{0xffff});
         file.header(file_field::shoff, std::uint64_t{0});
       }},
      {"Invalid ELF symbol table data",
       [](ElfBuilder& file) { file.xword(k_symtab, section_field::size, 47); }},
      {"Invalid ELF symbol table data",
       [](ElfBuilder& file) { file.xword(k_symtab, section_field::size, 24U * 1000); }},
      {"Invalid ELF section index",
       [](ElfBuilder& file) { file.word(k_symtab, section_field::link, 7); }},
      {"Invalid ELF string section type",
       [](ElfBuilder& file) { file.word(k_symtab, section_field::link, 1); }},
      {"Invalid ELF string section offset or size",
       [](ElfBuilder& file) { file.xword(k_strtab, section_field::size, ~std::uint64_t{0}); }},
      {"Invalid ELF symtab_shndx data",
       [](ElfBuilder& file) { file.xword(k_shndx, section_field::size, 6); }},
      {"Invalid ELF sh_info for relocation section",
       [](ElfBuilder& file) { file.word(k_rela, section_field::info, 7); }},
      {"Unsupported ELF sh_info for relocation section",
       [](ElfBuilder& file) { file.word(k_rela, section_field::info, k_rela); }}};
  for (const auto& row : until_42) {
    auto file = linked_file();
    row.damage(file);
    const auto message = error_of(read_elf_header(file.bytes, ElfRules::until_42));
    CHECK(message.substr(0, message.find(" (")) == as_elf + row.message);
    CHECK_FALSE(detect_precompiled(file.bytes).has_value());
  }
}

TEST_CASE("what only looks wrong is accepted") {
  const std::vector<std::function<void(ElfBuilder&)>> harmless = {
      [](ElfBuilder& file) { file.word(k_symtab, section_field::link, 0); },
      [](ElfBuilder& file) { file.word(k_rela, section_field::info, 0); },
      [](ElfBuilder& file) {
        file.word(k_rela, section_field::link, 1).word(k_rela, section_field::info, 99);
      },
      [](ElfBuilder& file) { file.xword(k_strtab, section_field::offset, 1U << 30U); },
      [](ElfBuilder& file) {
        file.word(k_shndx, section_field::link, 1).xword(k_shndx, section_field::size, 6);
      },
      [](ElfBuilder& file) { file.header(file_field::phnum, std::uint16_t{9}); },
      [](ElfBuilder& file) { file.header(file_field::phoff, std::uint64_t{9}); },
      [](ElfBuilder& file) { file.header(file_field::ehsize, std::uint16_t{9}); },
      [](ElfBuilder& file) { file.bytes.push_back(std::byte{0}); }};
  for (const auto& change : harmless) {
    auto file = linked_file();
    change(file);
    CHECK(error_of(read_elf_header(file.bytes, ElfRules::until_42)) == "");
    CHECK(error_of(find_engine_section(file.bytes, ElfRules::since_43)) == "");
    CHECK(detect_precompiled(file.bytes) == Kind::module);
  }
}
