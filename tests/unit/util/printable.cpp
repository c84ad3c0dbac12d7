#include "util/printable.hpp"

#include "support/catch.hpp"

using cwasm::util::printable;

TEST_CASE("text stays as it is, and a carriage return goes") {
  CHECK(printable("a\tb\r\nc ~") == "a\tb\nc ~");
  CHECK(printable("\xc3\xa9 \xe2\x94\x82 \xf0\x9f\x98\x80") ==
        "\xc3\xa9 \xe2\x94\x82 \xf0\x9f\x98\x80");
  CHECK(printable("").empty());
}

TEST_CASE("what is not UTF-8, or controls a terminal, is replaced byte by byte") {
  const std::string r = "\xef\xbf\xbd";
  CHECK(printable("\x1b[31m") == r + "[31m");
  CHECK(printable(std::string("a\0b\x7f", 4)) == "a" + r + "b" + r);
  CHECK(printable("\x80") == r);         // a continuation without a beginning
  CHECK(printable("\xc3") == r);         // cut short
  CHECK(printable("\xe2\x94") == r + r); // cut short
  CHECK(printable("\xc0\xaf") == r + r); // overlong
  CHECK(printable("\xe0\x80\xaf") == r + r + r);
  CHECK(printable("\xed\xa0\x80") == r + r + r);         // a surrogate
  CHECK(printable("\xf4\x90\x80\x80") == r + r + r + r); // beyond the last code point
  CHECK(printable("\xc2\x9b") == r + r);                 // a control character of the second set
  CHECK(printable("\xff") == r);
}
