#pragma once

#include "releases/majors.hpp"

#include <cwasm/elf.hpp>
#include <cwasm/metadata.hpp>
#include <cwasm/triple.hpp>

namespace cwasm::engine {

/// The ELF header fields that Wasmtime gives an object of this target and kind.
ElfHeader object_header(releases::Major release, const Triple& target, Kind kind);

} // namespace cwasm::engine
