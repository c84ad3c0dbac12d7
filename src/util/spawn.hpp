#pragma once

/// Starting a program without a shell; `util/process.hpp` is what to use for one that is waited
/// for.

#include "util/file.hpp"

#include <cwasm/error.hpp>

#include <string>
#include <vector>

#include <sys/types.h>

namespace cwasm::util {

/// A program that runs and has to be reaped, and the reading ends of its outputs, which do not
/// block.
struct Spawned {
  pid_t pid = -1;
  Fd out;
  Fd err;
};

/// Starts a program as the leader of a new process group, with an empty standard input, its outputs
/// in pipes, none of this process's other descriptors, no signal blocked, and the default answer to
/// those signals that end programs. Any number of threads may call this at once.
/// Errors: not_found (no such program), invalid_argument (no program, or a NUL in an argument), io.
Result<Spawned> spawn(std::vector<std::string> argv);

} // namespace cwasm::util
