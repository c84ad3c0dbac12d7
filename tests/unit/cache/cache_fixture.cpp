#include "cache_fixture.hpp"

#include "util/file.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <fstream>

namespace cwasm::test {
CacheKey key_of(std::uint32_t number) {
  CacheKey key;
  std::memcpy(key.engine.bytes.data(), &number, sizeof number);
  std::memcpy(key.module.bytes.data() + 4, &number, sizeof number);
  return key;
}

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
  return {bytes.begin(), bytes.end()};
}

std::string text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.view.data()), bytes.view.size()};
}

Counters counted(std::initializer_list<std::pair<Counter, std::uint64_t>> values) {
  Counters out;
  for (const auto& [counter, value] : values) {
    out[counter] = value;
  }
  return out;
}

CacheOptions CacheRoom::options() const {
  CacheOptions out;
  out.directory = directory;
  out.on_warning = [told = warnings](std::string_view text) { told->emplace_back(text); };
  return out;
}

ModuleCache CacheRoom::open() const { return or_throw(ModuleCache::open(options())); }

std::vector<std::filesystem::path> CacheRoom::files(std::string_view below) const {
  std::vector<std::filesystem::path> out;
  if (std::filesystem::exists(directory / below)) {
    for (const auto& file : std::filesystem::recursive_directory_iterator(directory / below)) {
      if (!file.is_directory()) {
        out.push_back(file.path());
      }
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::filesystem::path CacheRoom::only_blob() const {
  const auto all = blobs();
  if (all.size() != 1) {
    throw std::runtime_error("there is not exactly one blob");
  }
  return all.front();
}

void insert(ModuleCache& cache, std::uint32_t number, std::string_view artifact) {
  const auto stored = or_throw(cache.insert(key_of(number), bytes_of(artifact), {}));
  if (text_of(stored.bytes) != artifact) {
    throw std::runtime_error("insert returned other bytes");
  }
}

std::optional<std::string> lookup(ModuleCache& cache, std::uint32_t number) {
  const auto found = or_throw(cache.lookup(key_of(number), {}));
  return found ? std::optional(text_of(found->bytes)) : std::nullopt;
}

CacheStats stats(ModuleCache& cache) { return or_throw(cache.stats()); }

void overwrite(const std::filesystem::path& path, std::string_view content) {
  const auto before = or_throw(util::identify(path));
  ::chmod(path.c_str(), 0600);
  // The clock of a file system ticks slowly: write until it has seen us.
  do {
    std::ofstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
  } while (or_throw(util::identify(path)).mtime_ns == before.mtime_ns);
}

} // namespace cwasm::test

std::string Catch::StringMaker<cwasm::Counters>::convert(const cwasm::Counters& counters) {
  std::string out = "{";
  for (std::size_t id = 0; id < counters.values.size(); ++id) {
    if (counters.values[id] != 0) {
      out += " ";
      out += cwasm::counter_name(static_cast<cwasm::Counter>(id));
      out += "=" + std::to_string(counters.values[id]);
    }
  }
  return out + " }";
}
