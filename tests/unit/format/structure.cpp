// What the loader's walk over the sections refuses, release by release.

#include <cwasm/artifact.hpp>

#include "support/catch.hpp"
#include "unit/format/support.hpp"

using namespace cwasm;
namespace section_field = cwasm::format::section_field;
namespace section_type = cwasm::format::section_type;
using cwasm::test::ElfBuilder;
using Complaints = std::vector<std::string>;

namespace {

const Triple k_linux = *parse_triple("x86_64-unknown-linux-gnu");

constexpr std::size_t k_bti_index = 2;
constexpr std::size_t k_text_index = 3;

/// An artifact's sections, and others behind them; .text lies on a page of its own at the end.
ElfBuilder artifact(std::vector<ElfBuilder::Section> more = {}) {
  std::vector<ElfBuilder::Section> sections{{".wasmtime.engine", section_type::progbits, "engine"},
                                            {".wasmtime.bti", section_type::progbits, "b"},
                                            {".text", section_type::progbits, "code"}};
  sections.insert(sections.end(), more.begin(), more.end());
  ElfBuilder file(sections);
  file.bytes.resize(4096);
  file.bytes.resize(8192, std::byte{0x90});
  file.xword(k_text_index, section_field::offset, 4096);
  return file;
}

Complaints complaints(const ElfBuilder& file, unsigned release, const Triple& host = k_linux) {
  return structure_complaints(file.bytes, static_cast<std::uint16_t>(release), host);
}

std::string entry(std::uint64_t symbol, std::uint64_t addend) {
  std::string bytes(24, '\0');
  const std::uint64_t info = symbol << 32U | 1U;
  std::memcpy(bytes.data() + 8, &info, sizeof info);
  std::memcpy(bytes.data() + 16, &addend, sizeof addend);
  return bytes;
}

/// A symbol 1 of that name, and one relocation of .text.
ElfBuilder with_relocation(std::string_view symbol, const std::string& relocation) {
  static std::string symbols;
  static std::string strings;
  symbols.assign(48, '\0');
  symbols[24] = 1;
  strings = std::string(1, '\0').append(symbol).append(1, '\0');
  return artifact({{".symtab", section_type::symtab, symbols, 5},
                   {".strtab", section_type::strtab, strings},
                   {".rela.text", section_type::rela, relocation, 4, k_text_index}});
}

} // namespace

TEST_CASE("an artifact as Wasmtime lays it out has no complaint in any release") {
  for (unsigned release = 3; release <= 49; ++release) {
    CHECK(complaints(artifact(), release) == Complaints{});
  }
}

TEST_CASE("section names: passed over until 42, known or refused since") {
  const auto file = artifact({{".mine", section_type::progbits, "x"},
                              {".debug_info", section_type::progbits, "x"},
                              {".pdata", section_type::progbits, "x"}});
  CHECK(complaints(file, 42) == Complaints{});
  CHECK(complaints(file, 43) ==
        Complaints{"unexpected section \".mine\" in Wasm compilation artifact",
                   "unexpected section \".pdata\" in Wasm compilation artifact"});
  CHECK(complaints(file, 48, *parse_triple("x86_64-pc-windows-msvc")) ==
        Complaints{"unexpected section \".mine\" in Wasm compilation artifact",
                   "section \".pdata\" lies before section \".text\", which it describes from "
                   "behind"});
}

TEST_CASE("names that cannot be read or are no UTF-8") {
  const auto file = artifact({{"\xff\xfe", section_type::progbits, "x"}});
  CHECK(complaints(file, 36) == Complaints{"Non UTF-8 ELF section name"});
  CHECK(complaints(file, 48) == Complaints{"invalid section name in Wasm compilation artifact"});
  auto unreadable = artifact();
  unreadable.word(k_text_index, section_field::name, 0xffff);
  CHECK(complaints(unreadable, 36) == Complaints{"Invalid ELF section name offset (section 3)"});
}

TEST_CASE("alignment") {
  auto file = artifact();
  file.xword(1, section_field::alignment, 64);
  CHECK(complaints(file, 48) == Complaints{});
  file.xword(1, section_field::alignment, 128);
  CHECK(complaints(file, 42) == Complaints{"section `.wasmtime.engine` isn't aligned to 0x80"});
  CHECK(complaints(file, 43) == Complaints{"section \".wasmtime.engine\" isn't aligned to 0x80"});
}

