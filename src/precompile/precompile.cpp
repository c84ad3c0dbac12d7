#include <cwasm/precompile.hpp>

#include "compiler/wasmtime_flags.hpp"
#include "precompile/check_output.hpp"
#include "precompile/explain.hpp"
#include "precompile/fields.hpp"
#include "precompile/input.hpp"
#include "util/sha256.hpp"
#include "util/try.hpp"
#include "util/xxhash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace cwasm {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Whether the compiler's full version would say more than the config has said.
bool names_only_a_major(const Engine& engine) {
  return engine.release_text().find('.') == std::string::npos && engine.version_names_release();
}

// The engine with the compiler's full version in place of the bare major that the config gave.
std::optional<Engine> with_compiler_version(const Engine& engine, std::string_view version) {
  if (version.substr(0, version.find('.')) != std::to_string(engine.release())) {
    return std::nullopt;
  }
  Config config = engine.config();
  config.release(std::string(version));
  auto refined = Engine::create(config, engine.host());
  return refined ? std::optional(*refined) : std::nullopt;
}

Error not_in_cache(const std::string& name, const std::string& reason) {
  return {ErrorCode::not_found,
          fmt::format("{} is not in the cache, and a hit is required: {}",
                      name.empty() ? "the module" : name,
                      reason.empty() ? "the cache could not be read" : reason)};
}

} // namespace

Result<ModuleDigest> module_digest(std::span<const std::byte> wasm, DigestAlgorithm algorithm) {
  ModuleDigest digest{algorithm, {}};
  if (algorithm == DigestAlgorithm::xxh3) {
    const auto hash = util::xxh3_128(wasm);
    std::copy(hash.begin(), hash.end(), digest.bytes.begin());
    return digest;
  }
  CWASM_TRY_ASSIGN(digest.bytes, util::sha256(wasm));
  return digest;
}

std::string_view outcome_name(Outcome outcome) noexcept {
  switch (outcome) {
  case Outcome::hit:
    return "hit";
  case Outcome::compatible_hit:
    return "compatible_hit";
  case Outcome::remote_hit:
    return "remote_hit";
  case Outcome::miss:
    break;
  }
  return "miss";
}

Precompiler::Precompiler(PrecompileParts parts) : m_parts(std::move(parts)) {
  if (m_parts.compiler == nullptr || !names_only_a_major(m_parts.engine)) {
    return;
  }
  const auto version = m_parts.compiler->version();
  if (!version) {
    // Without a compiler a hit is still a hit.
    if (version.error().code() != ErrorCode::not_found) {
      warn("the compiler does not tell its version: " + version.error().message());
    }
    return;
  }
  if (*version) {
    if (auto engine = with_compiler_version(m_parts.engine, **version)) {
      m_parts.engine = *std::move(engine);
    }
  }
}

void Precompiler::warn(std::string_view text) const {
  if (m_parts.on_warning) {
    m_parts.on_warning(text);
  }
}

std::optional<ModuleDigest> Precompiler::remembered_digest(const precompile::Input& input) const {
  if (m_parts.cache == nullptr || !input.identity() || input.is_loaded()) {
    return std::nullopt;
  }
  const auto known = m_parts.cache->remembered_digest(*input.identity(), m_parts.digest);
  return known ? *known : std::nullopt;
}

Result<ModuleDigest> Precompiler::digest_of(precompile::Input& input) const {
  if (const auto known = remembered_digest(input)) {
    return *known;
  }
  CWASM_TRY_ASSIGN(const auto wasm, input.load());
  CWASM_TRY_ASSIGN(const auto digest, module_digest(wasm, m_parts.digest));
  // Loading forgets the identity of a file that changed meanwhile.
  if (m_parts.cache != nullptr && input.identity().has_value()) {
    m_parts.cache->remember_digest(*input.identity(), digest);
  }
  return digest;
}

std::string Precompiler::note_miss(const CacheKey& key, Counter counted, const std::string& name) {
  if (m_parts.cache == nullptr) {
    return "there is no cache";
  }
  auto reason = precompile::miss_reason(m_parts, key, counted);
  if (!reason) {
    return {}; // of which has been warned
  }
  m_parts.cache->note_miss({key, name, *reason, {}});
  return *std::move(reason);
}

Result<CompiledArtifact> Precompiler::compile(precompile::Input& input) const {
  if (m_parts.compiler == nullptr) {
    return Error(ErrorCode::not_found, "it is not in the cache, and there is no compiler");
  }
  const auto& engine = m_parts.engine;
  CompileRequest request;
  CWASM_TRY_ASSIGN(request.wasm, input.load());
  request.kind = input.what().kind;
  request.is_text = input.what().is_text;
  request.target = engine.target().to_string();
  request.opt_level = engine.opt_level();
  request.flags = compiler::wasmtime_flags(engine);
  auto compiled = m_parts.compiler->compile(request);
  if (!compiled) {
    return compiled;
  }
  auto checked = precompile::check_output(engine, compiled->bytes.view, input.what().kind);
  if (!checked) {
    const auto& said = compiled->diagnostics;
    return Error(ErrorCode::compile_failed,
                 said.empty()
                     ? checked.error().message()
                     : fmt::format("{}\nthe compiler said:\n{}", checked.error().message(), said));
  }
  return compiled;
}

