#pragma once

/// Text as Rust's formatting prints it, which Wasmtime's messages are made with.

#include <string>
#include <string_view>

namespace cwasm::util {

/// `{:?}` of a str: in double quotes, with quotes, backslashes and what is not printable escaped.
/// The input is UTF-8.
std::string rust_debug(std::string_view text);

} // namespace cwasm::util
