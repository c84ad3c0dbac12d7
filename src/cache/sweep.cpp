#include "cache/sweep.hpp"

#include "cache/flight_file.hpp"
#include "util/hex.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

namespace cwasm::cache {
namespace {

constexpr std::size_t k_slice = 256;

Result<std::vector<util::Sha256>> without_row(Handle& handle,
                                              std::span<const util::Sha256> digests) {
  std::vector<util::Sha256> out;
  for (const util::Sha256& digest : digests) {
    CWASM_TRY_ASSIGN(const auto record, find_blob_row(handle, digest));
    if (!record) {
      out.push_back(digest);
    }
  }
  return out;
}

Status sweep_shard(Handle& handle, std::uint8_t first_byte, VerifyReport& report) {
  CWASM_TRY_ASSIGN(const auto files, handle.blobs.shard(first_byte));
  CWASM_TRY_ASSIGN(const auto orphans, without_row(handle, files));
  std::span<const util::Sha256> rest(orphans);
  while (!rest.empty()) {
    const auto slice = rest.first(std::min<std::size_t>(rest.size(), k_slice));
    rest = rest.subspan(slice.size());
    const Handle::Session session(handle);
    CWASM_TRY_ASSIGN(const auto removed, handle.with_index([&handle, slice](Index& index) {
      return handle.remove_unused(index, slice);
    }));
    for (const util::Sha256& digest : removed) {
      report.findings.push_back(
          fmt::format("artifact {} had no entry and was removed", util::to_hex(digest)));
    }
    report.orphans += removed.size();
  }
  return ok();
}

} // namespace

Result<std::optional<BlobRecord>> find_blob_row(Handle& handle, const util::Sha256& digest) {
  const Handle::Session session(handle);
  return handle.with_index([&digest](Index& index) { return index.find_blob(digest); });
}

Status sweep(Handle& handle, VerifyReport& report) {
  for (unsigned byte = 0; byte <= std::numeric_limits<std::uint8_t>::max(); ++byte) {
    CWASM_TRY(sweep_shard(handle, static_cast<std::uint8_t>(byte), report));
  }
  CWASM_TRY_ASSIGN(std::uint64_t leftovers, handle.blobs.remove_leftovers());
  CWASM_TRY_ASSIGN(const auto flights, remove_abandoned_flights(handle.options.directory));
  leftovers += flights;
  report.orphans += leftovers;
  if (leftovers != 0) {
    report.findings.push_back(fmt::format("unfinished files were removed: {}", leftovers));
  }
  return ok();
}

} // namespace cwasm::cache
