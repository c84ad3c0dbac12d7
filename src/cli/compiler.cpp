#include "cli/compiler.hpp"

#include "cli/interrupt.hpp"

#include <utility>

namespace cwasm::cli {

Result<std::unique_ptr<Compiler>> compiler_of(const CompilerSettings& settings) {
  CommandCompilerOptions options;
  if (!settings.command.empty()) {
    options.command = settings.command;
  }
  options.timeout = settings.timeout;
  options.cancelled = InterruptGuard::interrupted;
  return make_command_compiler(std::move(options));
}

} // namespace cwasm::cli
