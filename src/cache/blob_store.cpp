#include "cache/blob_store.hpp"

#include "cache/directory.hpp"
#include "cache/owners.hpp"
#include "cache/rows.hpp"
#include "util/file_lock.hpp"
#include "util/hex.hpp"
#include "util/try.hpp"

#include <fmt/format.h>

#include <string>
#include <system_error>

namespace cwasm::cache {
namespace {

constexpr unsigned k_blob_mode = 0444;
constexpr std::size_t k_blob_name_length = 64;
constexpr std::size_t k_temporary_name_length = 32;

/// The names in a directory, which may be absent.
Result<std::vector<std::string>> names_in(const std::filesystem::path& directory) {
  std::vector<std::string> names;
  CWASM_TRY(check_directory(directory));
  std::error_code error;
  std::filesystem::directory_iterator file(directory, error);
  if (error == std::errc::no_such_file_or_directory) {
    return names;
  }
  for (; !error && file != std::filesystem::directory_iterator(); file.increment(error)) {
    names.push_back(file->path().filename().native());
  }
  if (error) {
    return util::file_error("list", directory, error.value());
  }
  return names;
}

bool is_regular(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::symlink_status(path, error).type() == std::filesystem::file_type::regular;
}

/// A staged file that verify mistook for a leftover, between its creation and its lock, is gone.
Result<bool> still_ours(const util::Fd& file, const std::filesystem::path& path) {
  CWASM_TRY_ASSIGN(const bool locked, util::try_lock(file, util::LockMode::exclusive, path));
  return locked && util::identify(path).has_value();
}

} // namespace

StagedBlob::~StagedBlob() {
  if (m_file) {
    static_cast<void>(util::remove_file(m_path));
  }
}

std::filesystem::path BlobStore::path_of(const util::Sha256& digest) const {
  const std::string name = util::to_hex(digest);
  std::string path = m_directory.native();
  path.reserve(path.size() + 80);
  path.append("/blobs/").append(name, 0, 2).append("/").append(name);
  return path;
}

Result<StagedBlob> BlobStore::stage(std::span<const std::byte> content) const {
  const auto directory = m_directory / k_temporary_directory;
  CWASM_TRY(ensure_own_directory(directory));
  while (true) {
    auto path = directory / util::unique_file_name();
    CWASM_TRY_ASSIGN(util::Fd file, util::create_file(path, k_blob_mode));
    StagedBlob staged(std::move(file), std::move(path));
    CWASM_TRY_ASSIGN(const bool ours, still_ours(staged.m_file, staged.m_path));
    if (!ours) {
      continue;
    }
    CWASM_TRY(util::write_all(staged.m_file, content, staged.m_path));
    return staged;
  }
}

Status BlobStore::publish(StagedBlob staged, const util::Sha256& digest) const {
  const auto path = path_of(digest);
  const auto shard_directory = path.parent_path();
  CWASM_TRY(ensure_own_directory(shard_directory.parent_path()));
  CWASM_TRY(ensure_own_directory(shard_directory));
  CWASM_TRY(util::rename_file(staged.m_path, path));
  staged.m_file = {};
  return ok();
}

Result<FoundBlob> BlobStore::load(const BlobRecord& record, const MappingPtr& known) const {
  if (known && known->identity.size == record.size) {
    const auto identity = util::identify(known->path);
    if (identity && *identity == known->identity) {
      return FoundBlob{known, false, *identity, {}};
    }
  }
  const auto path = path_of(record.digest);
  FoundBlob found;
  CWASM_TRY(check_directory(path.parent_path()));
  auto file = util::open_for_reading(path, util::Symlinks::refuse);
  if (!file && file.error().code() == ErrorCode::not_found) {
    found.damage = "its file is missing";
    return found;
  }
  if (!file) {
    if (is_regular(path)) {
      return std::move(file).error();
    }
    CWASM_TRY_ASSIGN(found.identity, identify(record.digest));
    found.damage = "it is not a regular file";
    return found;
  }
  CWASM_TRY_ASSIGN(const auto status, util::status_of(*file, path));
  found.identity = status.identity;
  found.damage = blob_fault(status);
  if (!found.damage.empty()) {
    return found;
  }
  if (found.identity->size != record.size) {
    found.damage = fmt::format("it has {} bytes of {}", found.identity->size, record.size);
    return found;
  }
  auto mapping = std::make_shared<Mapping>();
  CWASM_TRY_ASSIGN(mapping->bytes, util::map_file(*file, record.size, path));
  if (found.identity != record.verified) {
    CWASM_TRY_ASSIGN(const util::Sha256 digest, util::sha256(mapping->bytes.view));
    found.rehashed = true;
    if (digest != record.digest) {
      found.damage = fmt::format("its SHA-256 is {}", util::to_hex(digest));
      return found;
    }
  }
  mapping->digest = record.digest;
  mapping->path = path;
  mapping->identity = *found.identity;
  found.good = std::move(mapping);
  return found;
}

Result<std::optional<FileIdentity>> BlobStore::identify(const util::Sha256& digest) const {
  auto identity = util::identify(path_of(digest));
  if (identity) {
    return std::optional(*identity);
  }
  if (identity.error().code() == ErrorCode::not_found) {
    return std::optional<FileIdentity>();
  }
  return std::move(identity).error();
}

Result<bool> BlobStore::sync(const util::Sha256& digest, const FileIdentity& identity) const {
  const auto path = path_of(digest);
  const auto file = util::open_for_reading(path, util::Symlinks::refuse);
  if (!file && file.error().code() == ErrorCode::not_found) {
    return false;
  }
  if (!file) {
    return file.error();
  }
  CWASM_TRY_ASSIGN(const FileIdentity found, util::identify(*file, path));
  if (found != identity) {
    return false;
  }
  CWASM_TRY(util::sync_file(*file, path));
  return true;
}

Status BlobStore::quarantine(const util::Sha256& digest) const {
  const auto directory = m_directory / k_quarantine_directory;
  CWASM_TRY(ensure_own_directory(directory));
  const auto name = fmt::format("{}.{}", util::to_hex(digest), util::unique_file_name());
  auto moved = util::rename_file(path_of(digest), directory / name);
  if (!moved && moved.error().code() != ErrorCode::not_found) {
    return moved;
  }
  return ok();
}

Status BlobStore::remove(const util::Sha256& digest) const {
  return util::remove_file(path_of(digest));
}

Result<std::vector<util::Sha256>> BlobStore::shard(std::uint8_t first_byte) const {
  const auto prefix = fmt::format("{:02x}", first_byte);
  CWASM_TRY_ASSIGN(const auto names, names_in(m_directory / k_blob_directory / prefix));
  std::vector<util::Sha256> digests;
  for (const std::string& name : names) {
    // Only what this store could have written is its to judge.
    const auto bytes = util::from_hex(name);
    if (name.size() == k_blob_name_length && name.starts_with(prefix) && bytes &&
        util::to_hex(*bytes) == name) {
      digests.push_back(*read_digest(*bytes));
    }
  }
  return digests;
}

Result<std::uint64_t> BlobStore::remove_leftovers() const {
  const auto directory = m_directory / k_temporary_directory;
  CWASM_TRY_ASSIGN(const auto names, names_in(directory));
  std::uint64_t removed = 0;
  for (const std::string& name : names) {
    const auto path = directory / name;
    if (name.size() != k_temporary_name_length || !util::from_hex(name)) {
      continue;
    }
    // Whoever still writes it holds its lock.
    const auto file = util::open_for_reading(path, util::Symlinks::refuse);
    if (!file) {
      continue;
    }
    CWASM_TRY_ASSIGN(const bool abandoned, util::try_lock(*file, util::LockMode::exclusive, path));
    if (!abandoned) {
      continue;
    }
    CWASM_TRY(util::remove_file(path));
    ++removed;
  }
  return removed;
}

Status BlobStore::empty_quarantine() const {
  const auto directory = m_directory / k_quarantine_directory;
  CWASM_TRY_ASSIGN(const auto names, names_in(directory));
  for (const std::string& name : names) {
    std::error_code error;
    std::filesystem::remove_all(directory / name, error);
    if (error) {
      return util::file_error("remove", directory / name, error.value());
    }
  }
  return ok();
}

} // namespace cwasm::cache
