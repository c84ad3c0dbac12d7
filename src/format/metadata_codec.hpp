#pragma once

/// Metadata, field by field, as the rows of a release say.

#include "format/wire.hpp"
#include "releases/majors.hpp"

#include <cwasm/metadata.hpp>

namespace cwasm::format {

/// Fills `metadata`; whether that worked is asked of the reader.
void read_metadata(releases::Major release, Reader& reader, Metadata& metadata);

void write_metadata(releases::Major release, Writer& writer, const Metadata& metadata);

} // namespace cwasm::format