TEST_CASE("the branch protection section must be there with one byte") {
  auto file = artifact();
  file.xword(k_bti_index, section_field::size, 2);
  CHECK(complaints(file, 42).front() == "invalid `.wasmtime.bti` section");
  CHECK(complaints(file, 43).front() == "invalid \".wasmtime.bti\" section");
  file = artifact();
  file.word(k_bti_index, section_field::type, section_type::nobits);
  CHECK(complaints(file, 48) == Complaints{"invalid \".wasmtime.bti\" section"});
  CHECK(structure_complaints(write_engine_object(test::artifact_header(), {}), 48, k_linux) ==
        Complaints{"missing `.wasmtime.bti` section"});
}

TEST_CASE("content that is not in the file") {
  auto file = artifact();
  file.xword(1, section_field::offset, ~std::uint64_t{0});
  for (const unsigned release : {3U, 42U, 48U}) {
    CHECK(complaints(file, release) ==
          Complaints{"Invalid ELF section size or offset (section 1: 0x6 bytes at offset "
                     "0xffffffffffffffff of 0x2000)"});
  }
}

TEST_CASE("relocations of code: libcalls from 6 to 32 only, of debug information since 43") {
  const auto libcall = with_relocation("libcall_floorf32", entry(1, 0));
  const std::string panic = "the loader would panic: section `.text` has relocations";
  for (unsigned release = 3; release <= 42; ++release) {
    const bool takes = release >= 6 && release <= 32;
    CHECK(complaints(libcall, release) ==
          (takes ? Complaints{} : Complaints{panic + " (defined in section `.rela.text`)"}));
  }
  CHECK(complaints(libcall, 43) ==
        Complaints{"section \".text\" has unexpected relocations (defined in section "
                   "\".rela.text\")",
                   "unexpected section \".rela.text\" in Wasm compilation artifact"});
  const Complaints odd{panic + " that are not of libcalls (defined in section `.rela.text`)"};
  CHECK(complaints(with_relocation("floorf32", entry(1, 0)), 20) == odd);
  CHECK(complaints(with_relocation("libcall_floorf32", entry(1, 8)), 20) == odd);
  CHECK(complaints(with_relocation("libcall_floorf32", entry(2, 0)), 20) == odd);
  // No whole entries: the loader passes it over.
  CHECK(complaints(with_relocation("floorf32", "short"), 36) == Complaints{});

  auto debug = artifact({{".debug_info", section_type::progbits, "x"},
                         {".rela.debug_info", section_type::rela, "", 0, 4}});
  CHECK(complaints(debug, 48) == Complaints{});
  debug.word(5, section_field::info, 99);
  CHECK(complaints(debug, 48) == Complaints{"invalid ELF `sh_info` for relocation section"});
}

TEST_CASE("code must begin on a page where it is made executable") {
  auto file = artifact();
  file.xword(k_text_index, section_field::offset, 4352);
  CHECK(complaints(file, 36) ==
        Complaints{"the loader would panic: changing of protections isn't page-aligned (section "
                   "`.text` at offset 0x1100, pages of 0x1000 bytes)"});
  CHECK(complaints(artifact(), 36, *parse_triple("aarch64-apple-darwin")).size() == 1);
  // Pulley's code is data, which Wasmtime says since 28.
  file.xword(k_text_index, section_field::flags, 1);
  CHECK(complaints(file, 27).size() == 1);
  CHECK(complaints(file, 28) == Complaints{});
}

TEST_CASE("order and overlap") {
  auto file = artifact({{".eh_frame", section_type::progbits, "unwind"}});
  CHECK(complaints(file, 48) == Complaints{"section \".eh_frame\" lies before section \".text\", "
                                           "which it describes from behind"});
  file.xword(4, section_field::offset, 4100);
  CHECK(complaints(file, 48) == Complaints{});
  file.xword(4, section_field::offset, 4098);
  CHECK(complaints(file, 48) == Complaints{"sections \".text\" and \".eh_frame\" overlap"});
  CHECK(complaints(file, 20) == Complaints{"sections `.text` and `.eh_frame` overlap"});
}

TEST_CASE("of many complaints the first are told and the rest counted") {
  const std::vector<ElfBuilder::Section> many(1000, {".mine", section_type::progbits, ""});
  const auto told = structure_complaints(ElfBuilder(many).bytes, 48, k_linux);
  REQUIRE(told.size() == 33);
  CHECK(told.front() == "unexpected section \".mine\" in Wasm compilation artifact");
  CHECK(told.back() == "… and 969 more");
}
