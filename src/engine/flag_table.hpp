#pragma once

#include "engine/derive_flags.hpp"
#include "releases/flags.hpp"

#include <cwasm/error.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cwasm::engine {

/// What Wasmtime's Config gathers for Cranelift: values by name, of which the last one counts, and
/// names to enable, which are applied after all values. Wasmtime: `CompilerConfig`.
class FlagRequests {
public:
  void set(std::string_view name, std::string_view value, std::string_view origin = {}) {
    m_values.insert_or_assign(std::string(name), Request{std::string(value), std::string(origin)});
  }
  void enable(std::string_view name, std::string_view origin) {
    m_enabled.push_back({std::string(name), std::string(origin)});
  }
  /// False when somebody asked for another value; else it is asked for now.
  bool set_unless_other(std::string_view name, std::string_view value) {
    const auto [at, is_new] =
        m_values.try_emplace(std::string(name), Request{std::string(value), {}});
    return is_new || at->second.text == value;
  }

  struct Request {
    std::string text; ///< a value, or a name to enable
    std::string origin;
  };
  const std::map<std::string, Request>& values() const noexcept { return m_values; }
  const std::vector<Request>& enabled() const noexcept { return m_enabled; }

private:
  std::map<std::string, Request> m_values;
  std::vector<Request> m_enabled;
};

/// Cranelift's settings while they are being decided, in wire order.
class FlagTable {
public:
  FlagTable(releases::Major release, releases::IsaFamily family);

  /// Sets a flag of the release; one that it does not have is passed over.
  void set(std::string_view name, std::string_view text);
  /// Errors: no such flag, or not a value of it.
  Status apply(const FlagRequests& requests);
  bool is(std::string_view name, std::string_view text) const;
  DerivedFlags take() &&;

private:
  Status set_checked(std::string_view name, std::string_view text);
  Status enable(std::string_view name);
  const releases::SettingRow* row_of(std::string_view name) const;
  Flag* find(std::string_view name);
  std::vector<std::string> names() const;

  releases::Major m_release;
  releases::IsaFamily m_family;
  DerivedFlags m_flags;
};

} // namespace cwasm::engine
