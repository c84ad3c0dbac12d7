// What bincode reads, it writes back; and nothing crashes.

#include "wire.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cwasm::fuzz::check_wire(cwasm::format::Encoding::bincode, data, size);
  return 0;
}
