#include "compat/check.hpp"

#include "compat/flags.hpp"
#include "compat/hints.hpp"
#include "compat/tunables.hpp"

#include <fmt/format.h>

namespace cwasm::compat {
namespace {

void check_triple(const HostModel& model, const std::string& target, Verdict& verdict) {
  const auto parsed = parse_triple(target);
  const auto add = [&](std::string code, std::string name, std::string found, std::string expected,
                       std::string message) {
    verdict.mismatches.push_back({std::move(code), "triple", std::move(name), std::move(found),
                                  std::move(expected), std::move(message),
                                  triple_hint(model.target.to_string())});
  };
  if (!parsed) {
    add("triple", "target", target, model.target.to_string(), parsed.error().message());
    return;
  }
  if (parsed->architecture != model.target.architecture) {
    add("triple.architecture", "architecture", parsed->architecture, model.target.architecture,
        fmt::format("Module was compiled for architecture '{}'", parsed->architecture));
  }
  if (parsed->operating_system != model.target.operating_system) {
    add("triple.operating_system", "operating_system", parsed->operating_system,
        model.target.operating_system,
        fmt::format("Module was compiled for operating system '{}'", parsed->operating_system));
  }
}

} // namespace

void check_version(const HostModel& model, std::string_view found, Verdict& verdict) {
  if (model.strategy == VersionStrategy::none || found == model.version) {
    return;
  }
  const bool says_wasmtime = model.strategy == VersionStrategy::wasmtime && model.release <= 41;
  verdict.mismatches.push_back(
      {"version", "version", "version", std::string(found), model.version,
       fmt::format("Module was compiled with incompatible {}version '{}'",
                   says_wasmtime ? "Wasmtime " : "", found),
       version_hint(model.release, found,
                    model.strategy == VersionStrategy::wasmtime ? model.version : "")});
}

void check_metadata(const HostModel& model, releases::Major release, const Metadata& artifact,
                    Verdict& verdict) {
  check_triple(model, artifact.target, verdict);
  check_shared_flags(model, release, artifact, verdict);
  check_isa_flags(model, artifact, verdict);
  check_tunables(model, release, artifact, verdict);
  check_features(model, release, artifact, verdict);
}

} // namespace cwasm::compat
