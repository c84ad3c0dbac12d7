#pragma once

/// What a person can do about a mismatch: which setting, by its name in every interface that the
/// release has for it (the C++ Config, the C API, the `wasmtime` command line, TOML), and which
/// side has to move.

#include "releases/majors.hpp"

#include <cwasm/metadata.hpp>

#include <string>
#include <string_view>

namespace cwasm::compat {

std::string tunable_hint(releases::Major release, TunableId id, std::string_view found,
                         std::string_view expected);
std::string feature_hint(std::string_view feature, bool artifact_has_it, releases::Major release);
std::string shared_flag_hint(releases::Major release, std::string_view flag,
                             std::string_view expected);
std::string isa_flag_hint(std::string_view flag, std::string_view host_feature,
                          releases::Major release);
std::string version_hint(releases::Major release, std::string_view found,
                         std::string_view expected);
std::string triple_hint(std::string_view target, releases::Major release);

} // namespace cwasm::compat
