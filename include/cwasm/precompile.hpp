#pragma once

/// The main job: an artifact for a module, from the cache or from the compiler.

#include <cwasm/bytes.hpp>
#include <cwasm/cache.hpp>
#include <cwasm/compiler.hpp>
#include <cwasm/digest.hpp>
#include <cwasm/engine.hpp>
#include <cwasm/error.hpp>
#include <cwasm/export.hpp>
#include <cwasm/metadata.hpp>
#include <cwasm/why.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace cwasm {
namespace precompile {
class Input;
}

/// What an input is, told from its first bytes.
struct WasmInput {
  Kind kind = Kind::module;
  bool is_text = false;
};

/// Binary: the preamble's layer says module or component. Text: the first word after comments and
/// space does; text that does not begin with `(module` or `(component` is a module. Errors:
/// malformed for anything else, invalid_argument for what is compiled already.
CWASM_EXPORT Result<WasmInput> sniff_wasm(std::span<const std::byte> bytes);

/// The digest that a module is kept under. Errors: internal.
CWASM_EXPORT Result<ModuleDigest> module_digest(std::span<const std::byte> wasm,
                                                DigestAlgorithm algorithm);

struct Precompiled {
  Outcome outcome = Outcome::miss;
  CompatibilityHash hash;
  ModuleDigest digest;
  Kind kind = Kind::module;
  Bytes artifact;                   ///< exactly what the compiler wrote
  std::filesystem::path path;       ///< in the cache; empty when it could not be kept
  std::uint64_t offset = 0;         ///< of the artifact in that file: not 0 in a pack
  std::optional<OtherEngine> other; ///< of a compatible hit: what it was compiled for
  bool waited = false;              ///< for somebody else who compiled the same
  double seconds = 0.0;             ///< wall time of the call
  double compile_seconds = 0.0;
};

/// What a Precompiler works with. The pointers are borrowed and must outlive it; each may be null:
/// without a cache everything is a miss and nothing is kept, without a compiler only hits succeed.
struct PrecompileParts {
  Engine engine;
  ModuleCache* cache = nullptr;
  Compiler* compiler = nullptr;
  DigestAlgorithm digest = DigestAlgorithm::sha256;
  /// Told of everything that went wrong with the cache without stopping the work. May be empty.
  std::function<void(std::string_view)> on_warning = nullptr;
  LookupPolicy policy = LookupPolicy::exact;
  /// With the compatible policy: take what is less optimized than asked for, if nothing else loads.
  bool allow_lower_opt_level = false;
  /// How long to wait for another thread or process that compiles the same, before compiling it
  /// here too. Zero: not at all.
  std::chrono::milliseconds wait_limit = ClaimOptions().wait_limit;
  /// Told once a second for how long that has been; false: stop waiting. May be empty; must not
  /// throw.
  std::function<bool(std::chrono::milliseconds waited)> on_wait = nullptr;
  /// `require_hit`: nothing is compiled; a miss, counted and noted as such, is ErrorCode::not_found
  /// and says why it missed. `recache`: nothing is looked up, so no lookup is counted; what is
  /// compiled replaces what is stored.
  CacheMode mode = CacheMode::normal;
};

/// Lookup, validate, compile, check, keep. What the compiler hands back is kept and returned only
/// if its metadata is what the engine asked for. One object may be used from several threads when
/// its compiler and on_warning may.
class CWASM_EXPORT Precompiler {
public:
  /// When the engine's config names only a major and the compiler can tell its full version, the
  /// engine used from here on has the compiler's. Errors: those of asking the compiler are
  /// warnings.
  explicit Precompiler(PrecompileParts parts);

  const Engine& engine() const noexcept { return m_parts.engine; }

  /// `name` is remembered in the cache for people. Errors: malformed, invalid_argument (no
  /// WebAssembly), not_found (no hit, and no compiler or
  /// CacheMode::require_hit), compile_failed (the compiler failed, or
  /// ignored what was asked; the cache is unchanged. It may have been waited for: then the message
  /// is that of the one who compiled).
  Result<Precompiled> precompile(std::span<const std::byte> wasm, std::string_view name = {});

  /// The same for a file, which is not hashed again while it is unchanged. Errors: also not_found
  /// and io of the file.
  Result<Precompiled> precompile_file(const std::filesystem::path& file);

  /// What `precompile` would find in the cache, or why it would find nothing. Compiles, counts and
  /// writes nothing. Errors: malformed, invalid_argument (no WebAssembly), io, busy.
  Result<Why> why(std::span<const std::byte> wasm);

  /// The same for a file. Errors: also not_found and io of the file.
  Result<Why> why_file(const std::filesystem::path& file);

private:
  Result<Precompiled> run(precompile::Input& input);
  Result<Why> explain(precompile::Input& input);
  std::optional<ModuleDigest> remembered_digest(const precompile::Input& input) const;
  Result<ModuleDigest> digest_of(precompile::Input& input) const;
  Claim claim(const CacheKey& key);
  Result<Claim> claim_input(precompile::Input& input, CacheKey& key);
  /// The reason, as it is noted; empty: the cache cannot be read.
  std::string note_miss(const CacheKey& key, Counter counted, const std::string& name);
  Result<CompiledArtifact> compile(precompile::Input& input) const;
  std::optional<CachedArtifact> keep(const CacheKey& key, const CompiledArtifact& compiled,
                                     std::string_view name);
  void warn(std::string_view text) const;

  PrecompileParts m_parts;
};

} // namespace cwasm
