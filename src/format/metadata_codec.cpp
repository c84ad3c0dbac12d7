#include "format/metadata_codec.hpp"

#include "releases/features.hpp"
#include "releases/operators.hpp"
#include "releases/tunables.hpp"

#include <algorithm>

namespace cwasm::format {
namespace {

using releases::FeatureEncoding;
using releases::Major;
using releases::TunableRow;
using releases::TunableType;

FlagValue read_flag_value(Reader& reader, const Place& what) {
  switch (reader.read_variant(what, 3)) {
  case 0:
    return FlagValue::enumerator(std::string(reader.read_string(what)));
  case 1:
    return FlagValue::number(reader.read_u8(what));
  default:
    return FlagValue::boolean(reader.read_bool(what));
  }
}

void read_flags(Reader& reader, std::string_view list, std::vector<Flag>& flags) {
  constexpr std::uint64_t k_usual = 128; // more than any release has
  const auto count = reader.read_length(list);
  flags.reserve(std::min({count, std::uint64_t{reader.remaining()} / 3, k_usual}));
  for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
    auto name = std::string(reader.read_string(Place(list, i, "name")));
    flags.push_back({std::move(name), read_flag_value(reader, Place(list, i, "value"))});
  }
}

void write_flags(Writer& writer, const std::vector<Flag>& flags) {
  writer.write_length(flags.size());
  for (const auto& flag : flags) {
    writer.write_string(flag.name);
    writer.write_variant(static_cast<std::uint32_t>(flag.value.value.index()));
    if (const auto* const name = std::get_if<std::string>(&flag.value.value)) {
      writer.write_string(*name);
    } else if (const auto* const number = std::get_if<std::uint8_t>(&flag.value.value)) {
      writer.write_u8(*number);
    } else {
      writer.write_bool(flag.value.is_bool(true));
    }
  }
}

// How many variants an enum has in a release.
std::uint32_t variant_count(Major release, TunableType type) {
  std::uint32_t count = 0;
  while (releases::find_variant(release, type, count) != nullptr) {
    ++count;
  }
  return count;
}

std::uint64_t read_operator_cost(Major release, Reader& reader, const Place& what,
                                 Tunables& tunables) {
  const auto strategy =
      reader.read_variant(what, variant_count(release, TunableType::operator_cost));
  if (!reader.failed() && strategy == 0) {
    const auto bytes = reader.read_bytes(what, releases::operator_cost_size(release));
    tunables.operator_costs.resize(bytes.size());
    std::transform(bytes.begin(), bytes.end(), tunables.operator_costs.begin(),
                   [](std::byte cost) { return std::to_integer<std::uint8_t>(cost); });
  }
  return strategy;
}

std::uint64_t read_tunable(Major release, const TunableRow& row, Reader& reader,
                           Tunables& tunables) {
  const Place what(releases::tunable_name(row.id));
  switch (row.type) {
  case TunableType::boolean:
    return reader.read_bool(what) ? 1 : 0;
  case TunableType::u32:
    return reader.read_u32(what);
  case TunableType::u64:
    return reader.read_u64(what);
  case TunableType::usize:
    return reader.read_usize(what);
  case TunableType::optional_nonzero_u32:
    return reader.read_option_tag(what) ? reader.read_nonzero_u32(what) : Tunables::k_none;
  case TunableType::optional_collector:
    return reader.read_option_tag(what)
               ? reader.read_variant(what, variant_count(release, row.type))
               : Tunables::k_none;
  case TunableType::intra_module_inlining:
  case TunableType::inlining:
    return reader.read_variant(what, variant_count(release, row.type));
  case TunableType::operator_cost:
    return read_operator_cost(release, reader, what, tunables);
  }
  return 0;
}

void write_tunable(const TunableRow& row, const Tunables& tunables, Writer& writer) {
  const auto value = tunables.get(row.id);
  switch (row.type) {
  case TunableType::boolean:
    writer.write_bool(value != 0);
    break;
  case TunableType::u32:
  case TunableType::intra_module_inlining:
  case TunableType::inlining:
    writer.write_u32(static_cast<std::uint32_t>(value));
    break;
  case TunableType::u64:
  case TunableType::usize:
    writer.write_u64(value);
    break;
  case TunableType::optional_nonzero_u32:
  case TunableType::optional_collector:
    writer.write_option_tag(value != Tunables::k_none);
    if (value != Tunables::k_none) {
      writer.write_u32(static_cast<std::uint32_t>(value));
    }
    break;
  case TunableType::operator_cost:
    writer.write_variant(static_cast<std::uint32_t>(value));
    if (value == 0) {
      writer.write_bytes(std::as_bytes(std::span(tunables.operator_costs)));
    }
    break;
  }
}

void read_features(Major release, Reader& reader, Features& features) {
  switch (releases::feature_encoding(release)) {
  case FeatureEncoding::u32_bits:
    features.bits = reader.read_u32("features");
    return;
  case FeatureEncoding::u64_bits:
    features.bits = reader.read_u64("features");
    return;
  case FeatureEncoding::bools:
    break;
  }
  unsigned position = 0;
  for (const auto& row : releases::feature_bools()) {
    if (row.majors.contains(release)) {
      features.bits |= std::uint64_t{reader.read_bool(row.name)} << position;
      ++position;
    }
  }
}

void write_features(Major release, Features features, Writer& writer) {
  switch (releases::feature_encoding(release)) {
  case FeatureEncoding::u32_bits:
    writer.write_u32(static_cast<std::uint32_t>(features.bits));
    return;
  case FeatureEncoding::u64_bits:
    writer.write_u64(features.bits);
    return;
  case FeatureEncoding::bools:
    break;
  }
  unsigned position = 0;
  for (const auto& row : releases::feature_bools()) {
    if (row.majors.contains(release)) {
      writer.write_bool((features.bits >> position & 1U) != 0);
      ++position;
    }
  }
}

} // namespace

void read_metadata(Major release, Reader& reader, Metadata& metadata) {
  metadata.target = reader.read_string("target");
  read_flags(reader, "shared_flags", metadata.shared_flags);
  read_flags(reader, "isa_flags", metadata.isa_flags);
  for (const auto& row : releases::tunables()) {
    if (row.majors.contains(release)) {
      metadata.tunables.set(row.id, read_tunable(release, row, reader, metadata.tunables));
    }
  }
  read_features(release, reader, metadata.features);
}

void write_metadata(Major release, Writer& writer, const Metadata& metadata) {
  writer.write_string(metadata.target);
  write_flags(writer, metadata.shared_flags);
  write_flags(writer, metadata.isa_flags);
  for (const auto& row : releases::tunables()) {
    if (row.majors.contains(release)) {
      write_tunable(row, metadata.tunables, writer);
    }
  }
  write_features(release, metadata.features, writer);
}

} // namespace cwasm::format
