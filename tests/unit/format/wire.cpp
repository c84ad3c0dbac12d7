#include "format/wire.hpp"

#include "support/catch.hpp"
#include "support/result.hpp"
#include "unit/format/support.hpp"
#include "util/hex.hpp"

#include <limits>
#include <string>

using cwasm::format::Encoding;
using cwasm::format::Reader;
using cwasm::format::Writer;
using cwasm::test::error_of;

namespace {

constexpr Encoding k_encodings[] = {Encoding::bincode, Encoding::postcard};

/// 0, and around each power of two.
template <typename T> std::vector<T> boundaries() {
  std::vector<T> values{0, std::numeric_limits<T>::max()};
  for (int bit = 0; bit < std::numeric_limits<T>::digits; ++bit) {
    const T power = static_cast<T>(T{1} << bit);
    values.insert(values.end(), {static_cast<T>(power - 1), power, static_cast<T>(power + 1)});
  }
  return values;
}

std::string hex(const Writer& writer) { return cwasm::util::to_hex(writer.bytes()); }

/// What a u32 (or u64) written as these hex digits reads as.
struct VarintRow {
  const char* digits;
  std::uint64_t value;
  bool good;
};

} // namespace

TEST_CASE("integers at every boundary come back") {
  for (const auto encoding : k_encodings) {
    Writer writer(encoding);
    for (const auto value : boundaries<std::uint8_t>()) {
      writer.write_u8(value);
    }
    for (const auto value : boundaries<std::uint32_t>()) {
      writer.write_u32(value);
    }
    for (const auto value : boundaries<std::uint64_t>()) {
      writer.write_u64(value);
      writer.write_usize(value);
      writer.write_length(value);
    }
    const cwasm::test::Exact input(writer.bytes());
    Reader reader(encoding, input.view(), 0);
    for (const auto value : boundaries<std::uint8_t>()) {
      CHECK(reader.read_u8("byte") == value);
    }
    for (const auto value : boundaries<std::uint32_t>()) {
      CHECK(reader.read_u32("word") == value);
    }
    for (const auto value : boundaries<std::uint64_t>()) {
      CHECK(reader.read_u64("xword") == value);
      CHECK(reader.read_usize("size") == value);
      CHECK(reader.read_length("length") == value);
    }
    CHECK(error_of(reader.status()) == "");
    CHECK(reader.remaining() == 0);
  }
}

TEST_CASE("bools, tags, variants and texts come back") {
  for (const auto encoding : k_encodings) {
    Writer writer(encoding);
    writer.write_bool(true);
    writer.write_bool(false);
    writer.write_option_tag(false);
    writer.write_option_tag(true);
    writer.write_variant(2);
    for (const auto* text : {"", "x", "target", "gr\xc3\xbc\xc3\x9f"}) {
      writer.write_string(text);
    }
    writer.write_string(std::string(300, 'l'));
    const cwasm::test::Exact input(writer.bytes());
    Reader reader(encoding, input.view(), 0);
    CHECK(reader.read_bool("a"));
    CHECK_FALSE(reader.read_bool("b"));
    CHECK_FALSE(reader.read_option_tag("c"));
    CHECK(reader.read_option_tag("d"));
    CHECK(reader.read_variant("e", 3) == 2);
    for (const auto* text : {"", "x", "target", "gr\xc3\xbc\xc3\x9f"}) {
      CHECK(reader.read_string("f") == text);
    }
    CHECK(reader.read_string("g") == std::string(300, 'l'));
    CHECK(error_of(reader.status()) == "");
    CHECK(reader.remaining() == 0);
  }
}

TEST_CASE("postcard writes numbers in seven bits a byte, the least first") {
  Writer writer(Encoding::postcard);
  writer.write_u32(0);
  writer.write_u32(0x7f);
  writer.write_u32(0x80);
  writer.write_u32(33554432);
  writer.write_u64(std::numeric_limits<std::uint64_t>::max());
  writer.write_variant(300);
  writer.write_u8(0xff);
  writer.write_bool(true);
  writer.write_string("ab");
  CHECK(hex(writer) == "00"
                       "7f"
                       "8001"
                       "80808010"
                       "ffffffffffffffffff01"
                       "ac02"
                       "ff"
                       "01"
                       "026162");
}

TEST_CASE("bincode writes numbers in their full width, the least byte first") {
  Writer writer(Encoding::bincode);
  writer.write_u8(1);
  writer.write_u32(0x01020304);
  writer.write_u64(0x0102030405060708);
  writer.write_variant(2);
  writer.write_option_tag(true);
  writer.write_bool(false);
  writer.write_string("ab");
  CHECK(hex(writer) == "01"
                       "04030201"
                       "0807060504030201"
                       "02000000"
                       "01"
                       "00"
                       "02000000000000006162");
}

TEST_CASE("a 32-bit varint has at most five bytes, with four bits in the last") {
  for (const auto& row :
       {VarintRow{"00", 0, true}, VarintRow{"8000", 0, true}, VarintRow{"8080808000", 0, true},
        VarintRow{"ff808000", 0x7f, true}, VarintRow{"ffffffff0f", 0xffffffff, true},
        VarintRow{"ffffffff10", 0, false}, VarintRow{"8080808010", 0, false},
        VarintRow{"808080807f", 0, false}, VarintRow{"808080808000", 0, false},
        VarintRow{"ffffffffff", 0, false}}) {
    INFO(row.digits);
    const cwasm::test::Exact input(*cwasm::util::from_hex(row.digits));
    Reader reader(Encoding::postcard, input.view(), 0);
    CHECK(reader.read_u32("number") == row.value);
    CHECK(reader.failed() == !row.good);
  }
}

TEST_CASE("a 64-bit varint has at most ten bytes, with one bit in the last") {
  for (const auto& row :
       {VarintRow{"80808080808080808000", 0, true},
        VarintRow{"80808080808080808001", std::uint64_t{1} << 63U, true},
        VarintRow{"ffffffffffffffffff01", ~std::uint64_t{0}, true},
        VarintRow{"ffffffffffffffffff02", 0, false}, VarintRow{"8080808080808080807f", 0, false},
        VarintRow{"8080808080808080808000", 0, false}}) {
    INFO(row.digits);
    const cwasm::test::Exact input(*cwasm::util::from_hex(row.digits));
    Reader reader(Encoding::postcard, input.view(), 0);
    CHECK(reader.read_u64("number") == row.value);
    CHECK(reader.failed() == !row.good);
  }
}

TEST_CASE("a reader tells where it is") {
  const auto input = cwasm::test::bytes_of("abcdef");
  Reader reader(Encoding::postcard, input, 0x40);
  CHECK(reader.offset() == 0x40);
  CHECK(cwasm::test::text_of(reader.read_bytes("bytes", 4)) == "abcd");
  CHECK(reader.offset() == 0x44);
  CHECK(reader.remaining() == 2);
}
