#include "engine/object_header.hpp"

#include "releases/flags.hpp"
#include "releases/release.hpp"

namespace cwasm::engine {
namespace {

// Pulley has no machine of its own; Wasmtime writes RISC-V's.
std::uint16_t machine(releases::IsaFamily family) {
  switch (family) {
  case releases::IsaFamily::x86_64:
    return 62;
  case releases::IsaFamily::aarch64:
    return 183;
  case releases::IsaFamily::s390x:
    return 22;
  case releases::IsaFamily::riscv64:
  case releases::IsaFamily::pulley:
    return 243;
  case releases::IsaFamily::none:
    break;
  }
  return 0;
}

} // namespace

ElfHeader object_header(releases::Major release, const Triple& target, Kind kind) {
  ElfHeader header;
  header.endianness = target.is_big_endian() ? Endianness::big : Endianness::little;
  header.os_abi = k_elfosabi_wasmtime;
  header.machine = machine(releases::isa_family(target));
  header.flags = kind == Kind::module ? k_ef_wasmtime_module : k_ef_wasmtime_component;
  if (target.is_pulley() && releases::marks_pulley_in_e_flags(release)) {
    header.flags |= target.pointer_bits() == 32 ? k_ef_wasmtime_pulley32 : k_ef_wasmtime_pulley64;
  }
  return header;
}

} // namespace cwasm::engine
