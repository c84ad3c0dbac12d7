#include "cache/shared_mappings.hpp"

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace cwasm::cache {
namespace {

struct Registry {
  std::mutex mutex;
  std::unordered_map<std::string, std::weak_ptr<const Mapping>> mappings; ///< by path
  std::size_t clean_at = 64; ///< at so many, those that nobody holds are let go of
};

Registry& registry() {
  // Never destroyed: a handle may live as long as the process.
  static auto* const instance = new Registry; // NOLINT(cppcoreguidelines-owning-memory)
  return *instance;
}

} // namespace

MappingPtr find_shared_mapping(const std::filesystem::path& path) {
  auto& shared = registry();
  const std::lock_guard lock(shared.mutex);
  const auto found = shared.mappings.find(path.native());
  return found != shared.mappings.end() ? found->second.lock() : nullptr;
}

void share_mapping(const MappingPtr& mapping) {
  auto& shared = registry();
  const std::lock_guard lock(shared.mutex);
  shared.mappings[mapping->path.native()] = mapping;
  if (shared.mappings.size() >= shared.clean_at) {
    std::erase_if(shared.mappings, [](const auto& entry) { return entry.second.expired(); });
    shared.clean_at = std::max<std::size_t>(64, 2 * shared.mappings.size());
  }
}

} // namespace cwasm::cache
