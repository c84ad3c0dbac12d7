#pragma once

/// The door to OpenSSL's digests.

#include <cwasm/error.hpp>

#include <array>
#include <cstddef>
#include <span>

namespace cwasm::util {

using Sha256 = std::array<std::byte, 32>;

/// SHA-256 of the bytes. Fails only when libcrypto does (ErrorCode::internal).
Result<Sha256> sha256(std::span<const std::byte> bytes);

} // namespace cwasm::util
