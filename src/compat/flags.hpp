#pragma once

#include "compat/host_model.hpp"

#include <cwasm/verdict.hpp>

namespace cwasm::compat {

/// How Wasmtime prints a flag's value in messages: Bool(true), Num(12), Enum("none").
std::string debug_text(const FlagValue& value);

void check_shared_flags(const HostModel& model, releases::Major release, const Metadata& artifact,
                        Verdict& verdict);
void check_isa_flags(const HostModel& model, const Metadata& artifact, Verdict& verdict);

} // namespace cwasm::compat
