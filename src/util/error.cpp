#include <cwasm/error.hpp>

#include <array>

namespace cwasm {
namespace {

struct CodeRow {
  ErrorCode code;
  std::string_view name;
  int exit_status;
};

constexpr std::array k_codes = {
    CodeRow{ErrorCode::invalid_argument, "invalid_argument", 2},
    CodeRow{ErrorCode::not_found, "not_found", 3},
    CodeRow{ErrorCode::malformed, "malformed", 4},
    CodeRow{ErrorCode::unsupported, "unsupported", 5},
    CodeRow{ErrorCode::incompatible, "incompatible", 6},
    CodeRow{ErrorCode::corrupt, "corrupt", 7},
    CodeRow{ErrorCode::io, "io", 7},
    CodeRow{ErrorCode::busy, "busy", 9},
    CodeRow{ErrorCode::timeout, "timeout", 9},
    CodeRow{ErrorCode::unavailable, "unavailable", 9},
    CodeRow{ErrorCode::compile_failed, "compile_failed", 10},
    CodeRow{ErrorCode::out_of_memory, "out_of_memory", 70},
    CodeRow{ErrorCode::internal, "internal", 70},
};

const CodeRow& row(ErrorCode code) noexcept {
  for (const auto& candidate : k_codes) {
    if (candidate.code == code) {
      return candidate;
    }
  }
  return k_codes.back();
}

} // namespace

std::string_view error_code_name(ErrorCode code) noexcept { return row(code).name; }

int error_code_exit_status(ErrorCode code) noexcept { return row(code).exit_status; }

} // namespace cwasm
