#pragma once

/// The two flow macros of the code base: return early with the error of a failed call.

#include <cwasm/error.hpp>

#define CWASM_CONCAT_INNER(a, b) a##b
#define CWASM_CONCAT(a, b) CWASM_CONCAT_INNER(a, b)

/// CWASM_TRY(expr): returns expr's error from the enclosing function, else goes on.
#define CWASM_TRY(expr)                                                                            \
  do {                                                                                             \
    auto cwasm_try_result = (expr);                                                                \
    if (!cwasm_try_result) {                                                                       \
      return std::move(cwasm_try_result).error();                                                  \
    }                                                                                              \
  } while (false)

// NOLINTBEGIN(bugprone-macro-parentheses): a declaration cannot stand in parentheses
#define CWASM_TRY_ASSIGN_IMPL(tmp, decl, expr)                                                     \
  auto tmp = (expr);                                                                               \
  if (!tmp) {                                                                                      \
    return std::move(tmp).error();                                                                 \
  }                                                                                                \
  decl = *std::move(tmp)

/// CWASM_TRY_ASSIGN(auto value, expr): as CWASM_TRY, and names the value.
#define CWASM_TRY_ASSIGN(decl, expr)                                                               \
  CWASM_TRY_ASSIGN_IMPL(CWASM_CONCAT(cwasm_try_, __LINE__), decl, expr)
// NOLINTEND(bugprone-macro-parentheses)
