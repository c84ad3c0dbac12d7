#pragma once

#include "util/file.hpp"

#include <cwasm/error.hpp>
#include <cwasm/file_identity.hpp>
#include <cwasm/precompile.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cwasm::precompile {

/// What is to be compiled. A file's content is read only when it is needed: an unchanged file whose
/// digest is remembered is a hit by its first bytes. It is read, not mapped, because somebody may
/// cut the file short meanwhile.
class Input {
public:
  /// `wasm` is borrowed.
  static Result<Input> from_bytes(std::span<const std::byte> wasm, std::string_view name);
  static Result<Input> from_file(const std::filesystem::path& path);

  const WasmInput& what() const noexcept { return m_what; }
  const std::string& name() const noexcept { return m_name; }
  /// Of a file, unless it changed while it was read.
  const std::optional<FileIdentity>& identity() const noexcept { return m_identity; }

  bool is_loaded() const noexcept { return m_loaded; }
  /// All bytes; from then on always the same.
  Result<std::span<const std::byte>> load();

private:
  Input() = default;
  Status sniff();

  WasmInput m_what;
  std::string m_name;
  std::optional<FileIdentity> m_identity;
  util::Fd m_file;
  std::vector<std::byte> m_content;
  std::span<const std::byte> m_bytes;
  bool m_loaded = false;
};

} // namespace cwasm::precompile
