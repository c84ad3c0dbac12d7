#include <cwasm/artifact_file.hpp>

#include "support.hpp"

#include "support/catch.hpp"
#include "support/result.hpp"
#include "util/file.hpp"
#include "util/temporary_directory.hpp"

#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <fstream>

using namespace cwasm;
using namespace cwasm::test;

namespace {

namespace fs = std::filesystem;

std::vector<std::byte> artifact(std::size_t section_size = 5) {
  return write_engine_object(artifact_header(), std::vector(section_size, std::byte{'x'}));
}

std::vector<std::byte> frame_of(std::span<const std::byte> content, int level = 3) {
  std::vector<std::byte> out(ZSTD_compressBound(content.size()));
  const auto size = ZSTD_compress(out.data(), out.size(), content.data(), content.size(), level);
  REQUIRE(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

struct Folder {
  util::TemporaryDirectory directory = *util::TemporaryDirectory::create();
  fs::path root = directory.path();

  fs::path write(const std::string& name, std::span<const std::byte> content) const {
    const auto path = root / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text_of(content);
    return path;
  }

  /// "name" or "name: ERROR" of everything that the paths lead to.
  std::vector<std::string> visited(const std::vector<fs::path>& paths) const {
    std::vector<std::string> out;
    visit_artifacts(paths, [&](const std::string& path, const auto& bytes) {
      out.push_back(bytes ? path : error_of(bytes));
      for (auto at = out.back().find(root); at != std::string::npos; at = out.back().find(root)) {
        out.back().erase(at, root.native().size() + 1);
      }
    });
    return out;
  }
};

std::string error_at(const fs::path& path) { return error_of(open_artifact(path)); }

} // namespace

TEST_CASE("the bytes of a file, small or large") {
  const Folder folder;
  for (const std::size_t size : {5U, 65535U, 65536U, 1'000'000U}) {
    const auto content = artifact(size);
    const auto bytes = open_artifact(folder.write("a.cwasm", content));
    REQUIRE(error_of(bytes) == "");
    CHECK(text_of(bytes->view) == text_of(content));
  }
  // To the byte: where reading ends and mapping begins.
  for (std::size_t size = 65535; size <= 65537; ++size) {
    const std::vector content(size, std::byte{'y'});
    const auto bytes = open_artifact(folder.write("b", content));
    REQUIRE(error_of(bytes) == "");
    CHECK(text_of(bytes->view) == text_of(content));
  }
  const auto empty = open_artifact(folder.write("empty", {}));
  REQUIRE(error_of(empty) == "");
  CHECK(empty->view.empty());
}

TEST_CASE("a frame is unpacked") {
  const Folder folder;
  for (const std::size_t size : {5U, 131'000U, 131'072U, 5'000'000U}) {
    const auto content = artifact(size);
    for (const int level : {1, 19}) {
      const auto bytes = open_artifact(folder.write("key", frame_of(content, level)));
      REQUIRE(error_of(bytes) == "");
      CHECK(text_of(bytes->view) == text_of(content));
    }
  }
}

TEST_CASE("frames that follow each other are one") {
  const Folder folder;
  const auto content = artifact(1000);
  auto frames = frame_of(std::span(content).first(30));
  const auto rest = frame_of(std::span(content).subspan(30));
  frames.insert(frames.end(), rest.begin(), rest.end());
  const auto bytes = open_artifact(folder.write("key", frames));
  REQUIRE(error_of(bytes) == "");
  CHECK(text_of(bytes->view) == text_of(content));
}

TEST_CASE("a frame that is no artifact is refused at once") {
  const Folder folder;
  // 16 GiB of zeros, were it unpacked: the first block says enough.
  std::vector<std::byte> bomb;
  const auto zeros = frame_of(std::vector<std::byte>(std::size_t{16} << 20U));
  for (int i = 0; i < 1024; ++i) {
    bomb.insert(bomb.end(), zeros.begin(), zeros.end());
  }
  const auto path = folder.write("bomb", bomb);
  CHECK(error_at(path) ==
        path.native() + ": a zstd frame whose first bytes are no ELF header of an artifact");
  CHECK(open_artifact(path).error().code() == ErrorCode::malformed);
  CHECK(error_at(folder.write("none", frame_of({}))).ends_with("no ELF header of an artifact"));
}

TEST_CASE("a frame that unpacks to too much is refused") {
  const Folder folder;
  auto bomb = frame_of(artifact());
  const auto zeros = frame_of(std::vector<std::byte>(std::size_t{16} << 20U));
  for (int i = 0; i < 64; ++i) {
    bomb.insert(bomb.end(), zeros.begin(), zeros.end());
  }
  const auto path = folder.write("bomb", bomb);
  CHECK(error_at(path) ==
        path.native() + ": a zstd frame that unpacks to more than 536870912 bytes");
}

TEST_CASE("a damaged frame says what zstd says") {
  const Folder folder;
  const auto frame = frame_of(artifact(300'000));
  for (std::size_t size = 4; size < frame.size(); size += 1 + size / 16) {
    const auto path = folder.write("cut", std::span(frame).first(size));
    REQUIRE(error_at(path).starts_with(path.native() + ": a zstd frame that is cut short after "));
    REQUIRE(open_artifact(path).error().code() == ErrorCode::malformed);
  }
  auto reserved = frame;
  reserved[4] |= std::byte{8};
  CHECK(error_at(folder.write("reserved", reserved))
            .ends_with(": zstd: Unsupported frame parameter"));
  auto more = frame;
  more.insert(more.end(), 8, std::byte{'x'});
  CHECK(error_at(folder.write("more", more)).ends_with(": zstd: Unknown frame descriptor"));
}

TEST_CASE("what is no regular file is an error") {
  const Folder folder;
  const auto pipe = folder.root / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(error_at(pipe) == "cannot open " + pipe.native() + ": it is not a regular file");
  CHECK(error_at(folder.root) == "cannot open " + folder.root.native() + ": it is a directory");
  CHECK(error_at("/dev/null") == "cannot open /dev/null: it is not a regular file");
  CHECK(error_at("/dev/zero") == "cannot open /dev/zero: it is not a regular file");
  CHECK(error_at("/no/such") == "cannot open /no/such: No such file or directory");
  CHECK(open_artifact("/no/such").error().code() == ErrorCode::not_found);
}

TEST_CASE("what counts in a directory") {
  const Folder folder;
  const auto content = artifact();
  const auto frame = frame_of(content);
  folder.write("d/named.cwasm", bytes_of("whatever"));
  folder.write("d/begins-like-one", content);
  folder.write("d/large", artifact(100'000));
  folder.write("d/text", bytes_of("text"));
  folder.write("d/empty", {});
  folder.write("d/zeros", std::vector<std::byte>(100'000));
  folder.write("d/other.zst", frame_of(bytes_of(std::string(100, 'x'))));
  folder.write("d/modules/wasmtime-48/key", frame);
  folder.write("d/modules/wasmtime-48/key.stats", bytes_of("usages = 1\n"));
  folder.write("d/modules/wasmtime-48/key.wip-atomic-write-mod", std::span(frame).first(20));
  folder.write("d/modules/wasmtime-48/key.wip-71", {});
  folder.write("d/modules/wasmtime-48/torn", std::span(frame).first(20));
  fs::create_directory_symlink(".", folder.root / "d/loop");
  fs::create_directory_symlink(".", folder.root / "d/loop.cwasm");
  fs::create_symlink("nowhere", folder.root / "d/dangling");
  fs::create_symlink("nowhere", folder.root / "d/dangling.cwasm");
  fs::create_symlink("large", folder.root / "d/link");
  fs::create_symlink("self", folder.root / "d/self");
  REQUIRE(::mkfifo((folder.root / "d/pipe.cwasm").c_str(), 0600) == 0);
  CHECK(folder.visited({folder.root / "d"}) ==
        std::vector<std::string>{
            "d/begins-like-one", "cannot open d/dangling.cwasm: No such file or directory",
            "d/large", "d/link", "d/modules/wasmtime-48/key",
            "d/modules/wasmtime-48/torn: a zstd frame that is cut short after 0 unpacked bytes",
            "d/named.cwasm"});
}

TEST_CASE("what is named counts, in the order of the names given") {
  const Folder folder;
  folder.write("text", bytes_of("text"));
  folder.write("d/b/1.cwasm", {});
  folder.write("d/a.cwasm", {});
  folder.write("d/c.cwasm", {});
  folder.write("d/B", artifact());
  fs::create_directory_symlink("d", folder.root / "link");
  CHECK(folder.visited({folder.root / "text", folder.root / "link", folder.root / "absent",
                        folder.root / "d", folder.root / "text"}) ==
        std::vector<std::string>{"text", "link/B", "link/a.cwasm", "link/b/1.cwasm", "link/c.cwasm",
                                 "cannot open absent: No such file or directory", "d/B",
                                 "d/a.cwasm", "d/b/1.cwasm", "d/c.cwasm", "text"});
}

TEST_CASE("names are in the order of their bytes") {
  const Folder folder;
  std::vector<std::string> names;
  for (const std::string stem : {"", "common-and-long-", "common-and-long-\xff", "\x01"}) {
    for (const char* end :
         {"a", "aa", "aaaaaaaaa", "aaaaaaaab", "b", "\x80", "z", "zzzzzzzzzzzz"}) {
      names.push_back("d/" + stem + end + ".cwasm");
      folder.write(names.back(), {});
    }
  }
  std::sort(names.begin(), names.end());
  CHECK(folder.visited({folder.root / "d"}) == names);
}

TEST_CASE("a directory that is deep or cannot be read") {
  const Folder folder;
  std::string deep = "d";
  for (int i = 0; i < 100; ++i) {
    deep += "/x";
  }
  folder.write(deep + "/a.cwasm", {});
  folder.write("d/y/a.cwasm", {});
  CHECK(folder.visited({folder.root / "d"}) ==
        std::vector<std::string>{deep + "/a.cwasm", "d/y/a.cwasm"});
  if (::geteuid() != 0) { // nothing is closed to root
    fs::permissions(folder.root / "d/x", fs::perms::none);
    CHECK(folder.visited({folder.root / "d"}) ==
          std::vector<std::string>{"cannot open d/x: Permission denied", "d/y/a.cwasm"});
    fs::permissions(folder.root / "d/x", fs::perms::owner_all);
  }
}
