// Huge counts, sizes and numbers of sections: an answer or an error, for work and memory in
// proportion to the file. Memory is counted; work that is not in proportion would not end.

#include <cwasm/artifact.hpp>
#include <cwasm/detect.hpp>
#include <cwasm/engine_section.hpp>

#include "format/wire.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/result.hpp"
#include "unit/format/support.hpp"

#include <fmt/format.h>

#include <functional>

using namespace cwasm;
namespace file_field = cwasm::format::file_field;
namespace section_field = cwasm::format::section_field;
namespace section_type = cwasm::format::section_type;
using cwasm::test::Allocations;
using cwasm::test::ElfBuilder;
using cwasm::test::error_of;

namespace {

constexpr std::size_t k_million = 1'000'000;
const Triple k_host = *parse_triple("x86_64-unknown-linux-gnu");

/// A million sections, of which `fill` makes what it likes; their names lie in 4096 bytes.
class ManySections {
public:
  static constexpr std::size_t k_table = 8192;

  explicit ManySections(const std::function<void(ManySections&, std::size_t)>& fill)
      : bytes(write_engine_object(test::artifact_header(), {})) {
    bytes.resize(k_table + k_million * format::k_section_header_size);
    std::fill_n(bytes.begin() + 4096, 4095, std::byte{'n'});
    put(file_field::shoff, std::uint64_t{k_table});
    put(file_field::shnum, std::uint16_t{0});
    put(file_field::shstrndx, std::uint16_t{1});
    word(1, section_field::type, section_type::strtab);
    xword(1, section_field::offset, 4096);
    xword(1, section_field::size, 4096);
    for (std::size_t i = 2; i < k_million; ++i) {
      fill(*this, i);
    }
    xword(0, section_field::size, k_million);
    for (std::size_t i = 0; i < 2; ++i) {
      word(i, section_field::name, 4095);
    }
  }

  template <typename T> void put(std::size_t at, T value) {
    format::store(bytes.data() + at, value, Endianness::little);
  }
  void word(std::size_t section, std::size_t field, std::uint32_t value) {
    put(k_table + section * format::k_section_header_size + field, value);
  }
  void xword(std::size_t section, std::size_t field, std::uint64_t value) {
    put(k_table + section * format::k_section_header_size + field, value);
  }

  std::vector<std::byte> bytes;
};

/// Everything that reads sections, each within its bound.
void read_within_bounds(std::span<const std::byte> bytes) {
  constexpr std::size_t k_text = 1 << 20; // for messages
  {
    const Allocations heap;
    const auto file = read_elf(bytes);
    CHECK((!file || file->sections.size() == k_million));
    CHECK(heap.bytes() <= k_million * sizeof(ElfSection) + k_text);
  }
  const Allocations heap;
  CHECK_FALSE(find_engine_section(bytes, ElfRules::until_42).has_value());
  CHECK_FALSE(find_engine_section(bytes, ElfRules::since_43).has_value());
  static_cast<void>(read_elf_header(bytes, ElfRules::until_42));
  static_cast<void>(detect_precompiled(bytes));
  static_cast<void>(glance(bytes));
  CHECK(heap.bytes() <= k_text);
  for (const std::uint16_t release : {std::uint16_t{20}, std::uint16_t{36}, std::uint16_t{48}}) {
    const Allocations walk;
    CHECK(structure_complaints(bytes, release, k_host).size() <= 33);
    // An index of the sections that have content.
    CHECK(walk.bytes() <= 3 * k_million * sizeof(std::uint32_t) + k_text);
  }
}

} // namespace

TEST_CASE("a million sections whose names share one string") {
  const ManySections file([](ManySections& out, std::size_t i) {
    out.word(i, section_field::name, static_cast<std::uint32_t>(i % 4096));
    out.word(i, section_field::type, section_type::progbits);
  });
  read_within_bounds(file.bytes);
  const auto told = structure_complaints(file.bytes, 48, k_host);
  REQUIRE(told.size() == 33);
  // All but those named by the last byte, and in place of them that there is no `.wasmtime.bti`.
  CHECK(told.back() == fmt::format("… and {} more", k_million - 2 - 244 + 1 - 32));
}

TEST_CASE("a million sections that overlap") {
  const ManySections file([](ManySections& out, std::size_t i) {
    out.word(i, section_field::name, 4095);
    out.word(i, section_field::type, section_type::progbits);
    out.xword(i, section_field::offset, 64);
    out.xword(i, section_field::size, 4096);
  });
  read_within_bounds(file.bytes);
  CHECK(structure_complaints(file.bytes, 48, k_host).size() == 33);
}

