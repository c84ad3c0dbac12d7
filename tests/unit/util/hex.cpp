#include "util/hex.hpp"

#include "support/catch.hpp"

#include <array>

using cwasm::util::from_hex;
using cwasm::util::to_hex;

TEST_CASE("hex digits go both ways") {
  const std::array bytes{std::byte{0x00}, std::byte{0x7f}, std::byte{0xab}, std::byte{0xff}};
  CHECK(to_hex(bytes) == "007fabff");
  const auto back = from_hex("007FabFf");
  REQUIRE(back.has_value());
  CHECK(to_hex(*back) == "007fabff");
}

TEST_CASE("what is not hex is refused") {
  CHECK_FALSE(from_hex("0").has_value());
  CHECK_FALSE(from_hex("0g").has_value());
  CHECK_FALSE(from_hex("g0").has_value());
  CHECK(from_hex("").has_value());
}
