#pragma once

/// How cwasm says that something went wrong: a Result<T> holds a value or an Error; an Error is a
/// stable code, which says what the caller can do next, and a message for people. Absence and
/// incompatibility are values, never errors. Nothing in the library throws across an interface.

#include <cwasm/export.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace cwasm {

/// Numbered by hand and append-only: the numbers are part of the C ABI and of JSON output.
enum class ErrorCode : std::uint8_t {
  invalid_argument = 1, ///< the caller's mistake, a bad TOML file or setting included
  not_found = 2,        ///< a named file or program does not exist
  malformed = 3,        ///< bytes are not what they claim to be; the message names the offset
  unsupported = 4,      ///< well formed, but of a release or class there is no layout for
  incompatible = 5,     ///< a verdict with mismatches
  corrupt = 6,          ///< the cache's own stored data failed its digest
  io = 7,               ///< the operating system refused
  busy = 8,             ///< a lock was not free within the configured wait
  timeout = 9,          ///< a deadline passed
  unavailable = 10,     ///< a remote refused or is broken
  compile_failed = 11,  ///< the compiler said no, or its output is not what was asked for
  out_of_memory = 12,   ///< reported at the C ABI only
  internal = 13,        ///< a bug in cwasm
};

/// The code's stable name ("malformed"), as JSON output prints it.
CWASM_EXPORT std::string_view error_code_name(ErrorCode code) noexcept;

/// The tool's exit status for a code (0 is never returned).
CWASM_EXPORT int error_code_exit_status(ErrorCode code) noexcept;

/// A code and a message that reads outside-in: "open cache: migrate: disk I/O error".
/// A value: copyable, comparable, safe to pass between threads.
class [[nodiscard]] Error {
public:
  Error(ErrorCode code, std::string message) : m_code(code), m_message(std::move(message)) {}

  ErrorCode code() const noexcept { return m_code; }
  const std::string& message() const noexcept { return m_message; }

  /// The same error with "context: " put in front of its message.
  Error with_context(std::string_view context) const {
    return {m_code, std::string(context) + ": " + m_message};
  }

  friend bool operator==(const Error&, const Error&) = default;

private:
  ErrorCode m_code;
  std::string m_message;
};

/// A value or an Error. The spelling is that of std::expected, so that it can become one.
/// Reading the wrong alternative terminates the program; it is never undefined.
template <typename T> class [[nodiscard]] Result {
public:
  using value_type = T;

  // NOLINTNEXTLINE(google-explicit-constructor,hicpp-explicit-conversions)
  Result(T value) : m_data(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor,hicpp-explicit-conversions)
  Result(Error error) : m_data(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const noexcept { return m_data.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  // NOLINTBEGIN(bugprone-exception-escape): that the wrong alternative terminates is the contract
  T& operator*() & noexcept { return std::get<0>(m_data); }
  const T& operator*() const& noexcept { return std::get<0>(m_data); }
  T&& operator*() && noexcept { return std::get<0>(std::move(m_data)); }
  T* operator->() noexcept { return &std::get<0>(m_data); }
  const T* operator->() const noexcept { return &std::get<0>(m_data); }

  const Error& error() const& noexcept { return std::get<1>(m_data); }
  Error&& error() && noexcept { return std::get<1>(std::move(m_data)); }
  // NOLINTEND(bugprone-exception-escape)

  T value_or(T fallback) const& { return has_value() ? **this : std::move(fallback); }

private:
  std::variant<T, Error> m_data;
};

/// Success without a value, or an Error.
using Status = Result<std::monostate>;

/// The successful Status.
inline Status ok() { return std::monostate{}; }

} // namespace cwasm
