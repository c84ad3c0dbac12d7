#pragma once

#include <cwasm/engine.hpp>

#include <string>
#include <vector>

namespace cwasm::compiler {

/// The settings of an engine's config as arguments of `wasmtime compile`: "-O",
/// "memory-guard-size=0", "-W", "threads=n". What has no option there is left out; whether it was
/// heeded is seen in the artifact.
std::vector<std::string> wasmtime_flags(const Engine& engine);

} // namespace cwasm::compiler
