// Checking an artifact without decoding it.
//
// Nearly every artifact that an engine is shown was written by a Wasmtime of the same release for
// nearly the same settings. Its engine section is then the engine's own but for a few values: the
// same fields in the same order, some of them longer or shorter. So we lay the two side by side and
// look only at what differs. Where they agree, the artifact's field is the engine's own, which is
// known to fit; at the first byte that differs, the field around it is read and judged on its own,
// and both sides go on behind it. A field's encoding tells where it ends, so two fields that begin
// with the same bytes, as many as the own one has, are the same field.
//
// That holds as long as the fields of both are the same in number, name and order. A list of flags
// with another count, a flag of another name, a value that cannot be read, an engine that would not
// load its own artifacts (a target with CPU flags that the host lacks): all of these are for the
// general check, which decodes everything first.
//
// The cost is one pass over the thousand bytes of a section, eight at a time, plus some twenty
// nanoseconds for each field that differs.

#include "engine/own_section.hpp"

#include "compat/check.hpp"
#include "compat/tunables.hpp"
#include "util/try.hpp"

#include <cwasm/engine_section.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace cwasm::engine {
namespace {

using compat::HostModel;
using format::FieldSpan;
using Kind = FieldSpan::Kind;

/// How many bytes from the begin on are the same.
std::size_t common_prefix(std::span<const std::byte> a, std::span<const std::byte> b) noexcept {
  const std::size_t size = std::min(a.size(), b.size());
  std::size_t at = 0;
  for (; size - at >= sizeof(std::uint64_t); at += sizeof(std::uint64_t)) {
    std::uint64_t left = 0;
    std::uint64_t right = 0;
    std::memcpy(&left, a.data() + at, sizeof left);
    std::memcpy(&right, b.data() + at, sizeof right);
    if (left != right) {
      break;
    }
  }
  while (at < size && a[at] == b[at]) {
    ++at;
  }
  return at;
}

} // namespace

Result<OwnSection> OwnSection::create(const HostModel& model) {
  OwnSection own;
  const auto& metadata = model.metadata;
  CWASM_TRY_ASSIGN(own.m_bytes, encode_engine_section(model.release, model.version, metadata));
  CWASM_TRY_ASSIGN(const auto parts, split_engine_section(own.m_bytes));
  own.m_metadata_offset = parts.metadata_offset;
  own.m_fields = format::locate_fields(model.release, parts.metadata);
  for (const auto& flag : metadata.shared_flags) {
    own.m_shared.push_back(compat::expect_shared_flag(model, flag.name));
  }
  for (const auto& flag : metadata.isa_flags) {
    own.m_isa.push_back(compat::expect_isa_flag(model, flag.name));
  }
  own.m_tunables.resize(k_tunable_count);
  for (std::size_t i = 0; i < k_tunable_count; ++i) {
    own.m_tunables[i] = releases::find_tunable(model.release, static_cast<TunableId>(i));
  }
  for (const auto& row : releases::tunable_checks()) {
    if (row.majors.contains(model.release)) {
      own.m_checks.push_back(&row);
    }
  }
  Verdict verdict;
  compat::check_metadata(model, model.release, metadata, verdict);
  own.m_fits_itself = verdict.compatible();
  return own;
}

/// One comparison: where both sides are, and what differed so far.
class OwnSection::Comparison {
public:
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): clearing values that nobody reads
  Comparison(const OwnSection& own, const HostModel& model, std::span<const std::byte> theirs,
             Verdict& verdict) noexcept
      : m_own(own), m_model(model), m_theirs(theirs), m_verdict(verdict),
        m_features(model.metadata.features) {}

  bool run() {
    const auto ours = std::span(m_own.m_bytes).subspan(m_own.m_metadata_offset);
    std::size_t our_at = 0;
    std::size_t their_at = 0;
    auto field = m_own.m_fields.begin();
    while (true) {
      const auto equal = our_at + common_prefix(ours.subspan(our_at), m_theirs.subspan(their_at));
      field = std::find_if(field, m_own.m_fields.end(),
                           [&](const FieldSpan& candidate) { return candidate.end > equal; });
      if (field == m_own.m_fields.end()) {
        break;
      }
      their_at += field->begin - our_at;
      format::Reader reader(releases::encoding(m_model.release), m_theirs.subspan(their_at), 0);
      if (!judge(*field, reader) || reader.failed()) {
        return false;
      }
      their_at += reader.offset();
      our_at = field->end;
      ++field;
    }
    judge_tunables();
    compat::check_features(m_model, m_model.release, m_features, m_verdict);
    return true;
  }