std::optional<CachedArtifact>
Precompiler::keep(const CacheKey& key, const CompiledArtifact& compiled, std::string_view name) {
  if (m_parts.cache == nullptr) {
    return std::nullopt;
  }
  const auto& engine = m_parts.engine;
  EntryDescription description;
  description.release = engine.release_text();
  description.target = engine.metadata().target;
  description.opt_level = engine.opt_level();
  description.producer = fmt::format("Wasmtime {}", engine.version_text());
  description.input = std::string(name);
  description.compile_seconds = compiled.seconds;
  auto kept = m_parts.cache->insert(key, compiled.bytes.view, description,
                                    precompile::requirements_of(engine));
  if (!kept) {
    // Once is enough: it is counted, and a full disk stays full for some time.
    const bool is_first = m_parts.cache->counters()[Counter::store_failures] == 1;
    if (is_first && !m_parts.cache->is_read_only()) {
      warn("the artifact could not be kept: " + kept.error().message());
    }
    return std::nullopt;
  }
  return *std::move(kept);
}

Result<Precompiled> Precompiler::run(precompile::Input& input) {
  const auto start = Clock::now();
  Precompiled result;
  result.hash = m_parts.engine.precompile_compatibility_hash();
  result.kind = input.what().kind;
  CWASM_TRY_ASSIGN(result.digest, digest_of(input));
  CacheKey key{result.hash, result.digest, result.kind};
  CWASM_TRY_ASSIGN(auto claimed, claim_input(input, key));
  result.digest = key.module;
  result.waited = claimed.waited;
  if (auto& artifact = claimed.found.artifact) {
    result.outcome =
        claimed.found.counted == Counter::compatible_hits ? Outcome::compatible_hit : Outcome::hit;
    result.artifact = std::move(artifact->bytes);
    result.path = std::move(artifact->path);
    result.offset = artifact->offset;
    result.other = std::move(artifact->other);
    result.seconds = seconds_since(start);
    return result;
  }
  if (claimed.failure) {
    return *std::move(claimed.failure);
  }
  if (m_parts.mode == CacheMode::require_hit) {
    return not_in_cache(input.name(), note_miss(key, claimed.found.counted, input.name()));
  }
  if (m_parts.mode != CacheMode::recache) {
    note_miss(key, claimed.found.counted, input.name());
  }
  auto compiled = compile(input);
  if (m_parts.cache != nullptr && m_parts.compiler != nullptr) {
    m_parts.cache->count(compiled ? Counter::compiles : Counter::compile_failures);
  }
  if (!compiled) {
    // What only this process met with (no compiler, one that was cancelled or killed) says nothing
    // about the module.
    if (claimed.flight && compiled.error().code() == ErrorCode::compile_failed) {
      claimed.flight->fail(compiled.error().message());
    }
    return compiled.error();
  }
  result.compile_seconds = compiled->seconds;
  if (auto kept = keep(key, *compiled, input.name())) {
    result.artifact = std::move(kept->bytes);
    result.path = std::move(kept->path);
  } else {
    result.artifact = std::move(compiled->bytes);
  }
  result.seconds = seconds_since(start);
  return result;
}

Result<Why> Precompiler::explain(precompile::Input& input) {
  auto digest = remembered_digest(input);
  if (!digest) {
    CWASM_TRY_ASSIGN(const auto wasm, input.load());
    CWASM_TRY_ASSIGN(digest, module_digest(wasm, m_parts.digest));
  }
  const CacheKey key{m_parts.engine.precompile_compatibility_hash(), *digest, input.what().kind};
  if (m_parts.cache != nullptr) {
    return precompile::explain(m_parts, key);
  }
  Why why;
  why.hash = key.engine;
  why.digest = key.module;
  why.kind = key.kind;
  why.reason = "there is no cache";
  return why;
}

Result<Precompiled> Precompiler::precompile(std::span<const std::byte> wasm,
                                            std::string_view name) {
  CWASM_TRY_ASSIGN(auto input, precompile::Input::from_bytes(wasm, name));
  return run(input);
}

Result<Precompiled> Precompiler::precompile_file(const std::filesystem::path& file) {
  CWASM_TRY_ASSIGN(auto input, precompile::Input::from_file(file));
  return run(input);
}

Result<Why> Precompiler::why(std::span<const std::byte> wasm) {
  CWASM_TRY_ASSIGN(auto input, precompile::Input::from_bytes(wasm, {}));
  return explain(input);
}

Result<Why> Precompiler::why_file(const std::filesystem::path& file) {
  CWASM_TRY_ASSIGN(auto input, precompile::Input::from_file(file));
  return explain(input);
}

} // namespace cwasm
