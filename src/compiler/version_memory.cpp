#include "compiler/version_memory.hpp"

#include "util/file.hpp"
#include "util/hex.hpp"
#include "util/xxhash.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <span>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace cwasm::compiler {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t k_file_limit = 8192;

/// What execvp(3) would take, without its last resorts: a file named after a slash, or the first of
/// this name on the PATH that may be run.
std::optional<fs::path> search(const std::string& program) {
  if (program.find('/') != std::string::npos) {
    return program;
  }
  const char* const variable = std::getenv("PATH"); // NOLINT(concurrency-mt-unsafe)
  std::string_view left = variable != nullptr ? variable : "";
  while (!left.empty()) {
    const auto end = left.find(':');
    const auto file = fs::path(left.substr(0, end)) / program;
    std::error_code error;
    if (::access(file.c_str(), X_OK) == 0 && fs::is_regular_file(file, error)) {
      return file;
    }
    left = end == std::string_view::npos ? std::string_view() : left.substr(end + 1);
  }
  return std::nullopt;
}

bool is_script(const util::Fd& file) {
  std::array<char, 2> first{};
  return ::pread(file.get(), first.data(), first.size(), 0) != ssize_t{first.size()} ||
         std::string_view(first.data(), first.size()) == "#!";
}

fs::path file_of(const fs::path& directory, const ProgramFile& program) {
  const auto& path = program.path.native();
  return directory / util::to_hex(util::xxh3_128(std::as_bytes(std::span(path))));
}

/// Everything in the file before the version.
std::string heading(const ProgramFile& program) {
  const auto& identity = program.identity;
  return fmt::format("{}\n{} {} {} {} {}\n", program.path.native(), identity.device, identity.inode,
                     identity.size, identity.mtime_ns, identity.ctime_ns);
}

} // namespace

std::optional<ProgramFile> find_program_file(const std::string& program) {
  const auto found = search(program);
  std::error_code error;
  const auto path = found ? fs::canonical(*found, error) : fs::path();
  if (!found || error || !path.filename().native().starts_with(found->filename().native())) {
    return std::nullopt;
  }
  const auto file = util::open_for_reading(path);
  if (!file || is_script(*file)) {
    return std::nullopt;
  }
  const auto identity = util::identify(*file, path);
  return identity ? std::optional(ProgramFile{path, *identity}) : std::nullopt;
}

std::optional<std::string> recall_version(const fs::path& directory, const ProgramFile& program) {
  const auto content = util::read_file(file_of(directory, program), k_file_limit);
  if (!content) {
    return std::nullopt;
  }
  const std::string_view text(reinterpret_cast<const char*>(content->data()), content->size());
  const auto expected = heading(program);
  if (!text.starts_with(expected) || !text.ends_with('\n')) {
    return std::nullopt;
  }
  const auto version = text.substr(expected.size(), text.size() - expected.size() - 1);
  return version.empty() ? std::nullopt : std::optional(std::string(version));
}

void remember_version(const fs::path& directory, const ProgramFile& program,
                      std::string_view version) {
  // Its parent is a cache, or is not there and then not ours to make.
  static_cast<void>(::mkdir(directory.c_str(), S_IRWXU));
  const auto text = fmt::format("{}{}\n", heading(program), version);
  static_cast<void>(util::write_file_atomically(file_of(directory, program),
                                                std::as_bytes(std::span(text)), S_IRUSR | S_IWUSR));
}

} // namespace cwasm::compiler
