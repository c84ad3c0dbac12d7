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

constexpr std::string_view k_shared_flags = "shared_flags";
constexpr std::string_view k_isa_flags = "isa_flags";

model::FlagView read_flag(Reader& reader, std::string_view list, std::size_t index) {
  model::FlagView flag{reader.read_string(Place(list, index, "name")), {}};
  const Place what(list, index, "value");
  switch (reader.read_variant(what, 3)) {
  case 0:
    flag.value = reader.read_string(what);
    break;
  case 1:
    flag.value = reader.read_u8(what);
    break;
  default:
    flag.value = reader.read_bool(what);
    break;
  }
  return flag;
}

Flag owned(const model::FlagView& view) {
  Flag flag{std::string(view.name), {}};
  if (const auto* const name = std::get_if<std::string_view>(&view.value)) {
    flag.value = FlagValue::enumerator(std::string(*name));
  } else if (const auto* const number = std::get_if<std::uint8_t>(&view.value)) {
    flag.value = FlagValue::number(*number);
  } else {
    flag.value = FlagValue::boolean(std::get<bool>(view.value));
  }
  return flag;
}

void read_flags(Reader& reader, std::uint64_t count, std::string_view list,
                std::vector<Flag>& flags) {
  constexpr std::uint64_t k_usual = 128; // more than any release has
  flags.reserve(std::min({count, std::uint64_t{reader.remaining()} / 3, k_usual}));
  for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
    flags.push_back(owned(read_flag(reader, list, i)));
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
                                 std::span<const std::byte>& costs) {
  const auto strategy =
      reader.read_variant(what, variant_count(release, TunableType::operator_cost));
  if (!reader.failed() && strategy == 0) {
    costs = reader.read_bytes(what, releases::operator_cost_size(release));
  }
  return strategy;
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

std::string_view read_target(Reader& reader) { return reader.read_string("target"); }

std::uint64_t read_shared_flag_count(Reader& reader) { return reader.read_length(k_shared_flags); }

std::uint64_t read_isa_flag_count(Reader& reader) { return reader.read_length(k_isa_flags); }

model::FlagView read_shared_flag(Reader& reader, std::size_t index) {
  return read_flag(reader, k_shared_flags, index);
}

model::FlagView read_isa_flag(Reader& reader, std::size_t index) {
  return read_flag(reader, k_isa_flags, index);
}

std::uint64_t read_tunable(Major release, const TunableRow& row, Reader& reader,
                           std::span<const std::byte>& costs) {
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
    return read_operator_cost(release, reader, what, costs);
  }
  return 0;
}

Features read_features(Major release, Reader& reader) {
  Features features;
  switch (releases::feature_encoding(release)) {
  case FeatureEncoding::u32_bits:
    features.bits = reader.read_u32("features");
    return features;
  case FeatureEncoding::u64_bits:
    features.bits = reader.read_u64("features");
    return features;
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
  return features;
}

std::vector<FieldSpan> locate_fields(Major release, std::span<const std::byte> metadata) {
  using Kind = FieldSpan::Kind;
  Reader reader(releases::encoding(release), metadata, 0);
  std::vector<FieldSpan> fields;
  const auto field = [&](Kind kind, std::size_t index, auto read) {
    const auto begin = reader.offset();
    auto value = read();
    fields.push_back({kind, index, begin, reader.offset()});
    return value;
  };
  field(Kind::target, 0, [&] { return read_target(reader); });
  const auto shared =
      field(Kind::shared_flag_count, 0, [&] { return read_shared_flag_count(reader); });
  for (std::size_t i = 0; i < shared && !reader.failed(); ++i) {
    field(Kind::shared_flag, i, [&] { return read_shared_flag(reader, i); });
  }
  const auto isa = field(Kind::isa_flag_count, 0, [&] { return read_isa_flag_count(reader); });
  for (std::size_t i = 0; i < isa && !reader.failed(); ++i) {
    field(Kind::isa_flag, i, [&] { return read_isa_flag(reader, i); });
  }
  std::span<const std::byte> costs;
  for (const auto& row : releases::tunables()) {
    if (row.majors.contains(release)) {
      field(Kind::tunable, static_cast<std::size_t>(row.id),
            [&] { return read_tunable(release, row, reader, costs); });
    }
  }
  field(Kind::features, 0, [&] { return read_features(release, reader); });
  return fields;
}

void read_metadata(Major release, Reader& reader, Metadata& metadata) {
  metadata.target = read_target(reader);
  read_flags(reader, read_shared_flag_count(reader), k_shared_flags, metadata.shared_flags);
  read_flags(reader, read_isa_flag_count(reader), k_isa_flags, metadata.isa_flags);
  std::span<const std::byte> costs;
  for (const auto& row : releases::tunables()) {
    if (row.majors.contains(release)) {
      metadata.tunables.set(row.id, read_tunable(release, row, reader, costs));
    }
  }
  metadata.tunables.operator_costs.resize(costs.size());
  std::transform(costs.begin(), costs.end(), metadata.tunables.operator_costs.begin(),
                 [](std::byte cost) { return std::to_integer<std::uint8_t>(cost); });
  metadata.features = read_features(release, reader);
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