TEST_CASE("a million relocation sections that share all of the file") {
  const ManySections file([](ManySections& out, std::size_t i) {
    const bool is_text = i == 2;
    out.word(i, section_field::name, is_text ? 0 : 4095);
    out.word(i, section_field::type, is_text ? section_type::progbits : section_type::rela);
    out.word(i, section_field::info, 2);
    out.xword(i, section_field::offset, 64);
    out.xword(i, section_field::size, is_text ? 1 : 24 * k_million);
    if (is_text) {
      const auto name = test::bytes_of(".text");
      std::copy(name.begin(), name.end(), out.bytes.begin() + 4096);
      out.bytes[4096 + name.size()] = std::byte{0};
    }
  });
  read_within_bounds(file.bytes);
}

TEST_CASE("a million index tables of one symbol table") {
  const ManySections file([](ManySections& out, std::size_t i) {
    out.word(i, section_field::name, 4095);
    out.word(i, section_field::type, i == 2 ? section_type::symtab : section_type::symtab_shndx);
    out.word(i, section_field::link, i == 2 ? 1 : 2);
  });
  read_within_bounds(file.bytes);
  CHECK(error_of(read_elf_header(file.bytes, ElfRules::until_42)) == "");
}

TEST_CASE("counts and offsets that wrap are errors of a few words") {
  const ElfBuilder whole({{".wasmtime.engine", section_type::progbits, "engine"}});
  const std::vector<std::function<void(ElfBuilder&)>> damages = {
      [](ElfBuilder& file) { file.header(file_field::shnum, std::uint16_t{0xffff}); },
      [](ElfBuilder& file) {
        file.header(file_field::shnum, std::uint16_t{0})
            .xword(0, section_field::size, ~std::uint64_t{0});
      },
      [](ElfBuilder& file) {
        // 64 times that is 0.
        file.header(file_field::shnum, std::uint16_t{0})
            .xword(0, section_field::size, std::uint64_t{1} << 58U);
      },
      [](ElfBuilder& file) {
        // 64 times that is one section header.
        file.header(file_field::shnum, std::uint16_t{0})
            .xword(0, section_field::size, (std::uint64_t{1} << 58U) + 1);
      },
      [](ElfBuilder& file) { file.header(file_field::shoff, ~std::uint64_t{0} - 63); },
      [](ElfBuilder& file) { file.xword(1, section_field::offset, ~std::uint64_t{0}); },
      [](ElfBuilder& file) { file.xword(1, section_field::size, ~std::uint64_t{0}); },
      [](ElfBuilder& file) {
        file.xword(1, section_field::offset, ~std::uint64_t{0} - 3)
            .xword(1, section_field::size, 8);
      },
  };
  for (const auto& damage : damages) {
    auto file = whole;
    damage(file);
    const test::Exact exact(file.bytes);
    const Allocations heap;
    CHECK_FALSE(find_engine_section(exact.view(), ElfRules::until_42).has_value());
    CHECK_FALSE(find_engine_section(exact.view(), ElfRules::since_43).has_value());
    CHECK_FALSE(append_engine_section(exact.view(), {}).has_value());
    CHECK(heap.bytes() < 64 * 1024);
  }
}

TEST_CASE("strings of 4 GB and lists of 2^60 elements cost what is there") {
  for (const std::uint16_t release : {std::uint16_t{20}, std::uint16_t{48}}) {
    const auto encoding = releases::encoding(release);
    for (const std::uint64_t length :
         {std::uint64_t{1} << 32U, (std::uint64_t{1} << 32U) - 1, ~std::uint64_t{0}}) {
      format::Writer text(encoding);
      text.write_length(length);
      text.write_bytes(test::bytes_of("x86_64"));
      const Allocations heap;
      CHECK_FALSE(decode_metadata(release, text.bytes()).has_value());
      CHECK(heap.bytes() < 4096);
    }
    format::Writer list(encoding);
    list.write_string("x86_64");
    list.write_length(std::uint64_t{1} << 60U);
    constexpr std::size_t k_there = 100'000;
    for (std::size_t i = 0; i < k_there; ++i) {
      list.write_string("");
      list.write_variant(2);
      list.write_bool(true);
    }
    const Allocations heap;
    const auto decoded = decode_metadata(release, list.bytes());
    CHECK(error_of(decoded).find("(reading shared_flags[100000].name at offset") !=
          std::string::npos);
    CHECK(heap.bytes() < 5 * k_there * sizeof(Flag));
  }
}
