#include "util/utf8.hpp"

#include "support/catch.hpp"

#include <string>

using cwasm::util::find_utf8_error;
using cwasm::util::is_utf8;

TEST_CASE("UTF-8 is what Rust takes for it") {
  for (const std::string_view good :
       {"", "a", "seven78", "exactly8", "more than eight", "\x7f", "\xc2\x80", "\xdf\xbf",
        "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf", "ascii first, then \xc3\xbc", "\xc3\xbc then ascii, a lot of it"}) {
    CHECK(is_utf8(good));
    CHECK_FALSE(find_utf8_error(good).has_value());
  }
  for (const std::string_view bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2 ", "\xe0\x9f\xbf", "\xe0\xa0",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xff", "long enough for words \xff",
        "\xff"
        "long enough for words",
        "12345678\xff"
        "12345678"}) {
    CHECK_FALSE(is_utf8(bad));
    CHECK(find_utf8_error(bad).has_value());
  }
}

TEST_CASE("a wrong byte is found wherever it is") {
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      text[at] = '\xff';
      const auto error = find_utf8_error(text);
      CHECK_FALSE(is_utf8(text));
      REQUIRE(error.has_value());
      CHECK(error->index == at);
    }
  }
}
