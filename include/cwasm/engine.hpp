#pragma once

/// An engine: a configuration whose consequences have been worked out. It knows what Wasmtime of
/// its release would write and load, and compiles nothing itself.

#include <cwasm/config.hpp>
#include <cwasm/digest.hpp>
#include <cwasm/error.hpp>
#include <cwasm/export.hpp>
#include <cwasm/host.hpp>
#include <cwasm/load_requirements.hpp>
#include <cwasm/metadata.hpp>
#include <cwasm/triple.hpp>
#include <cwasm/verdict.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cwasm {

/// One field of what the compatibility hash is computed from, as text.
struct HashedField {
  std::string name;
  std::string value;
  friend bool operator==(const HashedField&, const HashedField&) = default;
};

class EngineWeak;

/// A cheap handle: copies share one immutable state, so any thread may use any copy.
class CWASM_EXPORT Engine {
public:
  /// Works out what an engine with this configuration on this host would write. The config's own
  /// `host_features` take the place of the host's. Errors: invalid_argument for a setting that the
  /// release does not have or does not allow, in Wasmtime's words where it has them.
  static Result<Engine> create(const Config& config, const Host& host = Host::detect());

  const Config& config() const noexcept;
  const Host& host() const noexcept;

  /// The release whose rules hold: 48.
  std::uint16_t release() const noexcept;
  /// As the config gave it: "48", "36.0.2".
  const std::string& release_text() const noexcept;
  /// The version text that is written: "48", "36.0.2", a custom text, or nothing.
  const std::string& version_text() const noexcept;
  /// Whether that text names the release (strategy `wasmtime`).
  bool version_names_release() const noexcept;

  const Triple& target() const noexcept;
  const Metadata& metadata() const noexcept;
  /// "none", "speed" or "speed_and_size".
  std::string opt_level() const;

  /// The engine section that Wasmtime of this release would write for this configuration.
  std::span<const std::byte> engine_section() const noexcept;

  /// XXH3-128 over explain(), see docs/compatibility-hash.md. Equal hashes mean interchangeable
  /// artifacts. The same on every machine, in every build. Host features are not in it.
  const CompatibilityHash& precompile_compatibility_hash() const noexcept;
  /// What the hash is computed from, in order.
  std::vector<HashedField> explain() const;

  /// What tells an index whether artifacts of another engine may load in this one: not those of
  /// another load class; of the same class those that check() finds nothing against. The rank is 0,
  /// 1, 2 for the opt levels none, speed, speed_and_size. The same on every machine.
  const LoadRequirements& load_requirements() const noexcept;

  /// Whether Wasmtime would load an artifact with this metadata: every mismatch, in its order.
  Verdict check_compatible(const Metadata& artifact) const;

  /// The same for a whole artifact, from its ELF header on. It is loaded as `kind`, or as what it
  /// is. Structure beyond the engine section is not looked at. Errors: malformed when it cannot be
  /// read as far as that takes (the message names what and where).
  Result<Verdict> check(std::span<const std::byte> artifact,
                        std::optional<Kind> kind = std::nullopt) const;

  /// A new ELF object for this engine's target with nothing but its engine section, or `object` (an
  /// ELF object without one, as a compiler made it) with the section appended. Wasmtime calls this
  /// `append_compiler_info`. Errors: malformed, invalid_argument.
  Result<std::vector<std::byte>> append_compiler_info(Kind kind) const;
  Result<std::vector<std::byte>> append_compiler_info(Kind kind,
                                                      std::span<const std::byte> object) const;

  EngineWeak weak() const;
  /// Whether two handles share one state.
  static bool same(const Engine& a, const Engine& b) noexcept { return a.m_state == b.m_state; }

private:
  friend class EngineWeak;
  struct State;
  explicit Engine(std::shared_ptr<const State> state) noexcept : m_state(std::move(state)) {}
  std::shared_ptr<const State> m_state;
};

/// Remembers an engine without keeping it alive.
class CWASM_EXPORT EngineWeak {
public:
  EngineWeak() = default;
  /// The engine, or nothing when the last handle to it is gone.
  std::optional<Engine> upgrade() const;

private:
  friend class Engine;
  explicit EngineWeak(std::weak_ptr<const Engine::State> state) noexcept
      : m_state(std::move(state)) {}
  std::weak_ptr<const Engine::State> m_state;
};

} // namespace cwasm
