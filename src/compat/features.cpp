#include "releases/features.hpp"
#include "compat/tunables.hpp"
#include "releases/release.hpp"

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

// `label` is what the loader's message calls it up to 32; from 33 on it is made of the name.
void add(const HostModel& model, std::string_view feature, std::string_view label,
         bool artifact_has_it, Verdict& verdict) {
  Mismatch::Parts parts;
  parts.reason = Mismatch::Reason::feature;
  parts.release = model.release;
  parts.found = artifact_has_it ? 1 : 0;
  parts.expected = artifact_has_it ? 0 : 1;
  parts.name = feature;
  parts.want = label;
  verdict.mismatches.emplace_back(std::move(parts));
}

void check_bools(const HostModel& model, std::uint64_t artifact, Verdict& verdict) {
  const auto host = model.metadata.features.bits;
  if (artifact == host) {
    return;
  }
  for (const auto& row : releases::feature_checks()) {
    if (!row.majors.contains(model.release)) {
      continue;
    }
    const auto mask = releases::feature_mask(model.release, row.name);
    if (((artifact ^ host) & mask) != 0) {
      add(model, row.name, row.label, (artifact & mask) != 0, verdict);
    }
  }
}

// 33 to 36 want equal features, 37 and later only that the artifact has none that the host lacks.
// A flag of two bits counts only when both are in the difference (formats: features_check).
void check_bits(const HostModel& model, std::uint64_t artifact, Verdict& verdict) {
  const auto host = model.metadata.features.bits;
  const auto difference =
      releases::wants_equal_features(model.release) ? artifact ^ host : artifact & ~host;
  if (difference == 0) {
    return;
  }
  std::uint64_t covered = 0;
  for (const auto& row : releases::feature_bits()) {
    if (!row.majors.contains(model.release) || (difference & row.mask) != row.mask ||
        (row.mask & ~covered) == 0) {
      continue;
    }
    covered |= row.mask;
    add(model, row.name, {}, (artifact & row.mask) == row.mask, verdict);
  }
}

} // namespace

void check_features(const HostModel& model, Major release, Features artifact, Verdict& verdict) {
  const auto found = translated(release, model.release, artifact.bits);
  if (releases::feature_encoding(model.release) == releases::FeatureEncoding::bools) {
    check_bools(model, found, verdict);
  } else {
    check_bits(model, found, verdict);
  }
}

} // namespace cwasm::compat
