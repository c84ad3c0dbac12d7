#include "util/sorted_directory.hpp"

#include "util/file.hpp"
#include "util/try.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace cwasm::util {
namespace {

using Type = SortedDirectory::Type;

std::optional<Type> type_of(int directory, const dirent& entry) {
  switch (entry.d_type) {
  case DT_DIR:
    return Type::directory;
  case DT_REG:
  case DT_LNK:
    return Type::file;
  case DT_UNKNOWN:
    break;
  default:
    return std::nullopt;
  }
  struct stat status {};
  if (::fstatat(directory, &entry.d_name[0], &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return std::nullopt; // it went away
  }
  if (S_ISDIR(status.st_mode)) {
    return Type::directory;
  }
  return S_ISREG(status.st_mode) || S_ISLNK(status.st_mode) ? std::optional(Type::file)
                                                            : std::nullopt;
}

/// The first bytes, such that numbers compare as the texts do; less than all when it is shorter.
std::uint64_t key_of(const char* text) noexcept {
  std::uint64_t key = 0;
  std::size_t i = 0;
  for (; i < sizeof key && text[i] != '\0'; ++i) {
    key = key << 8U | static_cast<unsigned char>(text[i]);
  }
  return i == 0 ? 0 : key << (8 * (sizeof key - i));
}

} // namespace

void SortedDirectory::Close::operator()(DIR* directory) const noexcept { ::closedir(directory); }

Result<std::shared_ptr<const SortedDirectory>>
SortedDirectory::read(int parent, const char* name, std::string path, bool follow) {
  const int no_follow = follow ? 0 : O_NOFOLLOW;
  int fd = -1;
  do {
    fd = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | no_follow);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) {
    return file_error("open", path, errno);
  }
  std::shared_ptr<SortedDirectory> out(new SortedDirectory(std::move(path)));
  out->m_directory.reset(::fdopendir(fd));
  if (out->m_directory == nullptr) {
    const Error error = file_error("read", out->m_path, errno);
    const Fd closing(fd);
    return error;
  }
  CWASM_TRY(out->gather());
  out->sort();
  return std::shared_ptr<const SortedDirectory>(std::move(out));
}

Status SortedDirectory::gather() {
  for (;;) {
    errno = 0;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this object's own
    const dirent* const entry = ::readdir(m_directory.get());
    if (entry == nullptr) {
      return errno == 0 ? ok() : file_error("read", m_path, errno);
    }
    add(*entry);
  }
}

void SortedDirectory::add(const dirent& entry) {
  const std::string_view name(&entry.d_name[0]);
  if (name == "." || name == "..") {
    return;
  }
  if (const auto type = type_of(fd(), entry)) {
    m_order.push_back({0, m_names.size()});
    m_names += static_cast<char>(*type);
    m_names.append(name.data(), name.size() + 1); // with its NUL
  }
}

void SortedDirectory::sort() {
  if (m_order.empty()) {
    return;
  }
  const auto name_at = [this](const Place& place) { return m_names.data() + place.offset + 1; };
  const std::string_view first(name_at(m_order.front()));
  std::size_t common = first.size();
  for (const auto& place : m_order) {
    const char* const name = name_at(place);
    const auto* const end = std::mismatch(first.begin(), first.begin() + common, name).first;
    common = static_cast<std::size_t>(end - first.begin());
  }
  for (auto& place : m_order) {
    place.key = key_of(name_at(place) + common);
  }
  std::sort(m_order.begin(), m_order.end(), [&](const Place& a, const Place& b) {
    return a.key != b.key ? a.key < b.key : std::strcmp(name_at(a), name_at(b)) < 0;
  });
}

int SortedDirectory::fd() const noexcept { return ::dirfd(m_directory.get()); }

SortedDirectory::Entry SortedDirectory::entry(std::size_t index) const noexcept {
  const char* const at = m_names.data() + m_order[index].offset;
  return {at + 1, static_cast<Type>(*at)};
}

void SortedDirectory::path_of(const char* name, std::string& out) const {
  out = m_path;
  if (!out.ends_with('/')) {
    out += '/';
  }
  out += name;
}

} // namespace cwasm::util
