#include "compiler/wasmtime_flags.hpp"

#include "releases/settings.hpp"

namespace cwasm::compiler {

std::vector<std::string> wasmtime_flags(const Engine& engine) {
  std::vector<std::string> flags;
  const auto append = [&](const std::vector<std::string>& arguments) {
    flags.insert(flags.end(), arguments.begin(), arguments.end());
  };
  const auto release = engine.release();
  for (const auto& setting : engine.config().settings()) {
    if (const auto* const row = releases::find_config_row(release, setting.name)) {
      append(releases::command_line_arguments(*row, setting.value));
    } else if (const auto feature = releases::feature_of_setting(release, setting.name)) {
      append(releases::command_line_arguments(feature->name, setting.value == "true"));
    }
  }
  return flags;
}

} // namespace cwasm::compiler
