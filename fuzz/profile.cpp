// A profile that does not parse is refused with a place; one that parses makes an engine, whose own
// artifact it judges as its own metadata, or is refused with a reason.

#include "support.hpp"

#include <cwasm/engine.hpp>
#include <cwasm/settings.hpp>

using cwasm::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view k_place = "f.toml:";
  const auto settings = cwasm::parse_settings(cwasm::fuzz::text_of(data, size), "f.toml");
  if (!settings) {
    require(settings.error().code() == cwasm::ErrorCode::invalid_argument);
    require(settings.error().message().starts_with(k_place));
    return 0;
  }
  for (const auto& warning : settings->warnings) {
    require(warning.starts_with(k_place));
  }
  cwasm::Host host;
  host.triple = *cwasm::parse_triple("x86_64-unknown-linux-gnu");
  const auto engine = cwasm::Engine::create(settings->engine, settings->host.value_or(host));
  if (!engine) {
    // What only goes wrong together is refused in Wasmtime's words, which name settings.
    require(!engine.error().message().empty());
    require(engine.error().code() == cwasm::ErrorCode::invalid_argument ||
            engine.error().code() == cwasm::ErrorCode::unsupported);
    return 0;
  }
  const auto artifact = engine->append_compiler_info(cwasm::Kind::module);
  const auto verdict = engine->check(*artifact);
  require(verdict && verdict->mismatches.size() ==
                         engine->check_compatible(engine->metadata()).mismatches.size());
  return 0;
}
