#pragma once

/// The machine that runs compiled code: detected, or given, so that any host can be played on any
/// machine.

#include <cwasm/error.hpp>
#include <cwasm/export.hpp>
#include <cwasm/triple.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace cwasm {

/// What a host's CPU can do, under the names of Rust's feature detection ("sse4.1", "lse").
class CWASM_EXPORT HostFeatures {
public:
  enum class Probe : std::uint8_t {
    listed,  ///< what is listed is there; other names of the architecture are not
    none,    ///< nothing is there
    unknown, ///< the host cannot tell
  };

  HostFeatures() = default;
  explicit HostFeatures(Probe probe) : m_probe(probe) {}
  explicit HostFeatures(std::set<std::string, std::less<>> names) : m_names(std::move(names)) {}

  /// "none", "unknown", or names separated by commas; invalid_argument for a name that no release
  /// knows.
  static Result<HostFeatures> parse(std::string_view text);

  Probe probe() const noexcept { return m_probe; }
  const std::set<std::string, std::less<>>& names() const noexcept { return m_names; }

  /// The text that parse() reads.
  std::string to_string() const;

  friend bool operator==(const HostFeatures&, const HostFeatures&) = default;

private:
  Probe m_probe = Probe::listed;
  std::set<std::string, std::less<>> m_names;
};

/// A machine.
struct CWASM_EXPORT Host {
  Triple triple;
  HostFeatures features;
  std::uint64_t page_size = 4096; ///< bytes

  /// This machine: cpuid (and the OS's support for AVX and AVX-512 state) on x86-64, the auxiliary
  /// vector on aarch64 Linux; `unknown` features elsewhere. Does not allocate devices or files.
  static Host detect();

  /// As Wasmtime's probe answers when it is asked for a feature: whether it is there, or nothing
  /// when this architecture's probe does not know the name.
  std::optional<bool> has_feature(std::string_view name) const;

  friend bool operator==(const Host&, const Host&) = default;
};

} // namespace cwasm
