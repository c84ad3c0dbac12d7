#include "precompile/input.hpp"

#include "util/try.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <unistd.h>

namespace cwasm::precompile {
namespace {

constexpr std::size_t k_preamble_size = 8;
// Far beyond any module that a compiler takes.
constexpr std::uint64_t k_input_limit = std::uint64_t{4} << 30U;

bool is_binary(std::span<const std::byte> bytes) {
  constexpr std::array k_magic{std::byte{0}, std::byte{'a'}, std::byte{'s'}, std::byte{'m'}};
  return bytes.size() >= k_preamble_size &&
         std::equal(k_magic.begin(), k_magic.end(), bytes.begin());
}

} // namespace

Result<Input> Input::from_bytes(std::span<const std::byte> wasm, std::string_view name) {
  Input input;
  input.m_name = name;
  input.m_bytes = wasm;
  input.m_loaded = true;
  CWASM_TRY_ASSIGN(input.m_what, sniff_wasm(wasm));
  return input;
}

Result<Input> Input::from_file(const std::filesystem::path& path) {
  Input input;
  input.m_name = path.string();
  CWASM_TRY_ASSIGN(input.m_file, util::open_for_reading(path));
  CWASM_TRY_ASSIGN(input.m_identity, util::identify(input.m_file, path));
  const auto sniffed = input.sniff();
  if (!sniffed) {
    return sniffed.error().with_context(input.m_name);
  }
  return input;
}

Status Input::sniff() {
  std::array<std::byte, k_preamble_size> preamble{};
  ssize_t got = 0;
  do {
    got = ::pread(m_file.get(), preamble.data(), preamble.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    return util::file_error("read", m_name, errno);
  }
  if (is_binary(std::span(preamble).first(static_cast<std::size_t>(got)))) {
    CWASM_TRY_ASSIGN(m_what, sniff_wasm(preamble));
    return ok();
  }
  // Text tells its kind only behind its comments.
  CWASM_TRY_ASSIGN(const auto bytes, load());
  CWASM_TRY_ASSIGN(m_what, sniff_wasm(bytes));
  return ok();
}

Result<std::span<const std::byte>> Input::load() {
  if (!m_loaded) {
    CWASM_TRY_ASSIGN(m_content, util::read_file(m_file, m_name, k_input_limit));
    const auto after = util::identify(m_file, m_name);
    if (!after || *after != *m_identity) {
      m_identity.reset();
    }
    m_bytes = m_content;
    m_loaded = true;
  }
  return m_bytes;
}

} // namespace cwasm::precompile
