#pragma once

#include <string>
#include <string_view>

namespace cwasm::util {

/// Foreign text as it may be shown and put into JSON: valid UTF-8 without control characters other
/// than line feed and tab. Each byte that does not belong there becomes U+FFFD; a carriage return
/// is dropped.
std::string printable(std::string_view text);

} // namespace cwasm::util
