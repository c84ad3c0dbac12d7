#include <cwasm/digest.hpp>

#include "util/hex.hpp"

#include <span>

namespace cwasm {

std::string CompatibilityHash::to_hex() const { return util::to_hex(bytes); }

std::string ModuleDigest::to_hex() const { return util::to_hex(std::span(bytes).first(size())); }

} // namespace cwasm
