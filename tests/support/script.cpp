#include "support/script.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace cwasm::test {

namespace fs = std::filesystem;

fs::path write_script(const fs::path& directory, std::string_view name, std::string_view body) {
  const fs::path path = directory / name;
  std::ofstream(path, std::ios::binary) << "#!/bin/sh\n" << body << '\n';
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for (int fd = 0; fd < 1024; ++fd) {
    count += ::fcntl(fd, F_GETFD) >= 0 ? 1U : 0U;
  }
  return count;
}

Lifeline::Lifeline(const fs::path& directory) : m_path(directory / "lifeline") {
  if (::mkfifo(m_path.c_str(), S_IRUSR | S_IWUSR) == 0) {
    m_fd = ::open(m_path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  }
}

Lifeline::~Lifeline() { ::close(m_fd); }

bool Lifeline::all_gone() const {
  // Before anybody has opened the other end, this waits as well.
  pollfd hung_up{m_fd, 0, 0};
  return ::poll(&hung_up, 1, 10'000) == 1 && (hung_up.revents & POLLHUP) != 0;
}

} // namespace cwasm::test
