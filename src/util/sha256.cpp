#include "util/sha256.hpp"

#include <openssl/evp.h>

namespace cwasm::util {

Result<Sha256> sha256(std::span<const std::byte> bytes) {
  Sha256 out{};
  unsigned length = 0;
  // EVP picks the SHA-NI code where the CPU has it.
  const int done =
      EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &length,
                 EVP_sha256(), nullptr);
  if (done != 1 || length != out.size()) {
    return Error(ErrorCode::internal, "libcrypto could not compute SHA-256");
  }
  return out;
}

} // namespace cwasm::util
