#include "compiler/command_template.hpp"

#include "support/catch.hpp"

using cwasm::ErrorCode;
using cwasm::compiler::CommandTemplate;
using cwasm::compiler::CommandValues;

namespace {

using Words = std::vector<std::string>;

Words expand(const Words& command) {
  const auto parsed = CommandTemplate::parse(command);
  REQUIRE(parsed);
  return parsed->expand(CommandValues{
      "/t/in put", "/t/out", "x86_64-unknown-linux-gnu", "speed", {"-W", "gc=y", "{input}"}});
}

std::string refusal(const Words& command) {
  const auto parsed = CommandTemplate::parse(command);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code() == ErrorCode::invalid_argument);
  return parsed.error().message();
}

} // namespace

TEST_CASE("placeholders stand for values, anywhere in an element") {
  CHECK(expand({"cc", "{input}", "-o", "{output}"}) == Words{"cc", "/t/in put", "-o", "/t/out"});
  CHECK(expand({"cc", "--target={target}", "a{opt_level}{opt_level}b"}) ==
        Words{"cc", "--target=x86_64-unknown-linux-gnu", "aspeedspeedb"});
}

TEST_CASE("flags become any number of elements, and are not looked into") {
  CHECK(expand({"cc", "{flags}", "x"}) == Words{"cc", "-W", "gc=y", "{input}", "x"});
  const auto parsed = CommandTemplate::parse({"cc", "{flags}"});
  REQUIRE(parsed);
  CHECK(parsed->expand({}) == Words{"cc"});
}

TEST_CASE("braces that hold no name are text") {
  const Words braces{"cc", "{}", "{", "}", "{\"a\":1}", "{A}", "{a b}", "{{", "x{1}"};
  CHECK(expand(braces) == braces);
  CHECK(expand({"cc", "{{input}"}) == Words{"cc", "{/t/in put"});
}

TEST_CASE("an unknown placeholder is named, with the known ones") {
  CHECK(refusal({"cc", "--in={inptu}"}) ==
        "compiler command: unknown placeholder {inptu}; known are {input}, {output}, {target}, "
        "{opt_level}, {flags}");
}

TEST_CASE("flags inside an element are refused") {
  CHECK(refusal({"cc", "--flags={flags}"}) ==
        "compiler command: {flags} must be an element of its own, not a part of '--flags={flags}'");
}

TEST_CASE("a command without a program is refused") {
  CHECK(refusal({}) == "compiler command: it names no program");
  CHECK(refusal({"", "x"}) == "compiler command: it names no program");
}