private:
  bool judge(const FieldSpan& field, format::Reader& reader) {
    switch (field.kind) {
    case Kind::target: {
      const auto target = format::read_target(reader);
      if (!reader.failed()) {
        compat::check_target(m_model, target, m_verdict);
      }
      return true;
    }
    case Kind::shared_flag:
      return judge_shared_flag(field.index, format::read_shared_flag(reader, field.index));
    case Kind::isa_flag:
      return judge_isa_flag(field.index, format::read_isa_flag(reader, field.index));
    case Kind::tunable:
      m_changed |= std::uint64_t{1} << field.index;
      m_values[field.index] =
          format::read_tunable(m_model.release, *m_own.m_tunables[field.index], reader, m_costs);
      return true;
    case Kind::features:
      m_features = format::read_features(m_model.release, reader);
      return true;
    case Kind::shared_flag_count:
    case Kind::isa_flag_count:
      break;
    }
    return false;
  }

  bool judge_shared_flag(std::size_t index, const model::FlagView& flag) {
    if (flag.name != m_model.metadata.shared_flags[index].name) {
      return false;
    }
    add(compat::judge_shared_flag(m_model, m_model.release, m_own.m_shared[index], flag));
    return true;
  }

  bool judge_isa_flag(std::size_t index, const model::FlagView& flag) {
    if (flag.name != m_model.metadata.isa_flags[index].name) {
      return false;
    }
    add(compat::judge_isa_flag(m_model, m_own.m_isa[index], flag));
    return true;
  }

  void judge_tunables() {
    if (m_changed == 0) {
      return;
    }
    const auto& host = m_model.metadata.tunables;
    const bool counts_fuel = value(TunableId::consume_fuel) != 0;
    m_verdict.mismatches.reserve(m_verdict.mismatches.size() +
                                 static_cast<std::size_t>(std::popcount(m_changed)));
    for (const auto* const row : m_own.m_checks) {
      if (has_changed(row->id)) {
        const bool same_costs =
            row->check != releases::TunableCheck::operator_cost ||
            std::ranges::equal(m_costs, std::as_bytes(std::span(host.operator_costs)));
        add(compat::judge_tunable(m_model, m_model.release, *row,
                                  {value(row->id), host.get(row->id), counts_fuel, same_costs}));
      }
    }
  }

  bool has_changed(TunableId id) const noexcept {
    return (m_changed >> static_cast<std::size_t>(id) & 1U) != 0;
  }
  std::uint64_t value(TunableId id) const noexcept {
    return has_changed(id) ? m_values[static_cast<std::size_t>(id)]
                           : m_model.metadata.tunables.get(id);
  }

  void add(std::optional<Mismatch> mismatch) {
    if (mismatch) {
      m_verdict.mismatches.push_back(*std::move(mismatch));
    }
  }

  const OwnSection& m_own;
  const HostModel& m_model;
  std::span<const std::byte> m_theirs;
  Verdict& m_verdict;
  std::uint64_t m_changed = 0;                         ///< a bit a TunableId
  std::array<std::uint64_t, k_tunable_count> m_values; ///< of those with a bit set
  std::span<const std::byte> m_costs;
  Features m_features;
};

bool OwnSection::compare(const HostModel& model, std::span<const std::byte> metadata,
                         Verdict& verdict) const {
  if (!m_fits_itself) {
    return false;
  }
  const auto before = static_cast<std::ptrdiff_t>(verdict.mismatches.size());
  if (Comparison(*this, model, metadata, verdict).run()) {
    return true;
  }
  verdict.mismatches.erase(verdict.mismatches.begin() + before, verdict.mismatches.end());
  return false;
}

} // namespace cwasm::engine
