#pragma once

/// Values of every type, read as an input says, come back from what they are written as.

#include "support.hpp"

#include "format/wire.hpp"

#include <string>
#include <vector>

namespace cwasm::fuzz {

/// One value of the type that `kind` chooses, copied from a reader to a writer.
inline void copy_value(format::Reader& in, format::Writer& out, unsigned kind) {
  switch (kind % 8) {
  case 0:
    return out.write_bool(in.read_bool("bool"));
  case 1:
    return out.write_u8(in.read_u8("u8"));
  case 2:
    return out.write_u32(in.read_u32("u32"));
  case 3:
    return out.write_u64(in.read_u64("u64"));
  case 4:
    return out.write_u32(in.read_nonzero_u32("nonzero"));
  case 5:
    return out.write_variant(in.read_variant("variant", 5));
  case 6:
    return out.write_option_tag(in.read_option_tag("option"));
  default:
    return out.write_string(in.read_string("text"));
  }
}

/// The types, four to a pair of bytes, then what they are read from.
inline void check_wire(format::Encoding encoding, const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t k_kinds = 8;
  if (size < k_kinds) {
    return;
  }
  const auto copy = [&](std::span<const std::byte> from, std::size_t& count) {
    format::Reader in(encoding, from, 0);
    format::Writer out(encoding);
    const std::size_t most = count;
    for (count = 0; count < most && in.remaining() != 0; ++count) {
      const auto before = out.bytes().size();
      copy_value(in, out, data[count % k_kinds]);
      if (in.failed()) {
        require(!in.status() && !in.status().error().message().empty());
        auto bytes = std::move(out).take();
        bytes.resize(before);
        return bytes;
      }
      require(in.status().has_value());
    }
    return std::move(out).take();
  };
  const auto input = bytes_of(data, size).subspan(k_kinds);
  std::size_t count = 64;
  const auto once = copy(input, count);
  require(once.size() <= input.size());
  std::size_t again = count;
  require(copy(once, again) == once && again == count);
}

} // namespace cwasm::fuzz
