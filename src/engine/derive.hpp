#pragma once

/// From a Config to what a real Wasmtime of its release would do with it.

#include "compat/host_model.hpp"
#include "engine/version.hpp"

#include <cwasm/config.hpp>
#include <cwasm/error.hpp>
#include <cwasm/host.hpp>

namespace cwasm::engine {

struct Derived {
  ReleaseVersion version;
  compat::HostModel model;
};

/// Errors: invalid_argument, in Wasmtime's words where it has them.
Result<Derived> derive(const Config& config, const Host& host);

} // namespace cwasm::engine
