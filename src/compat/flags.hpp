#pragma once

/// How a host judges Cranelift flags. What it expects of a flag depends on the flag's name alone,
/// so it can be worked out once for the flags that an engine writes itself, and an artifact's flags
/// be judged without looking anything up.

#include "compat/host_model.hpp"
#include "model/flag_view.hpp"
#include "releases/flags.hpp"

#include <cwasm/verdict.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cwasm::compat {

using model::FlagView;

/// How Wasmtime prints a flag's value in messages: Bool(true), Num(12), Enum("none").
std::string debug_text(const FlagView& flag);

/// What a host wants of a shared flag.
struct SharedExpectation {
  const releases::SharedRuleRow* row = nullptr; ///< null: the release does not know the flag
  std::optional<std::string_view> value;        ///< nothing: any; "": there is no right value
};

/// What a host says to an isa flag that is on.
struct IsaExpectation {
  std::string_view name; ///< of the row; empty: no row has that name
  std::optional<Mismatch::Reason> complaint;
  std::string_view host_feature;
};

SharedExpectation expect_shared_flag(const HostModel& model, std::string_view name);
IsaExpectation expect_isa_flag(const HostModel& model, std::string_view name);

/// `release` is the one the artifact was decoded as: a flag that the engine's release does not know
/// says nothing when that is another.
std::optional<Mismatch> judge_shared_flag(const HostModel& model, releases::Major release,
                                          const SharedExpectation& expectation,
                                          const FlagView& flag);
std::optional<Mismatch> judge_isa_flag(const HostModel& model, const IsaExpectation& expectation,
                                       const FlagView& flag);

} // namespace cwasm::compat
