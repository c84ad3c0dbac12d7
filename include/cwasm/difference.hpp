#pragma once

/// In what two artifacts, two engines, or one of each differ, of whatever releases they are.

#include <cwasm/artifact.hpp>
#include <cwasm/engine.hpp>
#include <cwasm/export.hpp>
#include <cwasm/host.hpp>
#include <cwasm/metadata.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cwasm {

/// What is compared: of an artifact what it was compiled for, of an engine what it would write.
struct Comparand {
  std::optional<Kind> kind; ///< an engine has none, and then kinds are not compared
  std::optional<Host> host; ///< an artifact has none, and then hosts are not compared
  std::uint16_t release = 0;
  std::string version; ///< the version text
  Metadata metadata;
};

CWASM_EXPORT Comparand comparand_of(const Artifact& artifact);
CWASM_EXPORT Comparand comparand_of(const Engine& engine);

/// One field that differs.
struct Difference {
  /// "kind" "host" "version" "triple" "shared_flags" "isa_flags" "tunables" "features", as in a
  /// Mismatch.
  std::string_view aspect;
  std::string name; ///< "kind" "release" "version" "target"; a flag's, tunable's or feature's
  std::optional<std::string> a; ///< nothing: that side does not have it
  std::optional<std::string> b;
  friend bool operator==(const Difference&, const Difference&) = default;
};

/// All of them, aspect by aspect in the order above; within one in the order of `a`, with what only
/// `b` has behind it. Tunables and features are matched by name. Nothing: they are equal.
CWASM_EXPORT std::vector<Difference> differences(const Comparand& a, const Comparand& b);

} // namespace cwasm
