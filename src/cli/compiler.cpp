#include "cli/compiler.hpp"

#include "cli/interrupt.hpp"

#include <utility>

namespace cwasm::cli {
namespace {

// Beside what the cache itself has in its directory.
constexpr const char* k_version_directory = "compilers";

} // namespace

Result<std::unique_ptr<Compiler>> compiler_of(const CompilerSettings& settings,
                                              const ModuleCache* cache) {
  CommandCompilerOptions options;
  if (!settings.command.empty()) {
    options.command = settings.command;
  }
  options.timeout = settings.timeout;
  options.cancelled = InterruptGuard::interrupted;
  if (cache != nullptr) {
    options.version_directory = cache->directory() / k_version_directory;
  }
  return make_command_compiler(std::move(options));
}

} // namespace cwasm::cli
