// Reading, detecting and checking one file agree with each other; and nothing crashes.

#include <cwasm/artifact.hpp>
#include <cwasm/detect.hpp>
#include <cwasm/engine.hpp>

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto newest = *cwasm::Engine::create(cwasm::Config());
  static const auto older = *cwasm::Engine::create(cwasm::Config().release("36"));
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto kind = cwasm::detect_precompiled(bytes);
  const auto artifact = cwasm::read_artifact(bytes);
  if (artifact && artifact->kind != kind) {
    std::abort();
  }
  for (const auto& engine : {newest, older}) {
    const auto verdict = engine.check(bytes);
    // What fits can be read. (A loader up to 42 passes over section names that cannot be read.)
    const bool strict = engine.release() >= 43;
    if (strict && verdict && verdict->compatible() &&
        !cwasm::read_artifact(bytes, engine.release())) {
      std::abort();
    }
    static_cast<void>(cwasm::structure_complaints(bytes, engine.release(), engine.target()));
  }
  return 0;
}
