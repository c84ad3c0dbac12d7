#pragma once

/// The parts of docs/compat_rules.md, as Markdown. All of it comes from the rows of the releases
/// room and, for the loader's texts, from engines that are asked.

#include "releases/majors.hpp"

#include <functional>
#include <optional>
#include <string>

namespace cwasm::test {

/// "3-37", "38+" (up to the newest release of the tables), "33".
std::string range_text(releases::Majors majors);

/// The releases for which something holds: "3-8, 12+".
std::string ranges_text(const std::function<bool(releases::Major)>& holds);

/// Rows "| releases | text |", one for each run of releases that have the same text; a release
/// without one has no row.
std::string by_release(const std::function<std::optional<std::string>(releases::Major)>& text);

std::string header_part();
std::string version_part();
std::string shared_flags_part();
std::string isa_flags_part();
std::string tunables_part();
std::string features_part();

/// What is said of each kind of mismatch.
std::string texts_part();

} // namespace cwasm::test
