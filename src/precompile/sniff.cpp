#include <cwasm/precompile.hpp>

#include "util/hex.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cwasm {
namespace {

constexpr std::string_view k_magic("\0asm", 4);
constexpr std::string_view k_elf("\x7f"
                                 "ELF",
                                 4);

Error malformed(std::string message) { return {ErrorCode::malformed, std::move(message)}; }

Result<WasmInput> sniff_binary(std::string_view text) {
  if (text.size() < 8) {
    return malformed(
        fmt::format("the WebAssembly preamble is cut short: 8 bytes at offset 0x0, and "
                    "there are {}",
                    text.size()));
  }
  const auto version = static_cast<unsigned char>(text[4]) | static_cast<unsigned char>(text[5])
                                                                 << 8U;
  const auto layer = static_cast<unsigned char>(text[6]) | static_cast<unsigned char>(text[7])
                                                               << 8U;
  // A component's version is a draft number until the component model is finished.
  if (layer == 0 && version == 1) {
    return WasmInput{Kind::module, false};
  }
  if (layer == 1) {
    return WasmInput{Kind::component, false};
  }
  return malformed(fmt::format("the WebAssembly preamble has version {:#x} at offset 0x4 and layer "
                               "{:#x} at offset 0x6, expected 1 and 0 (module) or any and 1 "
                               "(component)",
                               version, layer));
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// The text behind a block comment that it begins with; they nest. Nothing when it does not end.
std::optional<std::string_view> skip_block_comment(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const auto pair = text.substr(i, 2);
    if (pair == "(;") {
      ++depth;
      ++i;
    } else if (pair == ";)") {
      ++i;
      if (--depth == 0) {
        return text.substr(i + 1);
      }
    }
  }
  return std::nullopt;
}

std::string_view skip_space_and_comments(std::string_view text) {
  while (!text.empty()) {
    if (is_space(text.front())) {
      text.remove_prefix(1);
    } else if (text.starts_with(";;")) {
      const auto end = text.find('\n');
      text = end == std::string_view::npos ? std::string_view() : text.substr(end);
    } else if (text.starts_with("(;")) {
      text = skip_block_comment(text).value_or(std::string_view());
    } else {
      break;
    }
  }
  return text;
}

bool begins_with_word(std::string_view text, std::string_view word) {
  return text.starts_with(word) &&
         (text.size() == word.size() || is_space(text[word.size()]) || text[word.size()] == '(' ||
          text[word.size()] == ')' || text[word.size()] == ';');
}

} // namespace

Result<WasmInput> sniff_wasm(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with(k_magic)) {
    return sniff_binary(text);
  }
  if (text.starts_with(k_elf)) {
    return Error(
        ErrorCode::invalid_argument,
        "this is compiled already (an ELF file): `cwasm check` says whether it would load");
  }
  if (text.empty()) {
    return malformed("this is no WebAssembly: it is empty");
  }
  const auto code = skip_space_and_comments(text);
  if (!code.starts_with('(')) {
    return malformed(fmt::format(
        "this is no WebAssembly: it begins with the bytes {}, not with \\0asm or a '(' of the text "
        "format",
        util::to_hex(bytes.first(std::min<std::size_t>(bytes.size(), 8)))));
  }
  const auto first_word = skip_space_and_comments(code.substr(1));
  return WasmInput{begins_with_word(first_word, "component") ? Kind::component : Kind::module,
                   true};
}

} // namespace cwasm
