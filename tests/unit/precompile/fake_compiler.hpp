#pragma once

#include <cwasm/compiler.hpp>
#include <cwasm/engine.hpp>

#include <atomic>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace cwasm::test {

inline std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> out;
  for (const int value : values) {
    out.push_back(static_cast<std::byte>(value));
  }
  return out;
}

/// Writes what an engine asks for: an object with its engine section and no code. The engine it
/// obeys may be another one than the one that asks.
class FakeCompiler : public Compiler {
public:
  explicit FakeCompiler(Engine engine) : m_engine(std::move(engine)) {}

  Result<CompiledArtifact> compile(const CompileRequest& request) override {
    ++compiles;
    {
      const std::lock_guard lock(m_mutex);
      last_flags = request.flags;
    }
    if (failure) {
      return *failure;
    }
    auto object = m_engine.append_compiler_info(kind.value_or(request.kind));
    if (!object) {
      return object.error();
    }
    auto owner = std::make_shared<std::vector<std::byte>>(*std::move(object));
    return CompiledArtifact{{owner, *owner}, 0.25, diagnostics};
  }

  Result<std::optional<std::string>> version() override { return told_version; }

  std::atomic<int> compiles = 0;
  std::vector<std::string> last_flags;
  std::optional<Error> failure;
  std::optional<Kind> kind;
  std::optional<std::string> told_version;
  std::string diagnostics;

private:
  Engine m_engine;
  std::mutex m_mutex; ///< of last_flags, while several threads compile
};

} // namespace cwasm::test
