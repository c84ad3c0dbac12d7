#pragma once

/// What an artifact is compared with: an engine and the machine it runs on, as plain values.

#include "releases/majors.hpp"

#include <cwasm/host.hpp>
#include <cwasm/metadata.hpp>
#include <cwasm/triple.hpp>

#include <string>

namespace cwasm::compat {

/// How the version text of an artifact is judged.
enum class VersionStrategy : std::uint8_t { wasmtime, custom, none };

struct HostModel {
  releases::Major release = 0;
  VersionStrategy strategy = VersionStrategy::wasmtime;
  std::string version; ///< the text that `wasmtime` and `custom` expect
  Triple target;       ///< what the engine compiles for
  Metadata metadata;   ///< what the engine writes
  Host host;           ///< the machine that would run the code
};

} // namespace cwasm::compat
