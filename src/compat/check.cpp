#include "compat/check.hpp"

#include "compat/flags.hpp"
#include "compat/tunables.hpp"

namespace cwasm::compat {
namespace {

using Reason = Mismatch::Reason;

void add(const HostModel& model, Reason reason, std::string_view found, std::string_view expected,
         Verdict& verdict) {
  Mismatch::Parts parts;
  parts.reason = reason;
  parts.release = model.release;
  parts.found_text = found;
  parts.expected_text = expected;
  verdict.mismatches.emplace_back(std::move(parts));
}

} // namespace

void check_version(const HostModel& model, std::string_view found, Verdict& verdict) {
  if (model.strategy == VersionStrategy::none || found == model.version) {
    return;
  }
  add(model, model.strategy == VersionStrategy::wasmtime ? Reason::version : Reason::custom_version,
      found, model.version, verdict);
}

void check_target(const HostModel& model, std::string_view target, Verdict& verdict) {
  const auto parsed = parse_triple(target);
  if (!parsed) {
    add(model, Reason::target_unreadable, target, model.target.to_string(), verdict);
    return;
  }
  if (parsed->architecture != model.target.architecture) {
    add(model, Reason::architecture, target, model.target.to_string(), verdict);
  }
  if (parsed->operating_system != model.target.operating_system) {
    add(model, Reason::operating_system, target, model.target.to_string(), verdict);
  }
}

void check_metadata(const HostModel& model, releases::Major release, const Metadata& artifact,
                    Verdict& verdict) {
  check_target(model, artifact.target, verdict);
  const auto add_if = [&](std::optional<Mismatch> mismatch) {
    if (mismatch) {
      verdict.mismatches.push_back(*std::move(mismatch));
    }
  };
  for (const auto& flag : artifact.shared_flags) {
    add_if(
        judge_shared_flag(model, release, expect_shared_flag(model, flag.name), model::view(flag)));
  }
  for (const auto& flag : artifact.isa_flags) {
    add_if(judge_isa_flag(model, expect_isa_flag(model, flag.name), model::view(flag)));
  }
  check_tunables(model, release, artifact.tunables, verdict);
  check_features(model, release, artifact.features, verdict);
}

} // namespace cwasm::compat
