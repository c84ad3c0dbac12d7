#include "model/triple_names.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace cwasm::model {
namespace {

// The names of target-lexicon 0.13 (Wasmtime 29 and later), without those behind a cargo feature
// that Wasmtime does not enable. Older versions know fewer names; what they know means the same,
// but for targets that name no operating system, to which they print no format.
constexpr auto k_architectures = std::to_array<std::string_view>(
    {"unknown",      "amdgcn",        "asmjs",         "avr",        "bpfeb",
     "bpfel",        "hexagon",       "loongarch64",   "m68k",       "msp430",
     "nvptx64",      "pulley32",      "pulley64",      "pulley32be", "pulley64be",
     "powerpc",      "powerpc64",     "powerpc64le",   "s390x",      "sparc",
     "sparc64",      "sparcv9",       "wasm32",        "wasm64",     "x86_64",
     "x86_64h",      "xtensa",        "clever1.0",     "clever",     "i386",
     "i586",         "i686",          "aarch64",       "aarch64_be", "riscv32",
     "riscv32gc",    "riscv32i",      "riscv32im",     "riscv32ima", "riscv32imac",
     "riscv32imafc", "riscv32imc",    "riscv64",       "riscv64gc",  "riscv64imac",
     "riscv64a23",   "arm",           "armeb",         "armv4",      "armv4t",
     "armv5t",       "armv5te",       "armv5tej",      "armv6",      "armv6j",
     "armv6k",       "armv6kz",       "armv6m",        "armv6t2",    "armv6z",
     "armv7",        "armv7a",        "armv7k",        "armv7m",     "armv7r",
     "armv7s",       "armv7ve",       "armv8",         "armv8a",     "armv8.1a",
     "armv8.2a",     "armv8.3a",      "armv8.4a",      "armv8.5a",   "armv8mbase",
     "armv8mmain",   "armv8r",        "armebv7r",      "thumbeb",    "thumbv4t",
     "thumbv5te",    "thumbv6m",      "thumbv7a",      "thumbv7em",  "thumbv7m",
     "thumbv7neon",  "thumbv8m.base", "thumbv8m.main", "mips",       "mipsel",
     "mipsisa32r6",  "mipsisa32r6el", "mips64",        "mips64el",   "mipsisa64r6",
     "mipsisa64r6el"});

constexpr auto k_vendors = std::to_array<std::string_view>(
    {"unknown", "amd", "apple", "espressif", "experimental", "fortanix", "ibm", "kmc", "nintendo",
     "nvidia", "pc", "rumprun", "sun", "uwp", "wrs"});

constexpr auto k_systems = std::to_array<std::string_view>(
    {"unknown",   "aix",        "amdhsa",  "bitrig",  "cloudabi",   "cuda",   "cygwin",
     "dragonfly", "emscripten", "freebsd", "fuchsia", "haiku",      "hermit", "horizon",
     "hurd",      "illumos",    "l4re",    "linux",   "nebulet",    "netbsd", "none",
     "openbsd",   "psp",        "redox",   "solaris", "solid_asp3", "uefi",   "vxworks",
     "wasi",      "wasip1",     "wasip2",  "windows", "espidf"});

constexpr auto k_environments = std::to_array<std::string_view>(
    {"unknown",   "amdgiz",    "android",      "androideabi", "eabi",         "eabihf",
     "gnu",       "gnuabi64",  "gnueabi",      "gnueabihf",   "gnuspe",       "gnux32",
     "gnu_ilp32", "gnullvm",   "hermitkernel", "hurdkernel",  "linuxkernel",  "macabi",
     "musl",      "musleabi",  "musleabihf",   "muslabi64",   "msvc",         "newlib",
     "none",      "kernel",    "uclibc",       "uclibceabi",  "uclibceabihf", "sgx",
     "sim",       "softfloat", "spe",          "threads",     "ohos"});

constexpr auto k_formats =
    std::to_array<std::string_view>({"unknown", "elf", "coff", "macho", "wasm", "xcoff"});

// As Rust parses an unsigned integer: a plus may stand before the digits.
std::optional<unsigned> parse_number(std::string_view text, unsigned most) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  unsigned value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const bool whole = error == std::errc{} && rest == end && value <= most;
  return whole ? std::optional(value) : std::nullopt;
}

// "10.7", one to three numbers, becomes "10.7.0".
std::optional<std::string> canonical_version(std::string_view text) {
  constexpr std::array k_most{0xffffU, 0xffU, 0xffU};
  std::string out;
  bool more = true;
  for (const auto most : k_most) {
    const auto dot = text.find('.');
    const auto number = more ? parse_number(text.substr(0, dot), most) : 0;
    if (!number) {
      return std::nullopt;
    }
    out.append(out.empty() ? "" : ".").append(std::to_string(*number));
    more = more && dot != std::string_view::npos;
    text = more ? text.substr(dot + 1) : std::string_view();
  }
  return more ? std::nullopt : std::optional(out);
}

} // namespace

std::optional<std::string> canonical_architecture(std::string_view text) {
  if (text == "arm64") {
    return "aarch64";
  }
  return is_one_of(k_architectures, text) ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<std::string> canonical_system(std::string_view text) {
  if (is_one_of(k_systems, text)) {
    return std::string(text);
  }
  for (const auto name : k_versioned_systems) {
    if (!text.starts_with(name)) {
      continue;
    }
    const auto version = text.substr(name.size());
    if (version.empty()) {
      return std::string(text);
    }
    if (const auto canonical = canonical_version(version)) {
      return std::string(name) + *canonical;
    }
  }
  return std::nullopt;
}

std::optional<std::string> canonical_environment(std::string_view text) {
  return is_one_of(k_environments, text) ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<std::string> canonical_format(std::string_view text) {
  return is_one_of(k_formats, text) ? std::optional(std::string(text)) : std::nullopt;
}

// Any name that means nothing elsewhere is a vendor.
std::optional<std::string> canonical_vendor(std::string_view text) {
  if (is_one_of(k_vendors, text)) {
    return std::string(text);
  }
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  };
  if (text.empty() || text.front() < 'a' || text.front() > 'z' ||
      !std::all_of(text.begin(), text.end(), fits)) {
    return std::nullopt;
  }
  if (canonical_architecture(text) || canonical_system(text) || canonical_environment(text) ||
      canonical_format(text)) {
    return std::nullopt;
  }
  return std::string(text);
}

} // namespace cwasm::model
