#pragma once

/// Whether an artifact fits an engine, and everything that is in the way.

#include <cwasm/export.hpp>
#include <cwasm/metadata.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cwasm {

/// One reason why an engine would refuse an artifact. It holds what was found and what was wanted;
/// the texts are made when they are asked for, because most callers want none of them, or only the
/// first. A value: it keeps nothing of the artifact or the engine alive, and needs neither.
class CWASM_EXPORT Mismatch {
public:
  /// Which of Wasmtime's texts says it.
  enum class Reason : std::uint8_t {
    kind,
    version,
    custom_version,
    target_unreadable,
    architecture,
    operating_system,
    shared_flag,
    shared_flag_unknown,
    stack_switching,
    isa_flag_missing,
    isa_flag_undetectable,
    isa_flag_unknown,
    isa_flag_no_bool,
    host_endianness,
    host_pointer_width,
    integer,
    boolean,
    collector,
    inlining,
    operator_cost,
    feature,
  };

  /// What the checker noted. Which fields count depends on the reason.
  struct Parts {
    Reason reason = Reason::kind;
    TunableId tunable = TunableId::static_memory_bound;
    std::uint16_t release = 0;          ///< the engine's
    std::uint16_t artifact_release = 0; ///< whose layout the artifact was read with
    std::uint64_t found = 0;
    std::uint64_t expected = 0;
    std::string_view name; ///< of a row of our tables, which live as long as the program
    std::string_view want; ///< of a row: a flag's value, a CPU feature
    std::string unlisted_name;
    std::string found_text;
    std::string expected_text;
    friend bool operator==(const Parts&, const Parts&) = default;
  };

  explicit Mismatch(Parts parts) noexcept : m_parts(std::move(parts)) {}

  Reason reason() const noexcept { return m_parts.reason; }
  /// Stable and append-only: "tunable.memory_guard_size", "feature.threads", "isa.has_avx512f",
  /// "shared.preserve_frame_pointers", "triple.architecture", "version", "kind".
  std::string code() const;
  /// "kind", "version", "triple", "shared_flags", "isa_flags", "tunables" or "features".
  std::string_view aspect() const noexcept;
  /// The setting, flag or feature; the part of the triple.
  std::string name() const;
  std::string found() const;    ///< in the artifact
  std::string expected() const; ///< by the engine
  /// Wasmtime's own text for the engine's release, letter for letter; flags have its context line
  /// in front ("compilation settings of module incompatible with native host: …").
  std::string message() const;
  /// What to change, where, and on which side.
  std::string hint() const;

  friend bool operator==(const Mismatch&, const Mismatch&) = default;

private:
  Parts m_parts;
};

/// Every mismatch, in the order in which Wasmtime's loader checks; the first is the error that it
/// would report.
struct Verdict {
  std::vector<Mismatch> mismatches;
  bool compatible() const noexcept { return mismatches.empty(); }
};

} // namespace cwasm
