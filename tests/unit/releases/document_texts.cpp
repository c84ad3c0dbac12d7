#include "document.hpp"
#include "releases/features.hpp"
#include "releases/operators.hpp"
#include "releases/tunables.hpp"

#include <cwasm/engine.hpp>

#include <fmt/format.h>

#include <initializer_list>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace cwasm::test {
namespace {

using releases::Major;
using Text = std::optional<std::string>;
using Edit = std::function<void(Metadata&)>;
using Settings = std::initializer_list<std::pair<const char*, const char*>>;

Engine
engine_of(Major major, Settings settings = {},
          const HostFeatures& features = HostFeatures({"sse3", "ssse3", "sse4.1", "sse4.2"})) {
  Config config;
  config.release(std::to_string(major));
  for (const auto& [name, value] : settings) {
    config.set(name, value);
  }
  const Host host{*parse_triple("x86_64-unknown-linux-gnu"), features};
  const auto engine = Engine::create(config, host);
  return engine ? *engine : throw std::runtime_error(engine.error().message());
}

std::string first_of(const Verdict& verdict) {
  return verdict.compatible() ? "(it fits)"
                              : fmt::format("``{}``", verdict.mismatches.front().message());
}

/// What an engine says of its own metadata after a change.
std::string said(const Engine& engine, const Edit& edit) {
  auto metadata = engine.metadata();
  edit(metadata);
  return first_of(engine.check_compatible(metadata));
}

/// What an engine says of an object that another one made.
std::string said_of(const Engine& engine, const Engine& maker, Kind kind) {
  const auto object = maker.append_compiler_info(kind);
  if (!object) {
    throw std::runtime_error(object.error().message());
  }
  const auto verdict = engine.check(*object, Kind::module);
  return verdict ? first_of(*verdict) : throw std::runtime_error(verdict.error().message());
}

Edit flag(std::string_view name, FlagValue value) {
  return [name = std::string(name), value = std::move(value)](Metadata& metadata) {
    for (auto* const list : {&metadata.shared_flags, &metadata.isa_flags}) {
      for (auto& one : *list) {
        if (one.name == name) {
          one.value = value;
        }
      }
    }
  };
}

Edit tunable(TunableId id, std::uint64_t value) {
  return [=](Metadata& metadata) { metadata.tunables.set(id, value); };
}

bool has(Major major, TunableId id) { return releases::find_tunable(major, id) != nullptr; }

std::string table(std::string_view title, const std::function<Text(Major)>& text) {
  return fmt::format("{}:\n\n| releases | text |\n|---|---|\n{}\n", title, by_release(text));
}

std::string before_the_metadata() {
  std::string text;
  text += table("A component where a module is wanted", [](Major major) -> Text {
    const auto engine = engine_of(major);
    return said_of(engine, engine, Kind::component);
  });
  text += table("Another version text", [](Major major) -> Text {
    return said_of(engine_of(major), engine_of(major, {{"module_version", "custom:mine"}}),
                   Kind::module);
  });
  text += table("The same, asked by an engine with a custom one", [](Major major) -> Text {
    return said_of(engine_of(major, {{"module_version", "custom:yours"}}),
                   engine_of(major, {{"module_version", "custom:mine"}}), Kind::module);
  });
  text += table("Another architecture", [](Major major) -> Text {
    return said(engine_of(major), [](Metadata& m) { m.target = "aarch64-unknown-linux-gnu"; });
  });
  text += table("Another operating system", [](Major major) -> Text {
    return said(engine_of(major), [](Metadata& m) { m.target = "x86_64-pc-windows-msvc"; });
  });
  return text;
}

std::string of_flags() {
  std::string text;
  text += table("A shared flag with a wrong value", [](Major major) -> Text {
    return said(engine_of(major), flag("preserve_frame_pointers", FlagValue::boolean(false)));
  });
  text += table("A shared flag that the loader does not know", [](Major major) -> Text {
    return said(engine_of(major), [](Metadata& metadata) {
      metadata.shared_flags.push_back({"something_new", FlagValue::number(7)});
    });
  });
  text += table("An isa flag for what the host does not have", [](Major major) -> Text {
    return said(engine_of(major), flag("has_avx", FlagValue::boolean(true)));
  });
  text += table("An isa flag, and a host that cannot tell", [](Major major) -> Text {
    return said(engine_of(major, {}, HostFeatures(HostFeatures::Probe::unknown)),
                flag("has_avx", FlagValue::boolean(true)));
  });
  text += table("An isa flag that the loader does not know", [](Major major) -> Text {
    return said(engine_of(major), [](Metadata& metadata) {
      metadata.isa_flags.push_back({"has_something_new", FlagValue::boolean(true)});
    });
  });
  text += table("An isa flag that is no bool", [](Major major) -> Text {
    return said(engine_of(major), flag("has_avx", FlagValue::number(7)));
  });
  return text;
}

std::string of_tunables() {
  std::string text;
  text += table("A tunable that is a number", [](Major major) -> Text {
    const auto id =
        major <= 26 ? TunableId::static_memory_offset_guard_size : TunableId::memory_guard_size;
    return said(engine_of(major), tunable(id, 0));
  });
  text += table("A bool that the artifact has", [](Major major) -> Text {
    return said(engine_of(major), tunable(TunableId::consume_fuel, 1));
  });
  text += table("A bool that the engine has", [](Major major) -> Text {
    return said(engine_of(major, {{"consume_fuel", "true"}}), tunable(TunableId::consume_fuel, 0));
  });
  text += table("Another collector", [](Major major) -> Text {
    return has(major, TunableId::collector)
               ? Text(said(engine_of(major), tunable(TunableId::collector, 1)))
               : std::nullopt;
  });
  text += table("An artifact without a collector", [](Major major) -> Text {
    return has(major, TunableId::collector)
               ? Text(said(engine_of(major), tunable(TunableId::collector, Tunables::k_none)))
               : std::nullopt;
  });
  text += table("An engine without a collector", [](Major major) -> Text {
    return has(major, TunableId::collector)
               ? Text(said(engine_of(major, {{"wasm_gc_types", "false"}}),
                           tunable(TunableId::collector, 0)))
               : std::nullopt;
  });
  text += table("Other inlining", [](Major major) -> Text {
    const auto id = major <= 44 ? TunableId::inlining_intra_module : TunableId::inlining;
    return has(major, id) ? Text(said(engine_of(major), tunable(id, 0))) : std::nullopt;
  });
  text += table("Other operator costs", [](Major major) -> Text {
    return has(major, TunableId::operator_cost)
               ? Text(said(engine_of(major, {{"consume_fuel", "true"}}),
                           [=](Metadata& metadata) {
                             metadata.tunables.set(TunableId::operator_cost, 0);
                             metadata.tunables.operator_costs =
                                 releases::default_operator_costs(major);
                           }))
               : std::nullopt;
  });
  return text;
}

std::string of_features() {
  const auto turned = [](Major major) -> Edit {
    const auto mask = releases::feature_mask(major, "multi_value");
    return [mask](Metadata& metadata) { metadata.features.bits ^= mask; };
  };
  std::string text;
  text += table("A feature that only the artifact has", [&](Major major) -> Text {
    return said(engine_of(major, {{"wasm_multi_value", "false"}}), turned(major));
  });
  text += table("A feature that only the engine has",
                [&](Major major) -> Text { return said(engine_of(major), turned(major)); });
  text.pop_back();
  return text;
}

} // namespace

std::string texts_part() {
  return before_the_metadata() + of_flags() + of_tunables() + of_features();
}

} // namespace cwasm::test
