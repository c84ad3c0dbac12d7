#include "format/wire.hpp"

#include "support/catch.hpp"
#include "support/result.hpp"
#include "unit/format/support.hpp"
#include "util/hex.hpp"

#include <functional>
#include <string>

using cwasm::format::Encoding;
using cwasm::format::Reader;
using cwasm::format::Writer;
using cwasm::test::error_of;

namespace {

struct Row {
  const char* digits;
  std::function<void(Reader&)> read;
  const char* message;
};

void check(Encoding encoding, const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    INFO(row.digits);
    const cwasm::test::Exact input(*cwasm::util::from_hex(row.digits));
    Reader reader(encoding, input.view(), 0x10);
    row.read(reader);
    const auto status = reader.status();
    REQUIRE_FALSE(status.has_value());
    CHECK(status.error().message() == row.message);
    CHECK(status.error().code() == cwasm::ErrorCode::malformed);
  }
}

/// One of each, in a list where lists are.
void write_sample(Writer& writer) {
  writer.write_string("x86_64");
  writer.write_length(2);
  for (const auto* name : {"has_avx", "has_sse"}) {
    writer.write_string(name);
    writer.write_variant(2);
    writer.write_bool(true);
  }
  writer.write_u64(4294967296);
  writer.write_option_tag(true);
  writer.write_u32(1);
  writer.write_u8(7);
}

void read_sample(Reader& reader) {
  reader.read_string("target");
  const auto count = reader.read_length("isa_flags");
  for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
    reader.read_string({"isa_flags", i, "name"});
    reader.read_variant({"isa_flags", i, "value"}, 3);
    reader.read_bool({"isa_flags", i, "value"});
  }
  reader.read_u64("tunables.memory_reservation");
  reader.read_option_tag("tunables.collector");
  reader.read_nonzero_u32("tunables.gc_zeal_alloc_counter");
  reader.read_u8("byte");
}

} // namespace

TEST_CASE("postcard's own words come first, then what was read where") {
  check(Encoding::postcard,
        {{"", [](Reader& r) { r.read_u8("a"); },
          "Hit the end of buffer, expected more data (reading a at offset 0x10 of the engine "
          "section)"},
         {"01",
          [](Reader& r) {
            r.read_bool("a");
            r.read_bool("b");
          },
          "Hit the end of buffer, expected more data (reading b at offset 0x11 of the engine "
          "section)"},
         {"8080", [](Reader& r) { r.read_u64("tunables.memory_reservation"); },
          "Hit the end of buffer, expected more data (reading tunables.memory_reservation at "
          "offset 0x10 of the engine section)"},
         {"808080808080808080807f", [](Reader& r) { r.read_u64("a"); },
          "Found a varint that didn't terminate. Is the usize too big for this platform? (reading "
          "a at offset 0x10 of the engine section)"},
         {"02", [](Reader& r) { r.read_bool("a"); },
          "Found a bool that wasn't 0 or 1 (found 2, reading a at offset 0x10 of the engine "
          "section)"},
         {"ff", [](Reader& r) { r.read_option_tag("a"); },
          "Found an Option discriminant that wasn't 0 or 1 (found 255, reading a at offset 0x10 "
          "of the engine section)"},
         {"02c328", [](Reader& r) { r.read_string("target"); },
          "Tried to parse invalid utf-8 (reading target at offset 0x10 of the engine section)"},
         {"0361", [](Reader& r) { r.read_string("target"); },
          "Hit the end of buffer, expected more data (reading target at offset 0x10 of the engine "
          "section)"},
         {"ffffffffffffffffff01", [](Reader& r) { r.read_string("target"); },
          "Hit the end of buffer, expected more data (reading target at offset 0x10 of the engine "
          "section)"},
         {"03",
          [](Reader& r) {
            r.read_variant({"flags", 7, "value"}, 3);
          },
          "Serde Deserialization Error (found 3, reading flags[7].value at offset 0x10 of the "
          "engine section)"},
         {"00", [](Reader& r) { r.read_nonzero_u32("a"); },
          "Serde Deserialization Error (reading a at offset 0x10 of the engine section)"},
         {"00", [](Reader& r) { r.read_bytes("a", 2); },
          "Hit the end of buffer, expected more data (reading a at offset 0x10 of the engine "
          "section)"}});
}

TEST_CASE("bincode's own words come first, then what was read where") {
  check(Encoding::bincode,
        {{"010203", [](Reader& r) { r.read_u32("a"); },
          "io error: unexpected end of file (reading a at offset 0x10 of the engine section)"},
         {"02", [](Reader& r) { r.read_bool("a"); },
          "invalid u8 while decoding bool, expected 0 or 1 (found 2, reading a at offset 0x10 of "
          "the engine section)"},
         {"05", [](Reader& r) { r.read_option_tag("a"); },
          "tag for enum is not valid (found 5, reading a at offset 0x10 of the engine section)"},
         {"0100000000000000ff", [](Reader& r) { r.read_string("a"); },
          "string is not valid utf8 (reading a at offset 0x10 of the engine section)"},
         {"04000000", [](Reader& r) { r.read_variant("a", 4); },
          "invalid value for a variant index (found 4, reading a at offset 0x10 of the engine "
          "section)"}});
}

TEST_CASE("metadata cut anywhere is refused and read no further") {
  for (const auto encoding : {Encoding::bincode, Encoding::postcard}) {
    Writer writer(encoding);
    write_sample(writer);
    const auto& whole = writer.bytes();
    Reader good(encoding, whole, 0);
    read_sample(good);
    CHECK(error_of(good.status()) == "");
    CHECK(good.remaining() == 0);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const cwasm::test::Exact cut(whole, size);
      Reader reader(encoding, cut.view(), 0);
      read_sample(reader);
      INFO(size);
      CHECK(reader.failed());
      CHECK(reader.remaining() == 0);
    }
  }
}

TEST_CASE("no damage to a byte of metadata is more than an error") {
  for (const auto encoding : {Encoding::bincode, Encoding::postcard}) {
    Writer writer(encoding);
    write_sample(writer);
    for (std::size_t at = 0; at < writer.bytes().size(); ++at) {
      for (unsigned value = 0; value < 256; ++value) {
        auto damaged = writer.bytes();
        damaged[at] = static_cast<std::byte>(value);
        const cwasm::test::Exact input(damaged);
        Reader reader(encoding, input.view(), 0);
        read_sample(reader);
        CHECK((reader.status() || reader.remaining() == 0));
      }
    }
  }
}

TEST_CASE("the first failure is the one that is told, and all that follows is zero") {
  const auto input = *cwasm::util::from_hex("0205010161");
  Reader reader(Encoding::postcard, input, 0);
  CHECK_FALSE(reader.read_bool("first"));
  CHECK_FALSE(reader.read_option_tag("second"));
  CHECK(reader.read_u8("third") == 0);
  CHECK(reader.read_u64("fourth") == 0);
  CHECK(reader.read_nonzero_u32("fifth") == 0);
  CHECK(reader.read_variant("sixth", 3) == 0);
  CHECK(reader.read_string("seventh").empty());
  CHECK(reader.read_bytes("eighth", 1).empty());
  CHECK(reader.read_length("ninth") == 0);
  CHECK(error_of(reader.status()).find("first") != std::string::npos);
}
