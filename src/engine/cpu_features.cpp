#include "engine/cpu_features.hpp"

#include <set>

#if defined(__x86_64__)
#include <array>
#include <cpuid.h>
#include <cstdint>
#elif defined(__aarch64__) && defined(__linux__)
#include <array>
#include <sys/auxv.h>
#endif

namespace cwasm::engine {
namespace {

#if defined(__x86_64__)

// Which registers the OS must save for a feature to be usable (XCR0).
enum class State : std::uint8_t { none, avx, avx512 };

struct CpuidRow {
  const char* name;
  std::uint32_t leaf;
  std::uint32_t subleaf;
  int output; ///< 0 eax, 1 ebx, 2 ecx
  unsigned bit;
  State state;
};

// As Rust's std_detect asks, for the names that Wasmtime's probe knows.
constexpr std::array k_rows = {
    CpuidRow{"sse3", 1, 0, 2, 0, State::none},
    CpuidRow{"ssse3", 1, 0, 2, 9, State::none},
    CpuidRow{"fma", 1, 0, 2, 12, State::avx},
    CpuidRow{"cmpxchg16b", 1, 0, 2, 13, State::none},
    CpuidRow{"sse4.1", 1, 0, 2, 19, State::none},
    CpuidRow{"sse4.2", 1, 0, 2, 20, State::none},
    CpuidRow{"popcnt", 1, 0, 2, 23, State::none},
    CpuidRow{"avx", 1, 0, 2, 28, State::avx},
    CpuidRow{"bmi1", 7, 0, 1, 3, State::none},
    CpuidRow{"avx2", 7, 0, 1, 5, State::avx},
    CpuidRow{"bmi2", 7, 0, 1, 8, State::none},
    CpuidRow{"avx512f", 7, 0, 1, 16, State::avx512},
    CpuidRow{"avx512dq", 7, 0, 1, 17, State::avx512},
    CpuidRow{"avx512vl", 7, 0, 1, 31, State::avx512},
    CpuidRow{"avx512vbmi", 7, 0, 2, 1, State::avx512},
    CpuidRow{"avx512vnni", 7, 0, 2, 11, State::avx512},
    CpuidRow{"avx512bitalg", 7, 0, 2, 12, State::avx512},
    CpuidRow{"avxvnni", 7, 1, 0, 4, State::avx},
    CpuidRow{"lzcnt", 0x80000001, 0, 2, 5, State::none},
};

std::uint64_t enabled_state() {
  std::uint32_t eax = 0;
  std::uint32_t ebx = 0;
  std::uint32_t ecx = 0;
  std::uint32_t edx = 0;
  constexpr std::uint32_t k_osxsave = 1U << 27U;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0 || (ecx & k_osxsave) == 0) {
    return 0;
  }
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return std::uint64_t{high} << 32U | low;
}

bool saves(std::uint64_t enabled, State state) {
  constexpr std::uint64_t k_avx = 0x6;     // SSE and AVX registers
  constexpr std::uint64_t k_avx512 = 0xe6; // and opmasks and the ZMM halves
  const auto needed = state == State::avx512 ? k_avx512 : state == State::avx ? k_avx : 0;
  return (enabled & needed) == needed;
}

bool cpu_has(const CpuidRow& row) {
  std::array<std::uint32_t, 4> out{};
  return __get_cpuid_count(row.leaf, row.subleaf, out.data(), &out[1], &out[2], &out[3]) != 0 &&
         (out.at(static_cast<std::size_t>(row.output)) >> row.bit & 1U) != 0;
}

#elif defined(__aarch64__) && defined(__linux__)

struct HwcapRow {
  const char* name;
  unsigned long type;
  unsigned long bits; ///< all of them
};

// Linux, arch/arm64/include/uapi/asm/hwcap.h. fp16 needs the scalar and the vector bit.
constexpr std::array k_rows = {
    HwcapRow{"lse", AT_HWCAP, 1UL << 8U},      HwcapRow{"fp16", AT_HWCAP, 1UL << 9U | 1UL << 10U},
    HwcapRow{"dotprod", AT_HWCAP, 1UL << 20U}, HwcapRow{"paca", AT_HWCAP, 1UL << 30U},
    HwcapRow{"i8mm", AT_HWCAP2, 1UL << 13U},
};

#endif

} // namespace

std::string host_triple() {
#if defined(__x86_64__)
  std::string triple = "x86_64";
#elif defined(__aarch64__)
  std::string triple = "aarch64";
#elif defined(__riscv) && __riscv_xlen == 64
  std::string triple = "riscv64gc";
#elif defined(__s390x__)
  std::string triple = "s390x";
#else
  std::string triple = "unknown";
#endif
#if defined(__APPLE__)
  return triple + "-apple-darwin";
#elif defined(__FreeBSD__)
  return triple + "-unknown-freebsd";
#elif defined(__linux__) && !defined(__GLIBC__)
  return triple + "-unknown-linux-musl";
#else
  return triple + "-unknown-linux-gnu";
#endif
}

HostFeatures detect_cpu_features() {
#if defined(__x86_64__)
  const auto enabled = enabled_state();
  std::set<std::string, std::less<>> names;
  for (const auto& row : k_rows) {
    if (saves(enabled, row.state) && cpu_has(row)) {
      names.emplace(row.name);
    }
  }
  return HostFeatures(std::move(names));
#elif defined(__aarch64__) && defined(__linux__)
  std::set<std::string, std::less<>> names;
  for (const auto& row : k_rows) {
    if ((::getauxval(row.type) & row.bits) == row.bits) {
      names.emplace(row.name);
    }
  }
  return HostFeatures(std::move(names));
#else
  return HostFeatures(HostFeatures::Probe::unknown);
#endif
}

} // namespace cwasm::engine
