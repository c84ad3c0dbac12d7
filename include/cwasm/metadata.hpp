#pragma once

/// What the engine section of an artifact says: the plain values that every room passes around.
/// One model serves every Wasmtime release; a tunable that a release does not have is absent.

#include <cwasm/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace cwasm {

/// What an artifact, or the WebAssembly it was made from, is. Numbered by hand: stored and hashed.
enum class Kind : std::uint8_t { module = 1, component = 2 };

/// "module" or "component".
CWASM_EXPORT std::string_view kind_name(Kind kind) noexcept;

/// The value of one Cranelift flag, as Wasmtime serializes it: a named choice, a number or a bool.
struct FlagValue {
  /// The order of the alternatives is the wire order (Enum, Num, Bool) of every release.
  std::variant<std::string, std::uint8_t, bool> value;

  static FlagValue enumerator(std::string name) { return {std::move(name)}; }
  static FlagValue number(std::uint8_t number) { return {number}; }
  static FlagValue boolean(bool on) { return {on}; }

  bool is_bool(bool on) const noexcept {
    const bool* const held = std::get_if<bool>(&value);
    return held != nullptr && *held == on;
  }
  friend bool operator==(const FlagValue&, const FlagValue&) = default;
};

/// A Cranelift setting by name. Lists keep the order of the wire.
struct Flag {
  std::string name;
  FlagValue value;
  friend bool operator==(const Flag&, const Flag&) = default;
};

/// Every tunable of every release, by the name it has (or last had) in Wasmtime's `Tunables`.
/// Numbered by hand and append-only: the number is hashed.
enum class TunableId : std::uint8_t {
  static_memory_bound = 0,
  collector = 1,
  static_memory_reservation = 2,
  memory_reservation = 3,
  static_memory_offset_guard_size = 4,
  memory_guard_size = 5,
  dynamic_memory_offset_guard_size = 6,
  memory_reservation_for_growth = 7,
  dynamic_memory_growth_reserve = 8,
  debug_native = 9,
  generate_native_debuginfo = 10,
  debug_guest = 11,
  debug_symbols = 12,
  parse_wasm_debuginfo = 13,
  consume_fuel = 14,
  operator_cost = 15,
  epoch_interruption = 16,
  static_memory_bound_is_maximum = 17,
  memory_may_move = 18,
  guard_before_linear_memory = 19,
  table_lazy_init = 20,
  generate_address_map = 21,
  debug_adapter_modules = 22,
  relaxed_simd_deterministic = 23,
  tail_callable = 24,
  winch_callable = 25,
  cache_call_indirects = 26,
  signals_based_traps = 27,
  max_call_indirect_cache_slots = 28,
  memory_init_cow = 29,
  inlining = 30,
  inlining_intra_module = 31,
  inlining_small_callee_size = 32,
  inlining_sum_size_threshold = 33,
  concurrency_support = 34,
  recording = 35,
  gc_zeal_alloc_counter = 36,
  gc_heap_reservation = 37,
  gc_heap_guard_size = 38,
  gc_heap_reservation_for_growth = 39,
  gc_heap_initial_size = 40,
  gc_heap_may_move = 41,
  metadata_for_internal_asserts = 42,
  metadata_for_gc_heap_corruption = 43,
  branch_hinting = 44,
};

inline constexpr std::size_t k_tunable_count = 45;

/// The tunables of one artifact or engine.
///
/// Every value is a number: a bool is 0 or 1, an enum its variant index in that release, an option
/// is `k_none` when empty. `operator_cost` holds 0 (a table, see `operator_costs`) or 1 (default).
class Tunables {
public:
  /// The value of an option that is empty (`collector`, `gc_zeal_alloc_counter`). No field of that
  /// kind can reach it otherwise: both are 32-bit on the wire.
  static constexpr std::uint64_t k_none = ~std::uint64_t{0};

  bool has(TunableId id) const noexcept { return (m_present >> index(id) & 1U) != 0; }
  /// The value, or nothing when this release has no such tunable.
  std::optional<std::uint64_t> find(TunableId id) const noexcept {
    return has(id) ? std::optional(m_values[index(id)]) : std::nullopt;
  }
  /// The value, or 0 when this release has no such tunable.
  std::uint64_t get(TunableId id) const noexcept { return m_values[index(id)]; }
  void set(TunableId id, std::uint64_t value) noexcept {
    m_values[index(id)] = value;
    m_present |= std::uint64_t{1} << index(id);
  }

  /// One cost per WebAssembly operator in the release's operator order, then its variable costs;
  /// empty unless `operator_cost` is a table.
  std::vector<std::uint8_t> operator_costs;

  friend bool operator==(const Tunables&, const Tunables&) = default;

private:
  static constexpr std::size_t index(TunableId id) noexcept { return static_cast<std::size_t>(id); }
  std::array<std::uint64_t, k_tunable_count> m_values{};
  std::uint64_t m_present = 0;
};

/// The WebAssembly features of an artifact or engine, as the bits of the wire.
///
/// A bit means nothing without the release: from Wasmtime 33 it is wasmparser's bit, before it is
/// the position of a bool in that release's `WasmFeatures` struct. Unknown bits are kept.
struct Features {
  std::uint64_t bits = 0;
  friend bool operator==(const Features&, const Features&) = default;
};

/// The metadata of an engine section.
struct Metadata {
  std::string target;
  std::vector<Flag> shared_flags;
  std::vector<Flag> isa_flags;
  Tunables tunables;
  Features features;
  friend bool operator==(const Metadata&, const Metadata&) = default;
};

} // namespace cwasm
