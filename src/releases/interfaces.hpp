#pragma once

/// How each interface of Wasmtime spells a setting: the C API and the `wasmtime` command line.

#include "releases/majors.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cwasm::releases {

/// A setting, by its Config method, as arguments of `wasmtime compile` of a release:
/// {"-O", "memory-guard-size=0"}; up to 13 {"--epoch-interruption"}. Empty when the command has no
/// option for it, or none is needed.
std::vector<std::string> command_line_arguments(Major major, std::string_view method,
                                                std::string_view value);

/// The call of the C API that makes a setting, "wasmtime_config_consume_fuel_set(config, true)".
/// Empty when the release's C API has none.
std::string c_api_call(Major major, std::string_view method, std::string_view value);

} // namespace cwasm::releases
