#include "cache/owners.hpp"

#include "cache/directory.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>

namespace cwasm::cache {
namespace {

using util::FileStatus;
using util::FileType;

constexpr unsigned k_written_by_others = 0022;
constexpr std::uint64_t k_root = 0;

/// What is wrong with a file of the cache, and what to do about it.
struct Fault {
  std::string what;
  std::string cure;
};

std::string_view type_name(FileType type) {
  switch (type) {
  case FileType::regular:
    return "regular file";
  case FileType::directory:
    return "directory";
  case FileType::symbolic_link:
    return "symbolic link";
  case FileType::other:
    break;
  }
  return "device or pipe";
}

bool is_trusted(std::uint64_t owner) { return owner == util::effective_user() || owner == k_root; }

std::optional<Fault> find_fault(const std::filesystem::path& path, const FileStatus& status,
                                FileType expected) {
  const auto& name = path.native();
  if (status.type != expected) {
    return Fault{
        fmt::format("{} is a {} and not a {}", name, type_name(status.type), type_name(expected)),
        "remove it"};
  }
  if (!is_trusted(status.owner)) {
    const auto user = util::effective_user();
    return Fault{fmt::format("{} belongs to user {}, not to user {}", name, status.owner, user),
                 fmt::format("run `chown -R {} {}`", user, name)};
  }
  if ((status.mode & k_written_by_others) != 0) {
    return Fault{fmt::format("others can write {} (mode {:04o})", name, status.mode),
                 fmt::format("run `chmod go-w {}`", name)};
  }
  return std::nullopt;
}

Error refused(const Fault& fault) {
  return {ErrorCode::io, fmt::format("the cache directory is not safe to use: {}; {}, or name "
                                     "another cache directory",
                                     fault.what, fault.cure)};
}

/// Nothing: it is not there.
Result<std::optional<FileStatus>> check(const std::filesystem::path& path, FileType expected) {
  const auto status = util::status_of(path, util::Symlinks::refuse);
  if (!status && status.error().code() == ErrorCode::not_found) {
    return std::optional<FileStatus>();
  }
  if (!status) {
    return status.error();
  }
  if (const auto fault = find_fault(path, *status, expected)) {
    return refused(*fault);
  }
  return std::optional(*status);
}

Access access_of(const FileStatus& status, Access wanted) {
  return status.owner == util::effective_user() ? wanted : Access::read;
}

} // namespace

Result<Access> check_owners(const std::filesystem::path& directory, Access wanted) {
  struct Name {
    std::string_view name;
    FileType type;
  };
  const std::array names = {
      Name{k_index_file, FileType::regular}, Name{"index.db-wal", FileType::regular},
      Name{"index.db-shm", FileType::regular}, Name{k_lock_file, FileType::regular},
      Name{k_blob_directory, FileType::directory}};
  const auto top = util::status_of(directory, util::Symlinks::follow);
  if (!top || top->type != FileType::directory) {
    return wanted; // making it, or opening what is in it, tells why that cannot be
  }
  if (const auto fault = find_fault(directory, *top, FileType::directory)) {
    return refused(*fault);
  }
  Access access = access_of(*top, wanted);
  for (const Name& entry : names) {
    const auto path = directory / entry.name;
    CWASM_TRY_ASSIGN(const auto status, check(path, entry.type));
    if (!status) {
      continue;
    }
    access = access_of(*status, access);
    // Its logs go by the one name or the other. Reading does no harm, so that package managers
    // which share equal files by hard links can ship a cache.
    if (entry.name == k_index_file && status->links > 1 && access == Access::write) {
      return refused({fmt::format("{} has {} names (hard links), and writing through one of them "
                                  "would break it",
                                  path.native(), status->links),
                      "make it a file of its own by copying it"});
    }
  }
  return access;
}

Status ensure_own_directory(const std::filesystem::path& directory) {
  CWASM_TRY_ASSIGN(const auto status, check(directory, FileType::directory));
  if (!status) {
    return util::create_directories(directory, k_directory_mode);
  }
  if (status->owner != util::effective_user()) {
    return refused(
        {fmt::format("{} belongs to user {}", directory.native(), status->owner),
         fmt::format("run `chown -R {} {}`", util::effective_user(), directory.native())});
  }
  return ok();
}

Status check_directory(const std::filesystem::path& directory) {
  CWASM_TRY(check(directory, FileType::directory));
  return ok();
}

std::string blob_fault(const FileStatus& status) {
  const auto fault = find_fault("it", status, FileType::regular);
  return fault ? fault->what : std::string();
}

} // namespace cwasm::cache
