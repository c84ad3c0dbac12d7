#include "support/shared.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

#include <stdlib.h> // mkdtemp is POSIX, not C++

namespace cwasm::test {
namespace {

namespace fs = std::filesystem;

/// The directories that go away with the process.
class Scratch {
public:
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    for (const auto& directory : m_directories) {
      std::error_code ignored;
      fs::remove_all(directory, ignored);
    }
  }

  fs::path make() {
    std::string name = (fs::temp_directory_path() / "cwasm-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error("cannot make a temporary directory at " + name);
    }
    m_directories.emplace_back(name);
    return m_directories.back();
  }

  std::map<fs::path, fs::path> archives;

private:
  std::vector<fs::path> m_directories;
};

Scratch& scratch() {
  static Scratch instance;
  return instance;
}

std::string quoted(const fs::path& path) {
  std::string result = "'";
  for (const char c : path.string()) {
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return result + "'";
}

void run(const std::string& command) {
  if (std::system(command.c_str()) != 0) {
    throw std::runtime_error("failed: " + command);
  }
}

} // namespace

std::optional<fs::path> shared_dir() {
  const char* chosen = std::getenv("CWASM_SHARED");
  const fs::path directory =
      chosen != nullptr ? fs::path(chosen) : fs::path(CWASM_SOURCE_DIR).parent_path() / "shared";
  std::error_code error;
  return fs::is_directory(directory / "artifacts", error) ? std::optional(directory) : std::nullopt;
}

bool shared_missing() {
  if (shared_dir()) {
    return false;
  }
  std::cerr << "skipped: no shared artifacts (set CWASM_SHARED)\n";
  return true;
}

fs::path scratch_directory() { return scratch().make(); }

fs::path unpacked(const fs::path& archive) {
  const auto known = scratch().archives.find(archive);
  if (known != scratch().archives.end()) {
    return known->second;
  }
  const auto shared = shared_dir();
  if (!shared) {
    throw std::runtime_error("no shared artifacts");
  }
  const fs::path directory = scratch_directory();
  const fs::path tar = directory / "archive.tar";
  run("zstd -q -d -o " + quoted(tar) + " " + quoted(*shared / archive));
  run("tar -x -f " + quoted(tar) + " -C " + quoted(directory));
  fs::remove(tar);
  return scratch().archives.emplace(archive, directory).first->second;
}

std::vector<std::byte> read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::vector<std::byte> bytes(fs::file_size(path));
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes as characters
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!stream) {
    throw std::runtime_error("cannot read " + path.string());
  }
  return bytes;
}

nlohmann::json json(const fs::path& path) {
  if (path.extension() != ".zst") {
    std::ifstream stream(path);
    return nlohmann::json::parse(stream);
  }
  const fs::path plain = scratch_directory() / path.stem();
  run("zstd -q -d -o " + quoted(plain) + " " + quoted(path));
  return json(plain);
}

} // namespace cwasm::test
