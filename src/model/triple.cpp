#include <cwasm/triple.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <span>

namespace cwasm {
namespace {

// The names of target-lexicon 0.13. What a triple means does not depend on the Wasmtime release
// for the targets that Wasmtime can compile for.
constexpr auto k_architectures = std::to_array<std::string_view>(
    {"unknown",      "amdgcn",        "asmjs",         "avr",        "bpfeb",
     "bpfel",        "hexagon",       "loongarch64",   "m68k",       "msp430",
     "nvptx64",      "pulley32",      "pulley64",      "pulley32be", "pulley64be",
     "powerpc",      "powerpc64",     "powerpc64le",   "s390x",      "sparc",
     "sparc64",      "sparcv9",       "wasm32",        "wasm64",     "x86_64",
     "x86_64h",      "xtensa",        "zkasm",         "clever",     "i386",
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

constexpr auto k_versioned_systems = std::to_array<std::string_view>(
    {"darwin", "ios", "macosx", "tvos", "visionos", "watchos", "xros"});

constexpr auto k_environments = std::to_array<std::string_view>(
    {"unknown",   "amdgiz",    "android",      "androideabi", "eabi",         "eabihf",
     "gnu",       "gnuabi64",  "gnueabi",      "gnueabihf",   "gnuspe",       "gnux32",
     "gnu_ilp32", "gnullvm",   "hermitkernel", "hurdkernel",  "linuxkernel",  "macabi",
     "musl",      "musleabi",  "musleabihf",   "muslabi64",   "msvc",         "newlib",
     "none",      "kernel",    "uclibc",       "uclibceabi",  "uclibceabihf", "sgx",
     "sim",       "softfloat", "spe",          "threads",     "ohos"});

constexpr auto k_formats =
    std::to_array<std::string_view>({"unknown", "elf", "coff", "macho", "wasm", "xcoff"});

bool is_one_of(std::span<const std::string_view> names, std::string_view text) {
  return std::find(names.begin(), names.end(), text) != names.end();
}

bool is_version_number(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && rest == end && value <= 0xffff;
}

// "10.7.0" with one to three numbers becomes "10.7.0" with three.
std::optional<std::string> canonical_version(std::string_view text) {
  std::string out;
  for (int i = 0; i < 3; ++i) {
    const auto dot = text.find('.');
    const auto number = text.substr(0, dot);
    if (!is_version_number(number)) {
      return std::nullopt;
    }
    out.append(i == 0 ? "" : ".").append(number);
    if (dot == std::string_view::npos) {
      for (; i < 2; ++i) {
        out.append(".0");
      }
      return out;
    }
    text.remove_prefix(dot + 1);
  }
  return std::nullopt;
}

std::optional<std::string> parse_architecture(std::string_view text) {
  if (text == "arm64") {
    return "aarch64";
  }
  return is_one_of(k_architectures, text) ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<std::string> parse_system(std::string_view text) {
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

std::optional<std::string> parse_environment(std::string_view text) {
  return is_one_of(k_environments, text) ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<std::string> parse_format(std::string_view text) {
  return is_one_of(k_formats, text) ? std::optional(std::string(text)) : std::nullopt;
}

// Any name that means nothing elsewhere is a vendor.
std::optional<std::string> parse_vendor(std::string_view text) {
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
  if (parse_architecture(text) || parse_system(text) || parse_environment(text) ||
      parse_format(text)) {
    return std::nullopt;
  }
  return std::string(text);
}

std::string implied_format(const Triple& triple) {
  constexpr auto k_macho = std::to_array<std::string_view>(
      {"darwin", "ios", "macosx", "tvos", "visionos", "watchos", "xros"});
  for (const auto name : k_macho) {
    if (triple.is_os(name)) {
      return "macho";
    }
  }
  if (triple.is_os("windows") || triple.is_os("uefi")) {
    return "coff";
  }
  if (triple.is_os("aix")) {
    return "xcoff";
  }
  if (triple.architecture.starts_with("wasm")) {
    return "wasm";
  }
  if (triple.is_os("unknown") && !triple.is_pulley()) {
    return "unknown";
  }
  return "elf";
}

// What a part after the architecture may be, in the order it is tried.
enum class Part { vendor, system, environment, format, nothing };

struct Parts {
  Triple triple;
  Part next = Part::vendor;
  bool has_format = false;

  bool take(std::string_view text) {
    if (next == Part::vendor) {
      if (auto vendor = parse_vendor(text)) {
        triple.vendor = *vendor;
        next = Part::system;
        return true;
      }
    }
    if (next <= Part::system) {
      if (auto system = parse_system(text)) {
        triple.operating_system = *system;
        next = Part::environment;
        return true;
      }
    }
    if (next <= Part::environment) {
      if (auto environment = parse_environment(text)) {
        triple.environment = *environment;
        next = Part::format;
        return true;
      }
    }
    if (next <= Part::format) {
      if (auto format = parse_format(text)) {
        triple.binary_format = *format;
        has_format = true;
        next = Part::nothing;
        return true;
      }
    }
    return false;
  }
};

std::string_view part_name(Part part) {
  switch (part) {
  case Part::vendor:
    return "vendor";
  case Part::system:
    return "operating system";
  case Part::environment:
    return "environment";
  case Part::format:
    return "binary format";
  case Part::nothing:
    break;
  }
  return "field";
}

} // namespace

Result<Triple> parse_triple(std::string_view text) {
  const auto first = text.substr(0, text.find('-'));
  auto architecture = parse_architecture(first);
  if (!architecture) {
    return Error(ErrorCode::invalid_argument, "Unrecognized architecture: " + std::string(first));
  }
  Parts parts;
  parts.triple.architecture = *std::move(architecture);
  for (auto dash = text.find('-'); dash != std::string_view::npos;) {
    const auto start = dash + 1;
    dash = text.find('-', start);
    const auto part = text.substr(start, dash == std::string_view::npos ? dash : dash - start);
    if (!parts.take(part)) {
      return Error(ErrorCode::invalid_argument,
                   "Unrecognized " + std::string(part_name(parts.next)) + ": " + std::string(part));
    }
  }
  if (!parts.has_format) {
    parts.triple.binary_format = implied_format(parts.triple);
  }
  return parts.triple;
}

std::string Triple::to_string() const {
  // target-lexicon leaves an unknown vendor out where the usual name of the target does.
  const bool omits_vendor =
      vendor == "unknown" && (environment.starts_with("android") || is_os("fuchsia") ||
                              is_os("wasi") || is_os("wasip1") || is_os("wasip2"));
  std::string out = architecture;
  if (!omits_vendor) {
    out.append("-").append(vendor);
  }
  out.append("-").append(operating_system);
  if (environment != "unknown") {
    out.append("-").append(environment);
  }
  const bool no_system = operating_system == "unknown" && binary_format != "unknown";
  if (binary_format != implied_format(*this) || no_system) {
    out.append("-").append(binary_format);
  }
  return out;
}

bool Triple::is_os(std::string_view name) const noexcept {
  if (!operating_system.starts_with(name)) {
    return false;
  }
  const auto rest = std::string_view(operating_system).substr(name.size());
  return rest.empty() ||
         (rest.front() >= '0' && rest.front() <= '9' && is_one_of(k_versioned_systems, name));
}

bool Triple::is_pulley() const noexcept { return architecture.starts_with("pulley"); }

bool Triple::is_big_endian() const noexcept {
  return architecture == "s390x" || architecture.ends_with("be");
}

unsigned Triple::pointer_bits() const noexcept {
  constexpr auto k_32_bit = std::to_array<std::string_view>(
      {"pulley32", "pulley32be", "i386", "i586", "i686", "wasm32", "powerpc", "sparc", "mips",
       "mipsel", "xtensa", "hexagon", "m68k"});
  const bool narrow = is_one_of(k_32_bit, architecture) || architecture.starts_with("riscv32") ||
                      architecture.starts_with("arm") || architecture.starts_with("thumb");
  return narrow ? 32 : 64;
}

} // namespace cwasm
