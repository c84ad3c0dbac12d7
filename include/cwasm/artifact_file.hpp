#pragma once

/// Artifacts in files, as they come: a `.cwasm`, or an entry of Wasmtime's own cache, which is one
/// zstd frame of a `.cwasm`.

#include <cwasm/bytes.hpp>
#include <cwasm/error.hpp>
#include <cwasm/export.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

namespace cwasm {

/// What a frame may unpack to at most: 512 MiB.
inline constexpr std::uint64_t k_largest_unpacked_artifact = std::uint64_t{512} << 20U;

/// The bytes of an artifact. A file of less than 64 KiB is read; a larger one is mapped, so that
/// only what is looked at is read (a mapped file must not be truncated while the bytes are in use,
/// as with every mapping). A frame is unpacked into memory, and no further than to its first bytes
/// when these are no ELF header of an artifact; other files are not looked at. Errors: not_found,
/// io (a directory, pipe or device included); malformed for a frame that is damaged, too large or
/// holds something else.
CWASM_EXPORT Result<Bytes> open_artifact(const std::filesystem::path& path);

/// What was found at a path: the bytes of an artifact, which last as long as the call that passes
/// them, or why there are none.
using ArtifactVisitor =
    std::function<void(const std::string& path, const Result<std::span<const std::byte>>& bytes)>;

/// Every artifact that the paths lead to, in the order given; in a directory, in the byte order of
/// the names, and so on downwards. A named file always counts. In a directory a file counts when
/// its name ends in `.cwasm`, or it begins like an artifact, or it is a frame that holds one (or is
/// too damaged to tell); Wasmtime's temporary and lock files, symbolic links to directories and
/// what is no regular file are passed over. What cannot be read is an error at its place.
CWASM_EXPORT void visit_artifacts(std::span<const std::filesystem::path> paths,
                                  const ArtifactVisitor& visit);

} // namespace cwasm
