#include "util/file.hpp"

#include "util/file_lock.hpp"

#include "support/catch.hpp"
#include "support/shared.hpp"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <sys/stat.h>

using namespace cwasm;
using cwasm::test::scratch_directory;

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void write(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::size_t files_in(const std::filesystem::path& directory) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory),
                                                std::filesystem::directory_iterator()));
}

} // namespace

TEST_CASE("a file error says what, where and why") {
  const Error missing = util::file_error("open", "/a/b", ENOENT);
  CHECK(missing.code() == ErrorCode::not_found);
  CHECK(missing.message() == "cannot open /a/b: No such file or directory");
  CHECK(util::file_error("write", "/a/b", ENOSPC).code() == ErrorCode::io);
}

TEST_CASE("only regular files are opened") {
  const auto directory = scratch_directory();
  write(directory / "file", "text");
  std::filesystem::create_symlink(directory / "file", directory / "link");
  REQUIRE(::mkfifo((directory / "fifo").c_str(), 0600) == 0);
  CHECK(util::open_for_reading(directory / "file"));
  CHECK(util::open_for_reading(directory / "link"));
  CHECK_FALSE(util::open_for_reading(directory / "link", util::Symlinks::refuse));
  CHECK_FALSE(util::open_for_reading(directory / "fifo"));
  CHECK_FALSE(util::open_for_reading("/dev/null"));
  const auto itself = util::open_for_reading(directory);
  REQUIRE_FALSE(itself);
  CHECK(itself.error().code() == ErrorCode::io);
  CHECK(itself.error().message().find("it is a directory") != std::string::npos);
  const auto missing = util::open_for_reading(directory / "missing");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code() == ErrorCode::not_found);
}

TEST_CASE("a file's identity is the same by descriptor and by name, and a link has its own") {
  const auto directory = scratch_directory();
  write(directory / "file", "text");
  std::filesystem::create_symlink(directory / "file", directory / "link");
  const auto file = util::open_for_reading(directory / "file");
  REQUIRE(file);
  const auto by_descriptor = util::identify(*file, directory / "file");
  const auto by_name = util::identify(directory / "file");
  REQUIRE((by_descriptor && by_name));
  CHECK((*by_descriptor == *by_name));
  CHECK(by_name->size == 4);
  CHECK(by_name->mtime_ns > 1'500'000'000'000'000'000);
  const auto link = util::identify(directory / "link");
  REQUIRE(link);
  CHECK(link->inode != by_name->inode);
}

TEST_CASE("a mapping outlives its file") {
  const auto path = scratch_directory() / "file";
  write(path, "mapped text");
  auto mapped = util::map_file(path);
  REQUIRE(mapped);
  Bytes copy = *mapped;
  *mapped = Bytes{};
  REQUIRE(util::remove_file(path));
  CHECK(text_of(copy.view) == "mapped text");
  write(path, "");
  const auto empty = util::map_file(path);
  REQUIRE(empty);
  CHECK(empty->view.empty());
}

TEST_CASE("a whole file is read up to a limit") {
  const auto path = scratch_directory() / "file";
  for (const std::size_t size : {0U, 1U, 4095U, 4096U, 4097U, 70'000U}) {
    const std::string text(size, 'x');
    write(path, text);
    const auto exact = util::read_file(path, size);
    REQUIRE(exact);
    CHECK(text_of(*exact) == text);
    if (size > 0) {
      const auto larger = util::read_file(path, size - 1);
      REQUIRE_FALSE(larger);
      CHECK(larger.error().code() == ErrorCode::io);
    }
  }
  // Its size is said to be 0. Not every root has /proc.
  if (std::filesystem::exists("/proc/self/status")) {
    const auto process = util::read_file("/proc/self/status", 1 << 20);
    REQUIRE(process);
    CHECK(process->size() > 100);
  }
}

TEST_CASE("an atomic write replaces all or nothing and leaves no other file") {
  const auto directory = scratch_directory();
  const auto path = directory / "file";
  REQUIRE(util::write_file_atomically(path, bytes_of("old"), 0640));
  CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms(0137)) ==
        std::filesystem::perms::none);
  REQUIRE(util::write_file_atomically(path, bytes_of("new content")));
  CHECK(text_of(*util::read_file(path, 100)) == "new content");
  CHECK(files_in(directory) == 1);
  std::filesystem::create_directory(directory / "sub");
  const auto refused = util::write_file_atomically(directory / "sub", bytes_of("text"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == ErrorCode::io);
  CHECK(files_in(directory) == 2);
  const auto nowhere = util::write_file_atomically(directory / "no" / "file", bytes_of("text"));
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().code() == ErrorCode::not_found);
}

TEST_CASE("a file is created once") {
  const auto path = scratch_directory() / "file";
  const auto first = util::create_file(path, 0600);
  REQUIRE(first);
  REQUIRE(util::write_and_sync(*first, bytes_of("text"), path));
  const auto second = util::create_file(path, 0600);
  REQUIRE_FALSE(second);
  CHECK(second.error().code() == ErrorCode::busy);
  CHECK(text_of(*util::read_file(path, 100)) == "text");
}

TEST_CASE("a write to a full device is an error") {
  const util::Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  if (!full) {
    WARN("there is no /dev/full: skipped");
    return;
  }
  const auto refused = util::write_and_sync(full, bytes_of("text"), "/dev/full");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message() == "cannot write /dev/full: No space left on device");
}

TEST_CASE("directories are created with their parents, once") {
  const auto base = scratch_directory();
  const auto deep = base / "a" / "b" / "c";
  REQUIRE(util::create_directories(deep, 0700));
  REQUIRE(util::create_directories(deep, 0700));
  CHECK(std::filesystem::status(base / "a").permissions() == std::filesystem::perms::owner_all);
  REQUIRE(util::sync_directory(deep));
  write(base / "file", "text");
  const auto over_file = util::create_directories(base / "file", 0700);
  REQUIRE_FALSE(over_file);
  CHECK(over_file.error().code() == ErrorCode::io);
  CHECK_FALSE(util::create_directories(base / "file" / "below", 0700));
}

TEST_CASE("removing what is not there is fine") {
  CHECK(util::remove_file(scratch_directory() / "missing"));
}

TEST_CASE("unique file names differ") {
  const auto first = util::unique_file_name();
  CHECK(first.size() == 32);
  CHECK(first != util::unique_file_name());
}

TEST_CASE("an exclusive lock excludes, a shared one does not") {
  using util::FileLock;
  using util::LockMode;
  const auto path = scratch_directory() / "lock";
  constexpr std::chrono::milliseconds k_wait{5};
  {
    const auto shared = FileLock::acquire(path, LockMode::shared, k_wait);
    REQUIRE(shared);
    CHECK(FileLock::acquire(path, LockMode::shared, k_wait));
    const auto refused = FileLock::acquire(path, LockMode::exclusive, k_wait);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == ErrorCode::busy);
  }
  const auto exclusive = FileLock::acquire(path, LockMode::exclusive, k_wait);
  REQUIRE(exclusive);
  CHECK_FALSE(FileLock::acquire(path, LockMode::shared, k_wait));
}
