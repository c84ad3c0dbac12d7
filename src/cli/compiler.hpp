#pragma once

#include <cwasm/cache.hpp>
#include <cwasm/compiler.hpp>
#include <cwasm/error.hpp>
#include <cwasm/settings.hpp>

#include <memory>

namespace cwasm::cli {

/// The configured compiler; an interrupt ends it.
Result<std::unique_ptr<Compiler>> compiler_of(const CompilerSettings& settings,
                                              const ModuleCache* cache);

} // namespace cwasm::cli
