#include "util/hex.hpp"
#include "util/sha256.hpp"
#include "util/xxhash.hpp"

#include "support/catch.hpp"

#include <string_view>

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

} // namespace

TEST_CASE("sha256 of the FIPS 180 example") {
  const auto digest = cwasm::util::sha256(bytes_of("abc"));
  REQUIRE(digest);
  CHECK(cwasm::util::to_hex(*digest) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("xxh3_128 is in canonical byte order") {
  // The empty input's XXH128 as xxhsum -H2 prints it.
  CHECK(cwasm::util::to_hex(cwasm::util::xxh3_128({})) == "99aa06d3014798d86001c324468d497f");
}
