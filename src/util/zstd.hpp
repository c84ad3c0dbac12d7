#pragma once

/// The door to zstd: frames, unpacked piece by piece.

#include <cwasm/error.hpp>

#include <cstddef>
#include <memory>
#include <span>

namespace cwasm::util {

/// Whether the bytes begin with a zstd frame, by its magic number.
bool is_zstd(std::span<const std::byte> bytes) noexcept;

/// Unpacks one stream after another; its memory serves them all. One thread at a time.
class ZstdDecoder {
public:
  ZstdDecoder();

  /// Forgets what came before.
  void begin();

  /// Takes from the front of `input`, which is moved on past what was used, and gives how much of
  /// `output` it filled. Frames that follow each other are one stream. Errors: malformed, with
  /// zstd's reason; a frame whose window is larger than 128 MiB is one of them.
  Result<std::size_t> unpack(std::span<const std::byte>& input, std::span<std::byte> output);

  /// Whether the last frame was unpacked to its end.
  bool complete() const noexcept { return m_complete; }

private:
  struct Free {
    void operator()(void* context) const noexcept;
  };
  std::unique_ptr<void, Free> m_context;
  bool m_complete = false;
};

} // namespace cwasm::util
