#include "compiler/command_template.hpp"
#include "compiler/version_memory.hpp"
#include "util/file.hpp"
#include "util/printable.hpp"
#include "util/process.hpp"
#include "util/temporary_directory.hpp"
#include "util/try.hpp"

#include <cwasm/compiler.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace cwasm {
namespace {

using compiler::CommandTemplate;
using compiler::CommandValues;
using util::ProcessOptions;
using util::ProcessResult;

// Enough for any diagnosis that is to be read, in a message that is still to be printed.
constexpr std::size_t k_diagnostics_limit = std::size_t{16} * 1024;
constexpr std::chrono::seconds k_version_timeout{5};

/// Writes a file that is not there yet and need not survive a crash.
Status write_input(const std::filesystem::path& path, std::span<const std::byte> content) {
  const util::Fd file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file) {
    return util::file_error("create", path, errno);
  }
  while (!content.empty()) {
    const ssize_t count = ::write(file.get(), content.data(), content.size());
    if (count < 0 && errno != EINTR) {
      return util::file_error("write", path, errno);
    }
    content = content.subspan(count < 0 ? 0 : static_cast<std::size_t>(count));
  }
  return ok();
}

std::string how_it_ended(const ProcessResult& result, std::chrono::milliseconds timeout) {
  if (result.cancelled) {
    return "was interrupted";
  }
  if (result.timed_out) {
    return fmt::format("timed out after {:g} s", std::chrono::duration<double>(timeout).count());
  }
  if (result.signal != 0) {
    const char* const name = ::sigdescr_np(result.signal);
    return fmt::format("was killed by signal {} ({})", result.signal,
                       name != nullptr ? name : "unknown");
  }
  return fmt::format("failed with exit status {}", result.exit_status);
}

/// What the compiler said: its standard error, or its standard output when it used that instead.
std::string said(const ProcessResult& result) {
  std::string text = util::printable(result.err.empty() ? result.out : result.err);
  text.erase(text.find_last_not_of(" \t\n") + 1);
  return text;
}

/// By somebody who wants it to end or needs its memory. That says nothing about its input, unlike a
/// signal that it brought upon itself.
bool was_ended_from_outside(const ProcessResult& result) {
  constexpr std::array k_signals = {SIGKILL, SIGTERM, SIGINT, SIGHUP};
  return result.cancelled || (!result.timed_out && std::find(k_signals.begin(), k_signals.end(),
                                                             result.signal) != k_signals.end());
}

Error compile_error(std::string_view what, const std::vector<std::string>& argv,
                    const ProcessResult& result) {
  const std::string text = said(result);
  return {was_ended_from_outside(result) ? ErrorCode::io : ErrorCode::compile_failed,
          fmt::format("the compiler {}: {}{}{}", what, util::printable(util::quote_command(argv)),
                      text.empty() ? "" : "\n", text)};
}

/// "wasmtime 48.0.0 (0123abc 2026-01-02)" says 48.0.0.
std::optional<std::string> parse_version(std::string_view text) {
  const auto space = text.find(' ');
  const auto begin = space == std::string_view::npos ? text.size() : space + 1;
  const auto version = text.substr(begin, text.find_first_of(" \t\r\n", begin) - begin);
  const bool plausible = !version.empty() && version.front() >= '0' && version.front() <= '9' &&
                         version.find('.') != std::string_view::npos;
  return plausible ? std::optional(util::printable(version)) : std::nullopt;
}

class CommandCompiler final : public Compiler {
public:
  CommandCompiler(CommandCompilerOptions options, CommandTemplate command)
      : m_options(std::move(options)), m_command(std::move(command)) {}

  Result<CompiledArtifact> compile(const CompileRequest& request) override {
    CWASM_TRY_ASSIGN(const auto directory,
                     util::TemporaryDirectory::create(m_options.temporary_directory));
    const auto input = directory.path() / (request.is_text ? "input.wat" : "input.wasm");
    const auto output = directory.path() / "output.cwasm";
    CWASM_TRY(write_input(input, request.wasm));
    ProcessOptions process;
    process.argv = m_command.expand(CommandValues{input.string(), output.string(), request.target,
                                                  request.opt_level, request.flags});
    process.timeout = m_options.timeout;
    process.cancelled = m_options.cancelled;
    process.output_limit = k_diagnostics_limit;
    auto result = util::run_process(process);
    if (!result) {
      return result.error().with_context("compiler");
    }
    if (!result->succeeded()) {
      return compile_error(how_it_ended(*result, process.timeout), process.argv, *result);
    }
    return read_output(output, process.argv, *result);
  }

  Result<std::optional<std::string>> version() override {
    const std::string& program = m_options.command.front();
    if (std::filesystem::path(program).filename() != "wasmtime") {
      return std::optional<std::string>();
    }
    const auto& memory = m_options.version_directory;
    const auto file = memory.empty() ? std::nullopt : compiler::find_program_file(program);
    if (auto known = file ? compiler::recall_version(memory, *file) : std::nullopt) {
      return known;
    }
    CWASM_TRY_ASSIGN(auto told, ask_version(program));
    if (told && file && compiler::find_program_file(program) == file) {
      compiler::remember_version(memory, *file, *told);
    }
    return told;
  }

private:
  static Result<std::optional<std::string>> ask_version(const std::string& program) {
    ProcessOptions process;
    process.argv = {program, "--version"};
    process.timeout = k_version_timeout;
    auto result = util::run_process(process);
    if (!result) {
      return result.error().with_context("compiler");
    }
    if (!result->succeeded()) {
      return compile_error(how_it_ended(*result, process.timeout), process.argv, *result);
    }
    return parse_version(result->out);
  }

  Result<CompiledArtifact> read_output(const std::filesystem::path& path,
                                       const std::vector<std::string>& argv,
                                       const ProcessResult& result) const {
    // Read, not mapped: a process that escaped from the compiler's group could still cut it short.
    auto content = util::read_file(path, m_options.output_limit);
    if (!content) {
      const bool absent = content.error().code() == ErrorCode::not_found;
      return compile_error(
          absent ? "wrote no output file"
                 : fmt::format("wrote no usable output ({})", content.error().message()),
          argv, result);
    }
    if (content->empty()) {
      return compile_error("wrote an empty file", argv, result);
    }
    const auto owner = std::make_shared<const std::vector<std::byte>>(*std::move(content));
    return CompiledArtifact{Bytes{owner, *owner}, result.seconds, said(result)};
  }

  CommandCompilerOptions m_options;
  CommandTemplate m_command;
};

} // namespace

Compiler::~Compiler() = default;

Result<std::unique_ptr<Compiler>> make_command_compiler(CommandCompilerOptions options) {
  CWASM_TRY_ASSIGN(auto command, CommandTemplate::parse(options.command));
  return std::unique_ptr<Compiler>(
      std::make_unique<CommandCompiler>(std::move(options), std::move(command)));
}

} // namespace cwasm
