#include <cwasm/metadata.hpp>

namespace cwasm {

std::string_view kind_name(Kind kind) noexcept {
  return kind == Kind::component ? "component" : "module";
}

} // namespace cwasm
