#pragma once

/// Programs for tests, as shell scripts, and what can be observed of processes.

#include <filesystem>
#include <string_view>

namespace cwasm::test {

/// Writes an executable script of /bin/sh.
std::filesystem::path write_script(const std::filesystem::path& directory, std::string_view name,
                                   std::string_view body);

/// How many descriptors this process has open.
std::size_t open_descriptors();

/// Says when the last process that holds it open is gone: scripts open its path for writing and
/// hand it down to all they start.
class Lifeline {
public:
  explicit Lifeline(const std::filesystem::path& directory);
  Lifeline(const Lifeline&) = delete;
  Lifeline& operator=(const Lifeline&) = delete;
  Lifeline(Lifeline&&) = delete;
  Lifeline& operator=(Lifeline&&) = delete;
  ~Lifeline();

  const std::filesystem::path& path() const noexcept { return m_path; }
  /// True once somebody has held it and nobody does any more; false after ten seconds.
  bool all_gone() const;

private:
  std::filesystem::path m_path;
  int m_fd = -1;
};

} // namespace cwasm::test
