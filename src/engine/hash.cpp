#include "engine/hash.hpp"

#include "compat/flags.hpp"
#include "releases/tunables.hpp"
#include "util/hex.hpp"
#include "util/xxhash.hpp"

#include <fmt/format.h>

namespace cwasm::engine {
namespace {

using compat::VersionStrategy;

constexpr unsigned k_format_number = 1;

void append(std::vector<std::byte>& out, std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_framed(std::vector<std::byte>& out, std::string_view text) {
  std::uint64_t length = text.size();
  for (int i = 0; i < 8; ++i) {
    out.push_back(static_cast<std::byte>(length & 0xffU));
    length >>= 8U;
  }
  append(out, text);
}

std::string_view strategy_name(VersionStrategy strategy) {
  switch (strategy) {
  case VersionStrategy::wasmtime:
    return "wasmtime";
  case VersionStrategy::custom:
    return "custom";
  case VersionStrategy::none:
    break;
  }
  return "none";
}

std::string tunable_text(std::uint64_t value) {
  return value == Tunables::k_none ? "none" : std::to_string(value);
}

} // namespace

std::vector<HashedField> hashed_fields(const Derived& derived) {
  const auto& model = derived.model;
  const auto& metadata = model.metadata;
  const bool names_release = model.strategy == VersionStrategy::wasmtime;
  std::vector<HashedField> fields{
      {"module_version.strategy", std::string(strategy_name(model.strategy))},
      {"module_version.text", names_release ? "" : model.version},
      {"release", names_release ? derived.version.hashed_text : std::to_string(model.release)},
      {"target", metadata.target},
  };
  for (const auto& flag : metadata.shared_flags) {
    fields.push_back({"shared." + flag.name, compat::debug_text(model::view(flag))});
  }
  for (const auto& flag : metadata.isa_flags) {
    fields.push_back({"isa." + flag.name, compat::debug_text(model::view(flag))});
  }
  for (const auto& row : releases::tunables()) {
    if (row.majors.contains(model.release)) {
      fields.push_back({fmt::format("tunable.{}", releases::tunable_name(row.id)),
                        tunable_text(metadata.tunables.get(row.id))});
    }
  }
  if (!metadata.tunables.operator_costs.empty()) {
    fields.push_back({"tunable.operator_cost.table",
                      util::to_hex(std::as_bytes(std::span(metadata.tunables.operator_costs)))});
  }
  fields.push_back({"features", fmt::format("{:#x}", metadata.features.bits)});
  return fields;
}

std::array<std::byte, 16> hash_framed(std::string_view magic, std::span<const HashedField> fields) {
  std::vector<std::byte> bytes;
  append(bytes, magic);
  bytes.push_back(std::byte{0});
  bytes.push_back(static_cast<std::byte>(k_format_number));
  for (const auto& field : fields) {
    append_framed(bytes, field.name);
    append_framed(bytes, field.value);
  }
  return util::xxh3_128(bytes);
}

CompatibilityHash hash_fields(std::span<const HashedField> fields) {
  return {hash_framed("cwasm-compatibility-hash", fields)};
}

} // namespace cwasm::engine
