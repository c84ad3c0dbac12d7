#include "cache/flight_file.hpp"

#include "cache/directory.hpp"
#include "cache/owners.hpp"
#include "util/file_lock.hpp"
#include "util/hex.hpp"
#include "util/try.hpp"
#include "util/xxhash.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

namespace cwasm {

struct Flight::Impl {
  util::Fd file; ///< holds the lock
  std::filesystem::path path;
};

namespace cache {
namespace {

constexpr std::size_t k_longest_message = 4096;
constexpr std::size_t k_name_length = 32;
constexpr std::string_view k_domain = "cwasm flight 1";

std::string name_of(std::string_view name_space, const CacheKey& key) {
  std::vector<std::byte> framed;
  const auto append = [&framed](std::span<const std::byte> bytes) {
    framed.insert(framed.end(), bytes.begin(), bytes.end());
  };
  append(std::as_bytes(std::span(k_domain)));
  append(key.engine.bytes);
  append(key.module.bytes);
  framed.push_back(static_cast<std::byte>(key.module.algorithm));
  framed.push_back(static_cast<std::byte>(key.kind));
  append(std::as_bytes(std::span(name_space)));
  return util::to_hex(util::xxh3_128(framed));
}

Result<util::Fd> open_file(const std::filesystem::path& path, int more_flags) {
  constexpr mode_t k_mode = 0600;
  int fd = -1;
  do {
    // O_NONBLOCK: opening a FIFO must not wait.
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg,hicpp-vararg): open is one
    fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | more_flags,
                k_mode);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) {
    return util::file_error("open", path, errno);
  }
  util::Fd file(fd);
  CWASM_TRY(util::require_regular(file, path));
  return file;
}

/// Without an Error, which would have to allocate its text: a destructor asks.
bool is_in_place(const util::Fd& file, const std::filesystem::path& path) noexcept {
  struct stat opened {};
  struct stat there {};
  return ::fstat(file.get(), &opened) == 0 && ::lstat(path.c_str(), &there) == 0 &&
         opened.st_dev == there.st_dev && opened.st_ino == there.st_ino;
}

} // namespace

Result<FlightFile> FlightFile::open(const std::filesystem::path& cache_directory,
                                    std::string_view name_space, const CacheKey& key) {
  const auto directory = cache_directory / k_flight_directory;
  CWASM_TRY(ensure_own_directory(directory));
  auto path = directory / name_of(name_space, key);
  CWASM_TRY_ASSIGN(auto file, open_file(path, O_CREAT));
  return FlightFile(std::move(file), std::move(path));
}

Result<FlightFile::State> FlightFile::take() const {
  if (!is_in_place(m_file, m_path)) {
    return State::over;
  }
  CWASM_TRY_ASSIGN(const bool locked, util::try_lock(m_file, util::LockMode::exclusive, m_path));
  if (!locked) {
    return State::theirs;
  }
  // Whoever held it may have ended since we looked.
  if (!is_in_place(m_file, m_path)) {
    return State::over;
  }
  // Somebody may have been killed between his last word and his end.
  if (::ftruncate(m_file.get(), 0) != 0) {
    return util::file_error("empty", m_path, errno);
  }
  return State::ours;
}

Flight FlightFile::lead() && {
  return Flight(std::make_unique<Flight::Impl>(Flight::Impl{std::move(m_file), std::move(m_path)}));
}

std::optional<std::string> FlightFile::failure() const {
  std::array<char, k_longest_message> text{};
  const ssize_t size = ::pread(m_file.get(), text.data(), text.size(), 0);
  return size > 0 ? std::optional(std::string(text.data(), static_cast<std::size_t>(size)))
                  : std::nullopt;
}

Result<std::uint64_t> remove_abandoned_flights(const std::filesystem::path& cache_directory) {
  const auto directory = cache_directory / k_flight_directory;
  std::uint64_t removed = 0;
  CWASM_TRY(check_directory(directory));
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  if (error == std::errc::no_such_file_or_directory) {
    return removed;
  }
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const auto name = entry->path().filename().native();
    if (name.size() != k_name_length || !util::from_hex(name)) {
      continue;
    }
    const auto file = open_file(entry->path(), 0);
    if (!file) {
      continue;
    }
    CWASM_TRY_ASSIGN(const bool abandoned,
                     util::try_lock(*file, util::LockMode::exclusive, entry->path()));
    if (abandoned && is_in_place(*file, entry->path())) {
      CWASM_TRY(util::remove_file(entry->path()));
      ++removed;
    }
  }
  if (error) {
    return util::file_error("list", directory, error.value());
  }
  return removed;
}

} // namespace cache

Flight::Flight(std::unique_ptr<Impl> impl) noexcept : m_impl(std::move(impl)) {}
Flight::Flight(Flight&&) noexcept = default;

Flight& Flight::operator=(Flight&& other) noexcept {
  std::swap(m_impl, other.m_impl);
  return *this;
}

Flight::~Flight() {
  // While the lock is held: a file of that name which appears later is another flight's.
  if (m_impl && cache::is_in_place(m_impl->file, m_impl->path)) {
    static_cast<void>(::unlink(m_impl->path.c_str()));
  }
}

void Flight::fail(std::string_view message) noexcept {
  auto size = std::min(message.size(), cache::k_longest_message);
  // Not in the middle of a character of UTF-8.
  while (size > 0 && size < message.size() &&
         (static_cast<unsigned char>(message[size]) & 0xc0U) == 0x80) {
    --size;
  }
  const ssize_t written = ::pwrite(m_impl->file.get(), message.data(), size, 0);
  if (written != static_cast<ssize_t>(size) && ::ftruncate(m_impl->file.get(), 0) != 0) {
    return; // half a message still says that it failed
  }
}

} // namespace cwasm
