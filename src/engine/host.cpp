#include <cwasm/host.hpp>

#include "engine/cpu_features.hpp"
#include "releases/flags.hpp"
#include "util/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <unistd.h>

#include <vector>

namespace cwasm {
namespace {

using releases::IsaFamily;

std::vector<std::string> known_names() {
  std::vector<std::string> names{"none", "unknown"};
  for (const auto& row : releases::isa_rules()) {
    if (!row.host_feature.empty()) {
      names.emplace_back(row.host_feature);
    }
  }
  return names;
}

} // namespace

Result<HostFeatures> HostFeatures::parse(std::string_view text) {
  if (text == "none") {
    return HostFeatures(Probe::none);
  }
  if (text == "unknown") {
    return HostFeatures(Probe::unknown);
  }
  const auto known = known_names();
  std::set<std::string, std::less<>> names;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto name = text.substr(0, comma);
    if (std::find(known.begin() + 2, known.end(), name) == known.end()) {
      return Error(ErrorCode::invalid_argument,
                   fmt::format("no release of Wasmtime asks a host for the feature '{}'{}", name,
                               util::did_you_mean(name, known)));
    }
    names.emplace(name);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return HostFeatures(std::move(names));
}

std::string HostFeatures::to_string() const {
  if (m_probe != Probe::listed) {
    return m_probe == Probe::none ? "none" : "unknown";
  }
  return fmt::format("{}", fmt::join(m_names, ","));
}

Host Host::detect() {
  Host host;
  const auto triple = parse_triple(engine::host_triple());
  if (triple) {
    host.triple = *triple;
  }
  host.features = engine::detect_cpu_features();
  const long page = ::sysconf(_SC_PAGESIZE);
  host.page_size = page > 0 ? static_cast<std::uint64_t>(page) : 4096;
  return host;
}

std::optional<bool> Host::has_feature(std::string_view name) const {
  switch (features.probe()) {
  case HostFeatures::Probe::unknown:
    return std::nullopt;
  case HostFeatures::Probe::none:
    return false;
  case HostFeatures::Probe::listed:
    break;
  }
  if (features.names().contains(name)) {
    return true;
  }
  const auto family = releases::isa_family(triple);
  if (family == IsaFamily::riscv64) {
    return true;
  }
  for (const auto& row : releases::isa_rules()) {
    if (row.family == family && row.host_feature == name) {
      return false;
    }
  }
  return std::nullopt;
}

} // namespace cwasm
