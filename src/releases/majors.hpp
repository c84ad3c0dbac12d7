#pragma once

#include <cstdint>

namespace cwasm::releases {

/// A Wasmtime major version ("release" everywhere else in the code).
using Major = std::uint16_t;

/// The oldest and the newest release that wrote an ELF engine section and is in the tables. 49 is
/// the state of Wasmtime's main branch on 2026-08-21.
inline constexpr Major k_oldest = 3;
inline constexpr Major k_newest = 49;
/// The newest release that has been published: the default of a Config.
inline constexpr Major k_newest_published = 48;

/// An inclusive range of releases. Every row of every table begins with one.
struct Majors {
  Major first = 0;
  Major last = 0;
  constexpr bool contains(Major major) const noexcept { return first <= major && major <= last; }
};

} // namespace cwasm::releases
