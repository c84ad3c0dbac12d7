#include "engine/derive_tunables.hpp"

#include "engine/version.hpp"
#include "releases/limits.hpp"
#include "releases/operators.hpp"
#include "releases/release.hpp"
#include "releases/settings.hpp"
#include "releases/tunables.hpp"
#include "util/nearest.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
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
  if (choices.target.is_pulley() && releases::pulley_does_without_signals(choices.release)) {
    tunables.set(Id::signals_based_traps, 0);
    set_if_present(tunables, Id::memory_guard_size, 0);
    set_if_present(tunables, Id::gc_heap_guard_size, 0);
  }
  return tunables;
}

std::uint64_t in_unit(releases::Unit unit, std::uint64_t bytes, std::uint64_t page_size) {
  constexpr std::uint64_t k_wasm_page = 65536;
  constexpr std::uint64_t k_all = ~std::uint64_t{0};
  switch (unit) {
  case releases::Unit::wasm_pages:
    return bytes / k_wasm_page;
  case releases::Unit::host_pages:
    // As Wasmtime has it for a size that has no next page.
    return bytes > k_all - (page_size - 1) ? k_all / page_size + 1
                                           : (bytes + page_size - 1) & ~(page_size - 1);
  case releases::Unit::plain:
    break;
  }
  return bytes;
}

Status apply_settings(const Choices& choices, Tunables& tunables) {
  for (const auto& setting : choices.config.settings()) {
    const auto* const row = releases::find_config_row(choices.release, setting.name);
    if (row == nullptr || row->effect != releases::Effect::tunable) {
      continue;
    }
    std::uint64_t value = setting.value == "true" ? 1 : 0;
    if (row->type == releases::SettingType::number) {
      value = in_unit(row->unit, parse_number(setting.value).value_or(0), choices.page_size);
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

struct HeapPair {
  Id gc;
  Id memory;
};
constexpr std::array k_heap_pairs = {
    HeapPair{Id::gc_heap_reservation, Id::memory_reservation},
    HeapPair{Id::gc_heap_guard_size, Id::memory_guard_size},
    HeapPair{Id::gc_heap_reservation_for_growth, Id::memory_reservation_for_growth},
    HeapPair{Id::gc_heap_may_move, Id::memory_may_move},
};

// From 45 the GC heap has tunables of its own. As long as none of them is set, all of them are the
// linear memory's.
void follow_memory(const Choices& choices, Tunables& tunables) {
  const bool own = std::ranges::any_of(k_heap_pairs, [&](const HeapPair& pair) {
    return is_set(choices, releases::tunable_name(pair.gc));
  });
  for (const auto& pair : k_heap_pairs) {
    if (!own && tunables.has(pair.gc)) {
      tunables.set(pair.gc, tunables.get(pair.memory));
    }
  }
}

std::string_view words(const Choices& choices, releases::Refusal which) {
  return releases::refusal(choices.release, which);
}

Status apply_guest_debug(const Choices& choices, Tunables& tunables) {
  const auto refused = words(choices, releases::Refusal::guest_debug_signals);
  if (refused.empty() || tunables.get(Id::debug_guest) == 0) {
    return ok();
  }
  if (choices.flag("signals_based_traps") == true) {
    return refusal(std::string(refused));
  }
  tunables.set(Id::signals_based_traps, 0);
  return ok();
}

void apply_old_ways(const Choices& choices, Features features, Tunables& tunables) {
  // The switch of the feature set the calling convention as well.
  set_if_present(tunables, Id::tail_callable, has_feature(choices, features, "tail_call") ? 1 : 0);
  if (releases::pooling_forces_static_memory(choices.release) &&
      choices.config.find("allocation_strategy") == "pooling") {
    set_if_present(tunables, Id::static_memory_bound_is_maximum, 1);
  }
}

// "when using the pooling allocator with GC …": a pool has one size of slot for both.
Status check_pooled_heap(const Choices& choices, const Tunables& tunables) {
  const auto format = words(choices, releases::Refusal::pooled_gc_heap);
  if (format.empty() || choices.config.find("allocation_strategy") != "pooling" ||
      tunables.get(Id::collector) == Tunables::k_none) {
    return ok();
  }
  for (const auto& pair : k_heap_pairs) {
    const auto memory = tunables.get(pair.memory);
    const auto gc = tunables.get(pair.gc);
    if (memory == gc) {
      continue;
    }
    const auto text = [&](std::uint64_t value) {
      return pair.memory == Id::memory_may_move ? std::string(value != 0 ? "true" : "false")
                                                : std::to_string(value);
    };
    const auto name = releases::tunable_name(pair.memory);
    constexpr std::string_view k_memory = "memory_";
    return refusal(fmt::format(fmt::runtime(format), name, text(memory),
                               name.substr(k_memory.size()), text(gc)));
  }
  return ok();
}

// What Engine::new refuses of the tunables as they have become.
Status check_tunables(const Choices& choices, Features features, const Tunables& tunables) {
  using releases::Refusal;
  const auto is = [&](Id id, std::uint64_t value) { return tunables.find(id) == value; };
  struct Check {
    bool met;
    Refusal which;
  };
  const bool inlines = choices.config.find("compiler_inlining") &&
                       choices.config.find("compiler_inlining") != "no" &&
                       choices.config.find("compiler_inlining") != "false";
  const std::array checks = {
      Check{tunables.find(Id::static_memory_offset_guard_size).value_or(0) <
                tunables.find(Id::dynamic_memory_offset_guard_size).value_or(0),
            Refusal::guard_order},
      Check{inlines && has_feature(choices, features, "stack_switching"),
            Refusal::inlining_with_stack_switching},
      Check{is(Id::debug_native, 1) && is(Id::debug_symbols, 0), Refusal::symbols},
      Check{choices.winch && is(Id::table_lazy_init, 0), Refusal::winch_table_lazy_init},
      Check{choices.winch && is(Id::signals_based_traps, 0), Refusal::winch_signals},
      Check{choices.winch && (is(Id::debug_native, 1) || is(Id::generate_native_debuginfo, 1)),
            Refusal::winch_debug_info},
      Check{choices.winch && is(Id::debug_guest, 1), Refusal::winch_guest_debug},
  };
  for (const auto& check : checks) {
    if (const auto refused = words(choices, check.which); check.met && !refused.empty()) {
      return refusal(std::string(refused));
    }
  }
  return check_pooled_heap(choices, tunables);
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
    name = releases::automatic_collector(choices.release);
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

void apply_inlining(const Choices& choices, Tunables& tunables) {
  const auto value = choices.config.find("compiler_inlining");
  if (!value) {
    return;
  }
  const auto name = *value == "true" ? "yes" : *value == "false" ? "no" : *value;
  if (releases::find_tunable(choices.release, Id::inlining)->type == TunableType::boolean) {
    tunables.set(Id::inlining, name == "yes" ? 1 : 0);
    return;
  }
  for (const auto& row : releases::variants()) {
    if (row.type == TunableType::inlining && row.setting == name) {
      tunables.set(Id::inlining, row.index);
    }
  }
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
  apply_inlining(choices, tunables);
  CWASM_TRY(apply_operator_cost(choices, tunables));
  follow_memory(choices, tunables);
  set_if_present(tunables, Id::winch_callable, choices.winch ? 1 : 0);
  apply_old_ways(choices, features, tunables);
  CWASM_TRY(check_tunables(choices, features, tunables));
  return tunables;
}

} // namespace cwasm::engine
