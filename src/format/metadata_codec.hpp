#pragma once

/// Metadata, field by field, as the rows of a release say.

#include "format/wire.hpp"
#include "model/flag_view.hpp"
#include "releases/majors.hpp"
#include "releases/tunables.hpp"

#include <cwasm/metadata.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace cwasm::format {

/// One value of encoded metadata: what it is, and where it lies.
struct FieldSpan {
  enum class Kind : std::uint8_t {
    target,
    shared_flag_count,
    shared_flag,
    isa_flag_count,
    isa_flag,
    tunable,
    features,
  };
  Kind kind{};
  std::size_t index = 0; ///< of a flag: in its list; of a tunable: its TunableId
  std::size_t begin = 0; ///< from the begin of the metadata
  std::size_t end = 0;
};

/// The fields of metadata that decodes, one behind the other without gaps.
std::vector<FieldSpan> locate_fields(releases::Major release, std::span<const std::byte> metadata);

// Single fields, each a view into the input; whether that worked is asked of the reader.
std::string_view read_target(Reader& reader);
std::uint64_t read_shared_flag_count(Reader& reader);
std::uint64_t read_isa_flag_count(Reader& reader);
model::FlagView read_shared_flag(Reader& reader, std::size_t index);
model::FlagView read_isa_flag(Reader& reader, std::size_t index);
/// `costs` becomes the table, if the tunable is operator_cost and has one.
std::uint64_t read_tunable(releases::Major release, const releases::TunableRow& row, Reader& reader,
                           std::span<const std::byte>& costs);
Features read_features(releases::Major release, Reader& reader);

/// Fills `metadata`; whether that worked is asked of the reader.
void read_metadata(releases::Major release, Reader& reader, Metadata& metadata);

void write_metadata(releases::Major release, Writer& writer, const Metadata& metadata);

} // namespace cwasm::format
