#include "releases/features.hpp"
#include "compat/hints.hpp"
#include "compat/tunables.hpp"
#include "releases/release.hpp"

#include <fmt/format.h>

namespace cwasm::compat {
namespace {

using releases::Major;

// The artifact's bits as the engine's release numbers them. What it has no name for is dropped, as
// Wasmtime drops unknown bits.
std::uint64_t translated(Major from, Major to, std::uint64_t bits) {
  if (from == to) {
    return bits;
  }
  std::uint64_t out = 0;
  for (const auto& feature : releases::features_of(from)) {
    if ((bits & feature.mask) == feature.mask) {
      out |= releases::feature_mask(to, feature.name);
    }
  }
  return out;
}

void add(std::string_view feature, bool artifact_has_it, std::string message, Verdict& verdict) {
  const auto text = [](bool on) { return std::string(on ? "true" : "false"); };
  verdict.mismatches.push_back({fmt::format("feature.{}", feature), "features",
                                std::string(feature), text(artifact_has_it), text(!artifact_has_it),
                                std::move(message), feature_hint(feature, artifact_has_it)});
}

std::string bool_message(std::string_view label, bool artifact_has_it) {
  return fmt::format("Module was compiled {} {} but it {} enabled for the host",
                     artifact_has_it ? "with" : "without", label,
                     artifact_has_it ? "is not" : "is");
}

void check_bools(Major release, std::uint64_t artifact, std::uint64_t host, Verdict& verdict) {
  for (const auto& row : releases::feature_checks()) {
    if (!row.majors.contains(release)) {
      continue;
    }
    const auto mask = releases::feature_mask(release, row.name);
    if (((artifact ^ host) & mask) != 0) {
      const bool has_it = (artifact & mask) != 0;
      add(row.name, has_it, bool_message(row.label, has_it), verdict);
    }
  }
}

// 33 to 36 want equal features, 37 and later only that the artifact has none that the host lacks.
// A flag of two bits counts only when both are in the difference (formats: features_check).
void check_bits(Major release, std::uint64_t artifact, std::uint64_t host, Verdict& verdict) {
  const auto difference = release <= 36 ? artifact ^ host : artifact & ~host;
  std::uint64_t covered = 0;
  for (const auto& row : releases::feature_bits()) {
    if (!row.majors.contains(release) || (difference & row.mask) != row.mask ||
        (row.mask & ~covered) == 0) {
      continue;
    }
    covered |= row.mask;
    const bool has_it = (artifact & row.mask) == row.mask;
    add(row.name, has_it,
        bool_message(fmt::format("support for WebAssembly feature `{}`", row.name), has_it),
        verdict);
  }
}

} // namespace

void check_features(const HostModel& model, Major release, const Metadata& artifact,
                    Verdict& verdict) {
  const auto found = translated(release, model.release, artifact.features.bits);
  const auto host = model.metadata.features.bits;
  if (releases::feature_encoding(model.release) == releases::FeatureEncoding::bools) {
    check_bools(model.release, found, host, verdict);
  } else {
    check_bits(model.release, found, host, verdict);
  }
}

} // namespace cwasm::compat
