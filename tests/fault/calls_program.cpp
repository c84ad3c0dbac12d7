// Uses a cache and says, in bytes on standard output, what it was promised: the keys whose inserts
// succeeded, 'f' when a call was made to fail, 'w' when it was served wrong bytes.

#include "fault/calls.hpp"

#include <cwasm/cache.hpp>

#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <span>
#include <string>

using namespace cwasm;
using namespace cwasm::test;

namespace {

/// Not through write(2), which may be the one that fails.
void say(char word) { static_cast<void>(::syscall(SYS_write, STDOUT_FILENO, &word, 1)); }

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

void look_up(ModuleCache& cache, std::uint8_t key) {
  const auto found = cache.lookup(calls_key(key), {});
  const auto right = calls_artifact(key);
  if (found && *found &&
      std::string(reinterpret_cast<const char*>((*found)->bytes.view.data()),
                  (*found)->bytes.view.size()) != right) {
    say('w');
  }
}

void store(ModuleCache& cache, std::uint8_t key) {
  const auto artifact = calls_artifact(key);
  if (cache.insert(calls_key(key), bytes_of(artifact), {})) {
    say(static_cast<char>('0' + key));
  }
}

void use(const char* directory) {
  CacheOptions options;
  options.directory = directory;
  options.busy_timeout = std::chrono::milliseconds(100);
  auto cache = ModuleCache::open(options);
  if (!cache) {
    return;
  }
  for (std::uint8_t key = 1; key <= k_calls_keys; ++key) {
    const auto claimed = cache->claim(calls_key(key), std::nullopt, {});
    if (!claimed || !claimed->found.artifact) {
      store(*cache, key);
    }
    look_up(*cache, key);
  }
  static_cast<void>(cache->flush());
  look_up(*cache, 1);
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    return 2;
  }
  use(argv[1]);
  using Count = int();
  auto* const failed = reinterpret_cast<Count*>(::dlsym(RTLD_DEFAULT, "cwasm_failed_calls"));
  if (failed != nullptr && failed() > 0) {
    say('f');
  }
  return 0;
}
