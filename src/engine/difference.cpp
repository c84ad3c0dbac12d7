#include <cwasm/difference.hpp>

#include "releases/features.hpp"

#include <fmt/format.h>

#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <variant>

namespace cwasm {
namespace {

/// A field under its name, as text.
struct Field {
  std::string name;
  std::string value;
};
using Fields = std::vector<Field>;

std::string text_of(bool value) { return value ? "true" : "false"; }

template <typename... Ts> std::string text_of(const std::variant<Ts...>& value) {
  return std::visit(
      [](const auto& held) -> std::string {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::monostate>) {
          return "none";
        } else if constexpr (std::is_same_v<Held, bool>) {
          return text_of(held);
        } else {
          return fmt::format("{}", held);
        }
      },
      value);
}

Fields flags_of(const std::vector<Flag>& flags) {
  Fields out;
  for (const auto& flag : flags) {
    out.push_back({flag.name, text_of(flag.value.value)});
  }
  return out;
}

Fields tunables_of(const Comparand& side) {
  Fields out;
  for (const auto& tunable : describe_tunables(side.release, side.metadata.tunables)) {
    out.push_back({tunable.name, text_of(tunable.value)});
  }
  if (const auto& costs = side.metadata.tunables.operator_costs; !costs.empty()) {
    out.push_back({"operator_costs", fmt::format("{}", fmt::join(costs, " "))});
  }
  return out;
}

Fields features_of(const Comparand& side) {
  Fields out;
  const auto bits = side.metadata.features.bits;
  std::uint64_t unnamed = bits;
  for (const auto& feature : releases::features_of(side.release)) {
    out.push_back({std::string(feature.name), text_of((bits & feature.mask) == feature.mask)});
    unnamed &= ~feature.mask;
  }
  if (unnamed != 0) {
    out.push_back({"unknown bits", fmt::format("{:#x}", unnamed)});
  }
  return out;
}

Fields host_of(const Host& host) {
  return {{"triple", host.triple.to_string()},
          {"features", host.features.to_string()},
          {"page_size", std::to_string(host.page_size)}};
}

/// Gathers what differs, aspect by aspect.
class Comparison {
public:
  void compare(std::string_view aspect, const Fields& a, const Fields& b) {
    const auto in_a = by_name(a);
    const auto in_b = by_name(b);
    for (const auto& field : a) {
      const auto other = in_b.find(field.name);
      add(aspect, field.name, field.value,
          other == in_b.end() ? std::nullopt : std::optional(*other->second));
    }
    for (const auto& field : b) {
      if (!in_a.contains(field.name)) {
        add(aspect, field.name, std::nullopt, field.value);
      }
    }
  }

  void add(std::string_view aspect, std::string name, std::optional<std::string> a,
           std::optional<std::string> b) {
    if (a != b) {
      m_out.push_back({aspect, std::move(name), std::move(a), std::move(b)});
    }
  }

  std::vector<Difference> take() && { return std::move(m_out); }

private:
  /// Of a name that is there twice the first one counts.
  static std::unordered_map<std::string_view, const std::string*> by_name(const Fields& fields) {
    std::unordered_map<std::string_view, const std::string*> out;
    for (const auto& field : fields) {
      out.try_emplace(field.name, &field.value);
    }
    return out;
  }

  std::vector<Difference> m_out;
};

} // namespace

Comparand comparand_of(const Artifact& artifact) {
  return {artifact.kind, std::nullopt, artifact.release, artifact.version,
          artifact.decoded.metadata};
}

Comparand comparand_of(const Engine& engine) {
  return {std::nullopt, engine.host(), engine.release(), engine.version_text(), engine.metadata()};
}

std::vector<Difference> differences(const Comparand& a, const Comparand& b) {
  Comparison out;
  if (a.kind && b.kind) {
    out.add("kind", "kind", std::string(kind_name(*a.kind)), std::string(kind_name(*b.kind)));
  }
  if (a.host && b.host) {
    out.compare("host", host_of(*a.host), host_of(*b.host));
  }
  out.add("version", "release", std::to_string(a.release), std::to_string(b.release));
  out.add("version", "version", a.version, b.version);
  out.add("triple", "target", a.metadata.target, b.metadata.target);
  out.compare("shared_flags", flags_of(a.metadata.shared_flags), flags_of(b.metadata.shared_flags));
  out.compare("isa_flags", flags_of(a.metadata.isa_flags), flags_of(b.metadata.isa_flags));
  out.compare("tunables", tunables_of(a), tunables_of(b));
  out.compare("features", features_of(a), features_of(b));
  return std::move(out).take();
}

} // namespace cwasm
