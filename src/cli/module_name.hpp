#pragma once

#include "cli/context.hpp"

#include <cwasm/digest.hpp>
#include <cwasm/error.hpp>

#include <filesystem>

namespace cwasm::cli {

/// The digest of the module that is meant: by its file, or by its digest in hex digits when no file
/// has that name.
Result<ModuleDigest> module_named(const Context& context, const std::filesystem::path& name);

} // namespace cwasm::cli
