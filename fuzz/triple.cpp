// A triple that parses is printed as one that parses to the same.

#include "support.hpp"

#include <cwasm/triple.hpp>

using cwasm::fuzz::require;

namespace {

// target-lexicon prints these so that other fields are read back: names with fields left out, and
// an unknown format that is read as the environment.
bool is_printed_short(const cwasm::Triple& triple) {
  return triple.vendor == "nintendo" || triple.vendor == "espressif" || triple.vendor == "esp" ||
         triple.architecture.starts_with("clever") ||
         (triple.binary_format == "unknown" && triple.environment == "unknown");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto triple = cwasm::parse_triple(cwasm::fuzz::text_of(data, size));
  if (!triple) {
    require(triple.error().message().starts_with("Unrecognized "));
    return 0;
  }
  require(triple->pointer_bits() == 32 || triple->pointer_bits() == 64);
  const auto printed = triple->to_string();
  const auto again = cwasm::parse_triple(printed);
  require(again.has_value());
  require(is_printed_short(*triple) || (*again == *triple && again->to_string() == printed));
  require(again->architecture == triple->architecture);
  return 0;
}
