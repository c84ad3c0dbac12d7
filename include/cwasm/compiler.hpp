#pragma once

/// Compilers: what turns WebAssembly into an artifact. Whether the artifact is what was asked for
/// is not their business: whoever keeps it checks it first.

#include <cwasm/bytes.hpp>
#include <cwasm/error.hpp>
#include <cwasm/export.hpp>
#include <cwasm/metadata.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cwasm {

/// One compile, in plain values.
struct CompileRequest {
  std::span<const std::byte> wasm; ///< valid for the time of the call
  Kind kind = Kind::module;
  bool is_text = false;           ///< the input is the text format, not the binary one
  std::string target;             ///< the triple to compile for
  std::string opt_level;          ///< "none", "speed", "speed_and_size"
  std::vector<std::string> flags; ///< the engine's settings as the compiler's own arguments
};

struct CompiledArtifact {
  Bytes bytes;
  double seconds = 0.0;    ///< wall time of the compiler alone
  std::string diagnostics; ///< the end of what it said on its standard error, as printable UTF-8
};

/// Implementations may be called from several threads at once.
class CWASM_EXPORT Compiler {
public:
  Compiler() = default;
  Compiler(const Compiler&) = delete;
  Compiler& operator=(const Compiler&) = delete;
  Compiler(Compiler&&) = delete;
  Compiler& operator=(Compiler&&) = delete;
  virtual ~Compiler();

  /// Compiles, and waits for it. Errors: compile_failed (what went wrong, and what the compiler
  /// said), not_found (there is no such compiler), io (the compiler cannot be run, was cancelled,
  /// or was ended by somebody else).
  virtual Result<CompiledArtifact> compile(const CompileRequest& request) = 0;

  /// The release the compiler says it is ("48.0.0"), or nothing when it cannot tell. May start a
  /// program. Errors: as `compile`.
  virtual Result<std::optional<std::string>> version() = 0;
};

struct CommandCompilerOptions {
  /// The program and its arguments. {input} and {output} stand for the files' paths, {target} and
  /// {opt_level} for the request's values, anywhere in an element; {flags}, an element of its own,
  /// for any number of elements. No shell takes part: everything else is passed on as it is.
  std::vector<std::string> command{"wasmtime", "compile", "{flags}", "-o", "{output}", "{input}"};
  /// Then the program, and all it started, is ended.
  std::chrono::milliseconds timeout = std::chrono::minutes(10);
  /// Asked about four times a second while the program runs; true ends it. May be empty.
  std::function<bool()> cancelled = nullptr;
  /// Where the private directory of each compile is made. Empty: the system's choice (TMPDIR).
  std::filesystem::path temporary_directory;
  /// Where versions that programs have told are remembered; only its last component is created.
  /// Empty: a program is asked each time. A program file that changed, a script, and a link to a
  /// program of another name are asked each time, too.
  std::filesystem::path version_directory;
  /// In bytes; a larger artifact is a failure.
  std::uint64_t output_limit = std::uint64_t{4} << 30U;
};

/// A compiler that is a program. It gets its input as a file and writes its output as a file, both
/// in a directory that only this user can read and that is gone when the call returns. The version
/// can be told when the program is called `wasmtime`.
/// Errors: invalid_argument (no program, or an unknown or misplaced {placeholder}).
CWASM_EXPORT Result<std::unique_ptr<Compiler>>
make_command_compiler(CommandCompilerOptions options);

} // namespace cwasm
