#include "compiler/wasmtime_flags.hpp"

#include "releases/interfaces.hpp"

namespace cwasm::compiler {

std::vector<std::string> wasmtime_flags(const Engine& engine) {
  std::vector<std::string> flags;
  const auto append = [&](const std::vector<std::string>& arguments) {
    flags.insert(flags.end(), arguments.begin(), arguments.end());
  };
  const auto release = engine.release();
  for (const auto& setting : engine.config().settings()) {
    append(releases::command_line_arguments(release, setting.name, setting.value));
  }
  return flags;
}

} // namespace cwasm::compiler
