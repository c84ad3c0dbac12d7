// docs/compat_rules.md is what the rows say. With CWASM_REWRITE_DOCS set, it is written anew.

#include "document.hpp"

#include "support/catch.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

using namespace cwasm;

namespace {

const std::filesystem::path k_document =
    std::filesystem::path(CWASM_SOURCE_DIR) / "docs/compat_rules.md";

constexpr std::string_view k_introduction = R"(# What each release's loader compares

Generated from the rows of `src/releases` by `tests/unit/releases`; do not edit. To write it anew:
`CWASM_REWRITE_DOCS=1 build/dev/tests/unit/releases/test_releases`.

A loader stops at the first thing that does not fit. The order is the order of this page: ELF header, version
text, target, shared flags, isa flags, tunables, features; within a table, the artifact's own order for flags
and the table's for the rest. "38+" means from 38 to {}, the state of Wasmtime's main branch that the tables
know; {} is the newest published release.
)";

std::string document() {
  auto text = fmt::format(k_introduction, releases::k_newest, releases::k_newest_published);
  const auto add = [&](std::string_view title, std::string_view words, const std::string& part) {
    text += fmt::format("\n## {}\n\n{}{}{}", title, words, words.empty() ? "" : "\n\n", part);
  };
  add("ELF header", "", test::header_part());
  add("Version text",
      "What an engine of the default strategy writes and expects. A custom text is compared as it "
      "is; "
      "the strategy\n`none` writes an empty one and compares nothing.",
      test::version_part());
  add("Shared flags",
      "Cranelift's flags for all targets. \"Written by\" says which releases write the flag, "
      "\"rule "
      "of\" which judge it\nlike this; a flag without a rule is refused as unknown.",
      test::shared_flags_part());
  add("Isa flags",
      "Judged when `true`; `false` is always right. From 28 on, a `pointer_width` of pulley must "
      "be "
      "the host's. A riscv64\nhost takes a flag without a rule on trust, others refuse it.",
      test::isa_flags_part());
  add("Tunables",
      "In the loader's order. The label is what the texts below call the tunable; choices are "
      "compared "
      "by name.",
      test::tunables_part());
  add("Features",
      "Up to 32 the loader compares the bools of a struct, in this order. A host that was built "
      "without "
      "the cargo feature in\nthe last column has another text; hosts are taken to have it. From 33 "
      "on "
      "features are bits, and each named flag all\nof whose bits differ counts, in the order of "
      "the "
      "second table: from 33 to 36 both sides must have the same\nfeatures, from 37 on the "
      "artifact none "
      "that the engine lacks.",
      test::features_part());
  add("Texts",
      "What the loader says, asked of an engine of every release. Names and values are examples.",
      test::texts_part());
  return text;
}

/// The first line that differs, or nothing.
std::string first_difference(const std::string& found, const std::string& expected) {
  std::istringstream ours(found);
  std::istringstream theirs(expected);
  std::string one;
  std::string other;
  for (int line = 1;; ++line) {
    const bool more = static_cast<bool>(std::getline(ours, one));
    const bool other_more = static_cast<bool>(std::getline(theirs, other));
    if (!more && !other_more) {
      return "";
    }
    if (more != other_more || one != other) {
      return fmt::format(
          "line {} is\n  {}\nand should be\n  {}\nTo write the document anew, run this "
          "test with CWASM_REWRITE_DOCS=1.",
          line, more ? one : "(no more)", other_more ? other : "(no more)");
    }
  }
}

} // namespace

TEST_CASE("docs/compat_rules.md is what the rows say") {
  const auto expected = document();
  if (std::getenv("CWASM_REWRITE_DOCS") != nullptr) {
    std::ofstream(k_document, std::ios::binary) << expected;
  }
  std::ifstream file(k_document, std::ios::binary);
  const std::string found{std::istreambuf_iterator<char>(file), {}};
  CHECK(first_difference(found, expected) == "");
}

TEST_CASE("ranges of releases as people write them") {
  CHECK(test::range_text({3, 37}) == "3-37");
  CHECK(test::range_text({33, 33}) == "33");
  CHECK(test::range_text({38, releases::k_newest}) == "38+");
  CHECK(test::ranges_text([](auto major) { return major != 12; }) == "3-11, 13+");
  CHECK(test::ranges_text([](auto) { return false; }).empty());
  CHECK(test::by_release([](auto major) -> std::optional<std::string> {
          return major < 5 ? std::nullopt : std::optional(major < 9 ? "a" : "b");
        }) == "| 5-8 | a |\n| 9+ | b |\n");
}
