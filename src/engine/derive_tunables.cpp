#include "engine/derive_tunables.hpp"

#include "engine/version.hpp"
#include "releases/operators.hpp"
#include "releases/settings.hpp"
#include "releases/tunables.hpp"
#include "util/nearest.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <array>

namespace cwasm::engine {
namespace {

using releases::TunableType;
using Id = TunableId;

Error refusal(std::string message) { return {ErrorCode::invalid_argument, std::move(message)}; }

bool is_set(const Choices& choices, std::string_view name) {
  return choices.config.find(name).has_value();
}

void set_if_present(Tunables& tunables, Id id, std::uint64_t value) {
  if (tunables.has(id)) {
    tunables.set(id, value);
  }
}

Tunables defaults(const Choices& choices) {
  Tunables tunables;
  const bool wide = choices.target.pointer_bits() == 64;
  for (const auto& row : releases::tunables()) {
    if (row.majors.contains(choices.release)) {
      tunables.set(row.id, wide ? row.default64 : row.default32);
    }
  }
  // A Config asks for no backtrace details unless the environment does, which we do not read.
  tunables.set(Id::parse_wasm_debuginfo, 0);
  if (choices.target.is_pulley() && choices.release >= 30) {
    tunables.set(Id::signals_based_traps, 0);
    set_if_present(tunables, Id::memory_guard_size, 0);
  }
  return tunables;
}

Status apply_settings(const Choices& choices, Tunables& tunables) {
  for (const auto& setting : choices.config.settings()) {
    const auto* const row = releases::find_config_row(choices.release, setting.name);
    if (row == nullptr || row->effect != releases::Effect::tunable) {
      continue;
    }
    std::uint64_t value = setting.value == "true" ? 1 : 0;
    if (row->type == releases::SettingType::number) {
      value = parse_number(setting.value).value_or(0);
    }
    const bool is_u32 = *row->tunable == Id::gc_zeal_alloc_counter;
    if (is_u32 && (value == 0 || value > 0xffffffffU)) {
      return choices.config.blame(
          setting.name,
          refusal(fmt::format("'{}' takes a number from 1 to 4294967295", setting.name)));
    }
    tunables.set(*row->tunable, value);
  }
  const auto details = choices.config.find("wasm_backtrace_details");
  tunables.set(Id::parse_wasm_debuginfo, details == "enable" ? 1 : 0);
  return ok();
}

// From 45 the GC heap has tunables of its own, which follow the linear memory's unless they are
// set.
void follow_memory(const Choices& choices, Tunables& tunables) {
  struct Pair {
    Id gc;
    Id memory;
  };
  constexpr std::array k_pairs = {
      Pair{Id::gc_heap_reservation, Id::memory_reservation},
      Pair{Id::gc_heap_guard_size, Id::memory_guard_size},
      Pair{Id::gc_heap_reservation_for_growth, Id::memory_reservation_for_growth},
      Pair{Id::gc_heap_may_move, Id::memory_may_move},
  };
  for (const auto& pair : k_pairs) {
    if (tunables.has(pair.gc) && !is_set(choices, releases::tunable_name(pair.gc))) {
      tunables.set(pair.gc, tunables.get(pair.memory));
    }
  }
}

Status apply_guest_debug(const Choices& choices, Tunables& tunables) {
  if (tunables.get(Id::debug_guest) == 0) {
    return ok();
  }
  if (choices.flag("signals_based_traps") == true) {
    return refusal("cannot use signals-based traps with guest debugging enabled");
  }
  tunables.set(Id::signals_based_traps, 0);
  return ok();
}

Status apply_collector(const Choices& choices, Features features, Tunables& tunables) {
  if (!tunables.has(Id::collector)) {
    return ok();
  }
  if (!has_feature(choices, features, "gc_types")) {
    tunables.set(Id::collector, Tunables::k_none);
    return ok();
  }
  auto name = choices.config.find("collector").value_or("auto");
  if (name == "auto") {
    name = choices.release >= 46 ? "copying" : "drc";
  }
  for (const auto& row : releases::variants()) {
    if (row.type == TunableType::optional_collector && row.setting == name &&
        row.majors.contains(choices.release)) {
      tunables.set(Id::collector, row.index);
      return ok();
    }
  }
  return choices.config.blame("collector", refusal(fmt::format("Wasmtime {} has no '{}' collector",
                                                               choices.release, name)));
}

Status apply_inlining(const Choices& choices, Tunables& tunables) {
  const auto value = choices.config.find("compiler_inlining");
  if (!value) {
    return ok();
  }
  const auto name = *value == "true" ? "yes" : *value == "false" ? "no" : *value;
  if (choices.release <= 44) {
    if (name != "yes" && name != "no") {
      return choices.config.blame(
          "compiler_inlining",
          refusal(fmt::format("'compiler_inlining' takes true or false in Wasmtime {}, not '{}'",
                              choices.release, *value)));
    }
    tunables.set(Id::inlining, name == "yes" ? 1 : 0);
    return ok();
  }
  for (const auto& row : releases::variants()) {
    if (row.type == TunableType::inlining && row.setting == name) {
      tunables.set(Id::inlining, row.index);
    }
  }
  return ok();
}

// "default", "table", or changes to the table: "I32Add:5,variable.memory_copy_per_byte:2".
Status apply_operator_cost(const Choices& choices, Tunables& tunables) {
  auto text = choices.config.find("operator_cost").value_or("default");
  if (text == "default") {
    return ok();
  }
  constexpr std::uint64_t k_no_cost = 256;
  auto costs = releases::default_operator_costs(choices.release);
  while (text != "table" && !text.empty()) {
    const auto comma = text.find(',');
    const auto item = text.substr(0, comma);
    const auto colon = item.find(':');
    const auto index = releases::operator_cost_index(choices.release, item.substr(0, colon));
    const std::uint64_t cost = colon == std::string_view::npos
                                   ? k_no_cost
                                   : parse_number(item.substr(colon + 1)).value_or(k_no_cost);
    if (!index || cost >= k_no_cost) {
      const auto operators = releases::operators();
      const std::vector<std::string> names(operators.begin(), operators.end());
      const auto meant = index ? std::string() : util::did_you_mean(item.substr(0, colon), names);
      return choices.config.blame(
          "operator_cost",
          refusal(fmt::format("'operator_cost' takes default, table, or OPERATOR:COST with costs "
                              "from 0 to 255 (I32Add:5,Call:10), not '{}'{}",
                              item, meant)));
    }
    costs[*index] = static_cast<std::uint8_t>(cost);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  tunables.set(Id::operator_cost, 0);
  tunables.operator_costs = std::move(costs);
  return ok();
}

} // namespace

Result<Tunables> derive_tunables(const Choices& choices, Features features) {
  Tunables tunables = defaults(choices);
  CWASM_TRY(apply_settings(choices, tunables));
  CWASM_TRY(apply_guest_debug(choices, tunables));
  CWASM_TRY(apply_collector(choices, features, tunables));
  CWASM_TRY(apply_inlining(choices, tunables));
  CWASM_TRY(apply_operator_cost(choices, tunables));
  follow_memory(choices, tunables);
  // Config::wasm_tail_call sets both.
  set_if_present(tunables, Id::tail_callable, has_feature(choices, features, "tail_call") ? 1 : 0);
  set_if_present(tunables, Id::winch_callable, choices.winch ? 1 : 0);
  if (choices.winch && tunables.has(Id::signals_based_traps) &&
      tunables.get(Id::signals_based_traps) == 0) {
    return refusal("Winch requires signals-based traps to be enabled");
  }
  return tunables;
}

} // namespace cwasm::engine
