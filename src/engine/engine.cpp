#include <cwasm/engine.hpp>

#include "compat/check.hpp"
#include "engine/check_artifact.hpp"
#include "engine/derive.hpp"
#include "engine/hash.hpp"
#include "engine/load_class.hpp"
#include "engine/object_header.hpp"
#include "util/try.hpp"

#include <cwasm/elf.hpp>

namespace cwasm {

struct Engine::State {
  Config config;
  engine::Derived derived;
  std::optional<engine::OwnSection> section; ///< always there once created
  std::vector<HashedField> fields;
  CompatibilityHash hash;
  LoadRequirements load;
};

Result<Engine> Engine::create(const Config& config, const Host& host) {
  auto state = std::make_shared<State>();
  state->config = config;
  CWASM_TRY_ASSIGN(state->derived, engine::derive(config, host));
  const auto& model = state->derived.model;
  CWASM_TRY_ASSIGN(state->section, engine::OwnSection::create(model));
  state->fields = engine::hashed_fields(state->derived);
  state->hash = engine::hash_fields(state->fields);
  state->load = engine::load_requirements(state->derived);
  return Engine(std::move(state));
}

const Config& Engine::config() const noexcept { return m_state->config; }

const Host& Engine::host() const noexcept { return m_state->derived.model.host; }

std::uint16_t Engine::release() const noexcept { return m_state->derived.model.release; }

const std::string& Engine::release_text() const noexcept { return m_state->derived.version.text; }

const std::string& Engine::version_text() const noexcept { return m_state->derived.model.version; }

bool Engine::version_names_release() const noexcept {
  return m_state->derived.model.strategy == compat::VersionStrategy::wasmtime;
}

const Triple& Engine::target() const noexcept { return m_state->derived.model.target; }

const Metadata& Engine::metadata() const noexcept { return m_state->derived.model.metadata; }

std::string Engine::opt_level() const {
  for (const auto& flag : metadata().shared_flags) {
    const auto* const level = std::get_if<std::string>(&flag.value.value);
    if (flag.name == "opt_level" && level != nullptr) {
      return *level;
    }
  }
  return "none";
}

std::span<const std::byte> Engine::engine_section() const noexcept {
  return m_state->section->bytes();
}

const CompatibilityHash& Engine::precompile_compatibility_hash() const noexcept {
  return m_state->hash;
}

std::vector<HashedField> Engine::explain() const { return m_state->fields; }

const LoadRequirements& Engine::load_requirements() const noexcept { return m_state->load; }

Verdict Engine::check_compatible(const Metadata& artifact) const {
  Verdict verdict;
  const auto& model = m_state->derived.model;
  compat::check_metadata(model, model.release, artifact, verdict);
  return verdict;
}

Result<Verdict> Engine::check(std::span<const std::byte> artifact, std::optional<Kind> kind) const {
  return engine::check_artifact(m_state->derived.model, *m_state->section, artifact, kind);
}

Result<std::vector<std::byte>> Engine::append_compiler_info(Kind kind) const {
  return write_engine_object(engine::object_header(release(), target(), kind), engine_section());
}

Result<std::vector<std::byte>>
Engine::append_compiler_info(Kind kind, std::span<const std::byte> object) const {
  return append_engine_section(object, engine_section(),
                               engine::object_header(release(), target(), kind));
}

EngineWeak Engine::weak() const { return EngineWeak(m_state); }

std::optional<Engine> EngineWeak::upgrade() const {
  auto state = m_state.lock();
  return state == nullptr ? std::nullopt : std::optional(Engine(std::move(state)));
}

} // namespace cwasm
