#include "util/sha256.hpp"

// The functions below EVP, which OpenSSL 3 would rather not see used: with EVP the first digest of
// a process loads configuration and providers, which takes longer than a whole hit in the cache.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

namespace cwasm::util {

Result<Sha256> sha256(std::span<const std::byte> bytes) {
  Sha256 out{};
  SHA256_CTX context;
  // They pick the SHA-NI code where the CPU has it.
  if (SHA256_Init(&context) != 1 || SHA256_Update(&context, bytes.data(), bytes.size()) != 1 ||
      SHA256_Final(reinterpret_cast<unsigned char*>(out.data()), &context) != 1) {
    return Error(ErrorCode::internal, "libcrypto could not compute SHA-256");
  }
  return out;
}

} // namespace cwasm::util
