// What a pack that opens says of itself lies in it, and is found again. An input stands for a pack
// whose sizes and index digest are right, or no input would come further than these.

#include "support.hpp"

#include "cache/pack.hpp"
#include "util/sha256.hpp"

#include <algorithm>
#include <vector>

namespace {

using cwasm::cache::Pack;
using cwasm::fuzz::require;

void put(std::vector<std::byte>& bytes, std::size_t at, std::uint64_t value) {
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[at + i] = static_cast<std::byte>(value >> 8U * i);
  }
}

/// The input behind a header of zeros, as its artifacts and its index.
std::vector<std::byte> as_pack(std::span<const std::byte> input) {
  namespace cache = cwasm::cache;
  std::vector<std::byte> bytes(cache::k_pack_page);
  std::ranges::transform(cache::k_pack_magic, bytes.begin(),
                         [](unsigned char c) { return std::byte{c}; });
  bytes[cache::k_pack_version_at] = std::byte{1};
  bytes[cache::k_pack_page_at + 1] = std::byte{cache::k_pack_page >> 8U};
  // The first byte says how many pages of artifacts there are.
  const std::size_t pages = input.empty() ? 0 : std::to_integer<std::size_t>(input[0]) % 4;
  bytes.resize(cache::k_pack_page * (1 + pages));
  const std::size_t index = bytes.size();
  if (!input.empty()) {
    bytes.insert(bytes.end(), input.begin() + 1, input.end());
  }
  put(bytes, cache::k_pack_file_size_at, bytes.size());
  put(bytes, cache::k_pack_index_at, index);
  put(bytes, cache::k_pack_index_size_at, bytes.size() - index);
  const auto digest = cwasm::util::sha256(std::span(bytes).subspan(index));
  std::ranges::copy(*digest, bytes.begin() + cache::k_pack_index_digest_at);
  return bytes;
}

void look_around(const Pack& pack, std::span<const std::byte> bytes) {
  for (std::size_t i = 0; i < pack.blobs(); ++i) {
    const auto blob = pack.blob(i);
    const auto view = pack.bytes_of(blob).view;
    require(view.size() == blob.size && blob.offset % 4096 == 0 && blob.offset < bytes.size());
    require(view.empty() || view.data() == bytes.data() + blob.offset);
    static_cast<void>(pack.verify(blob));
  }
  for (std::size_t i = 0; i < pack.entries(); ++i) {
    const auto entry = pack.entry(i);
    require(entry.blob < pack.blobs());
    require(pack.find(entry.key) == i);
    const auto [first, last] = pack.of_module(entry.key.module, entry.key.kind);
    require(first <= i && i < last);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = cwasm::fuzz::bytes_of(data, size);
  static_cast<void>(Pack::from_bytes({nullptr, input}, "input"));
  const auto bytes = as_pack(input);
  if (const auto pack = Pack::from_bytes({nullptr, bytes}, "input")) {
    look_around(*pack, bytes);
  }
  return 0;
}
