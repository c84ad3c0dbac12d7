#include "util/zstd.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <array>
#include <cstring>
#include <new>

namespace cwasm::util {
namespace {

ZSTD_DCtx* context_of(void* context) noexcept { return static_cast<ZSTD_DCtx*>(context); }

} // namespace

bool is_zstd(std::span<const std::byte> bytes) noexcept {
  constexpr std::array<std::uint8_t, 4> k_magic{0x28, 0xb5, 0x2f, 0xfd};
  return bytes.size() >= k_magic.size() &&
         std::memcmp(bytes.data(), k_magic.data(), k_magic.size()) == 0;
}

void ZstdDecoder::Free::operator()(void* context) const noexcept {
  ZSTD_freeDCtx(context_of(context));
}

ZstdDecoder::ZstdDecoder() : m_context(ZSTD_createDCtx()) {
  if (m_context == nullptr) {
    throw std::bad_alloc();
  }
}

void ZstdDecoder::begin() {
  // It fails only for parameters, which are not reset.
  static_cast<void>(ZSTD_DCtx_reset(context_of(m_context.get()), ZSTD_reset_session_only));
  m_complete = false;
}

Result<std::size_t> ZstdDecoder::unpack(std::span<const std::byte>& input,
                                        std::span<std::byte> output) {
  ZSTD_inBuffer in{input.data(), input.size(), 0};
  ZSTD_outBuffer out{output.data(), output.size(), 0};
  const std::size_t hint = ZSTD_decompressStream(context_of(m_context.get()), &out, &in);
  if (ZSTD_isError(hint) != 0) {
    return Error(ErrorCode::malformed, fmt::format("zstd: {}", ZSTD_getErrorName(hint)));
  }
  m_complete = hint == 0;
  input = input.subspan(in.pos);
  return out.pos;
}

} // namespace cwasm::util
