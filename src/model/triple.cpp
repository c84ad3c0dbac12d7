#include <cwasm/triple.hpp>

#include "model/triple_names.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace cwasm {

using namespace model; // NOLINT(google-build-using-namespace): this room's own names

namespace {

bool is_like_darwin(const Triple& triple) {
  return std::any_of(k_versioned_systems.begin(), k_versioned_systems.end(),
                     [&](std::string_view name) { return triple.is_os(name); });
}

bool is_wasm(const Triple& triple) {
  return triple.architecture == "wasm32" || triple.architecture == "wasm64";
}

std::string_view implied_format(const Triple& triple) {
  constexpr auto k_by_architecture =
      std::to_array<std::string_view>({"nebulet", "emscripten", "vxworks", "wasi", "unknown"});
  const auto& system = triple.operating_system;
  if (system == "none") {
    return triple.environment == "eabi" || triple.environment == "eabihf" ? "elf" : "unknown";
  }
  if (system == "aix") {
    return "xcoff";
  }
  if (is_like_darwin(triple)) {
    return "macho";
  }
  if (system == "windows") {
    return "coff";
  }
  if (!is_one_of(k_by_architecture, system)) {
    return "elf";
  }
  if (is_wasm(triple)) {
    return "wasm";
  }
  return triple.architecture == "unknown" ? "unknown" : "elf";
}

// An unknown vendor is left out where the usual name of the target does.
bool omits_vendor(const Triple& triple) {
  constexpr auto k_bare = std::to_array<std::string_view>(
      {"armv4t", "armv5te", "armebv7r", "armv7a", "armv7r", "armv8r", "thumbv4t", "thumbv5te",
       "thumbv6m", "thumbv7em", "thumbv7m", "thumbv8m.base", "thumbv8m.main", "msp430"});
  const auto& system = triple.operating_system;
  const auto& environment = triple.environment;
  if (triple.vendor != "unknown" || environment == "hermitkernel" || environment == "linuxkernel") {
    return false;
  }
  if (system == "linux") {
    return environment == "android" || environment == "androideabi" || environment == "kernel";
  }
  return system == "wasi" || system == "wasip1" || system == "wasip2" ||
         (system == "none" && is_one_of(k_bare, triple.architecture));
}

// Without an operating system the format is printed even if it is the usual one.
bool prints_usual_format(const Triple& triple) {
  constexpr auto k_not_with = std::to_array<std::string_view>({"eabi", "eabihf", "sgx"});
  return triple.binary_format != "unknown" && triple.architecture != "avr" && !is_wasm(triple) &&
         (triple.operating_system == "none" || triple.operating_system == "unknown") &&
         !is_one_of(k_not_with, triple.environment);
}

// Names that are no list of fields.
struct SpecialName {
  std::string_view text;
  std::string_view architecture;
  std::string_view vendor;
  std::string_view system;
};
constexpr std::array k_special_names{
    SpecialName{"armv6k-nintendo-3ds", "armv6k", "nintendo", "horizon"},
    SpecialName{"riscv32imc-esp-espidf", "riscv32imc", "espressif", "espidf"},
};

bool is_special(const Triple& triple, const SpecialName& row) {
  return triple.architecture == row.architecture && triple.vendor == row.vendor &&
         triple.operating_system == row.system;
}

bool omits_environment(const Triple& triple) {
  return triple.environment == "unknown" ||
         (triple.environment == "newlib" &&
          ((triple.vendor == "nintendo" && triple.operating_system == "horizon") ||
           (triple.vendor == "espressif" && triple.operating_system == "espidf")));
}

// What a part after the architecture may be, in the order it is tried.
enum class Part { vendor, system, environment, format, nothing };

struct Parts {
  Triple triple;
  Part next = Part::vendor;
  bool has_format = false;

  bool take(std::string_view text) {
    if (next == Part::vendor) {
      if (auto vendor = canonical_vendor(text)) {
        triple.vendor = *vendor;
        next = Part::system;
        return true;
      }
    }
    if (next <= Part::system) {
      if (auto system = canonical_system(text)) {
        triple.operating_system = *system;
        next = Part::environment;
        return true;
      }
    }
    if (next <= Part::environment) {
      if (auto environment = canonical_environment(text)) {
        triple.environment = *environment;
        next = Part::format;
        return true;
      }
    }
    if (next <= Part::format) {
      if (auto format = canonical_format(text)) {
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
  for (const auto& row : k_special_names) {
    if (text == row.text) {
      return Triple{std::string(row.architecture), std::string(row.vendor), std::string(row.system),
                    "newlib", "elf"};
    }
  }
  const auto first = text.substr(0, text.find('-'));
  auto architecture = canonical_architecture(first);
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
    parts.triple.binary_format = std::string(implied_format(parts.triple));
  }
  return parts.triple;
}

std::string Triple::to_string() const {
  for (const auto& row : k_special_names) {
    if (is_special(*this, row)) {
      return std::string(row.text);
    }
  }
  std::string out = architecture;
  const bool is_clever = architecture.starts_with("clever");
  if (!omits_vendor(*this)) {
    out.append("-").append(vendor);
  }
  if (!is_clever || operating_system != "unknown") {
    out.append("-").append(operating_system);
  }
  if (!omits_environment(*this)) {
    out.append("-").append(environment);
  }
  if (binary_format != implied_format(*this) || prints_usual_format(*this)) {
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
  constexpr auto k_big = std::to_array<std::string_view>(
      {"s390x", "aarch64_be", "pulley32be", "pulley64be", "armeb", "armebv7r", "thumbeb", "bpfeb",
       "m68k", "mips", "mips64", "mipsisa32r6", "mipsisa64r6", "powerpc", "powerpc64", "sparc",
       "sparc64", "sparcv9"});
  return is_one_of(k_big, architecture);
}

unsigned Triple::pointer_bits() const noexcept {
  constexpr auto k_32_bit = std::to_array<std::string_view>(
      {"pulley32", "pulley32be", "i386", "i586", "i686", "wasm32", "powerpc", "sparc", "mips",
       "mipsel", "mipsisa32r6", "mipsisa32r6el", "xtensa", "hexagon", "m68k", "asmjs"});
  const bool narrow = is_one_of(k_32_bit, architecture) || architecture.starts_with("riscv32") ||
                      architecture.starts_with("arm") || architecture.starts_with("thumb") ||
                      environment == "gnux32" || environment == "gnu_ilp32";
  return narrow ? 32 : 64;
}

} // namespace cwasm
