#include "cli/module_name.hpp"

#include "util/file.hpp"
#include "util/hex.hpp"
#include "util/try.hpp"

#include <cwasm/precompile.hpp>

#include <algorithm>

namespace cwasm::cli {
namespace {

/// "64 hex digits", when no file has that name.
std::optional<ModuleDigest> digest_in_words(const std::filesystem::path& text) {
  std::error_code error;
  if (std::filesystem::exists(text, error)) {
    return std::nullopt;
  }
  const auto bytes = util::from_hex(text.native());
  ModuleDigest digest;
  for (const auto algorithm : {DigestAlgorithm::sha256, DigestAlgorithm::xxh3}) {
    digest.algorithm = algorithm;
    if (bytes && bytes->size() == digest.size()) {
      std::copy(bytes->begin(), bytes->end(), digest.bytes.begin());
      return digest;
    }
  }
  return std::nullopt;
}

} // namespace

Result<ModuleDigest> module_named(const Context& context, const std::filesystem::path& name) {
  if (const auto digest = digest_in_words(name)) {
    return *digest;
  }
  CWASM_TRY_ASSIGN(const Bytes wasm, util::map_file(name));
  if (const auto what = sniff_wasm(wasm.view); !what) {
    return what.error().with_context(name.string());
  }
  return module_digest(wasm.view, context.settings().cache.digest);
}

} // namespace cwasm::cli
