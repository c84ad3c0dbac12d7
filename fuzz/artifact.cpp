// Detecting, inspecting and checking one file agree with each other; and nothing crashes.

#include "support.hpp"

#include <cwasm/artifact.hpp>
#include <cwasm/detect.hpp>
#include <cwasm/engine.hpp>

#include <algorithm>

using cwasm::fuzz::require;

namespace {

cwasm::Engine engine_of(const char* release) {
  cwasm::Host host;
  host.triple = *cwasm::parse_triple("x86_64-unknown-linux-gnu");
  return *cwasm::Engine::create(cwasm::Config().release(release), host);
}

void check(std::span<const std::byte> bytes, const cwasm::Engine& engine) {
  const auto verdict = engine.check(bytes);
  const auto read = cwasm::read_artifact(bytes, engine.release());
  require(verdict || !verdict.error().message().empty());
  // What fits can be read. (A loader up to 42 passes over section names that cannot be read.)
  const bool fits = verdict && verdict->compatible();
  require(!fits || engine.release() <= 42 || read.has_value());
  // What fits has its kind, which detection sees where it demands no more than the loader.
  require(!fits || !read || engine.release() >= 43 || read->kind.has_value());
  // Metadata that this release's layout fits is all that the verdict depends on.
  require(!fits || !read || engine.check_compatible(read->decoded.metadata).compatible());
  require(cwasm::structure_complaints(bytes, engine.release(), engine.target()).size() <= 33);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const cwasm::Engine engines[] = {engine_of("48"), engine_of("36"), engine_of("20")};
  const auto bytes = cwasm::fuzz::bytes_of(data, size);
  const auto kind = cwasm::detect_precompiled(bytes);
  const auto artifact = cwasm::read_artifact(bytes);
  require(!artifact || artifact->kind == kind);
  // Of the layouts that fit, one is taken.
  require(!artifact || artifact->fitting.empty() ||
          std::ranges::find(artifact->fitting, artifact->release) != artifact->fitting.end());
  require(cwasm::glance(bytes).kind == kind);
  for (const auto& engine : engines) {
    check(bytes, engine);
  }
  return 0;
}
