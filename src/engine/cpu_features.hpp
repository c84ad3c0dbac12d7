#pragma once

/// What this machine is, asked of the CPU and the operating system.

#include <cwasm/host.hpp>

#include <string>

namespace cwasm::engine {

/// The triple that a Rust program built for this machine would call its host.
std::string host_triple();

HostFeatures detect_cpu_features();

} // namespace cwasm::engine
