#pragma once

#include "compat/flags.hpp"
#include "compat/host_model.hpp"
#include "format/metadata_codec.hpp"

#include <cwasm/error.hpp>
#include <cwasm/verdict.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace cwasm::engine {

/// The engine section that an engine writes itself, cut into its fields, with what the engine
/// expects of each. Made once; then any number of threads may compare with it.
class OwnSection {
public:
  /// Errors: as encode_engine_section.
  static Result<OwnSection> create(const compat::HostModel& model);

  std::span<const std::byte> bytes() const noexcept { return m_bytes; }

  /// Adds the mismatches of metadata that was written with the layout of the engine's release.
  /// False when that takes more than a comparison with the own section (see the essay in the
  /// source): then nothing was added. Allocates nothing when everything fits.
  bool compare(const compat::HostModel& model, std::span<const std::byte> metadata,
               Verdict& verdict) const;

private:
  class Comparison;

  std::vector<std::byte> m_bytes;
  std::size_t m_metadata_offset = 0;
  std::vector<format::FieldSpan> m_fields;
  std::vector<compat::SharedExpectation> m_shared; ///< by place in the list
  std::vector<compat::IsaExpectation> m_isa;
  std::vector<const releases::TunableRow*> m_tunables;    ///< by id
  std::vector<const releases::TunableCheckRow*> m_checks; ///< in the loader's order
  bool m_fits_itself = false;
};

} // namespace cwasm::engine
