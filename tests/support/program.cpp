// A program that is no script, for tests: copied to PATH, it does what the script PATH.sh says.

#include <array>
#include <string>
#include <vector>

#include <unistd.h>

int main(int argc, char** argv) {
  std::array<char, 4096> self{};
  const ssize_t length = ::readlink("/proc/self/exe", self.data(), self.size() - 1);
  if (length <= 0) {
    return 127;
  }
  std::string shell = "sh";
  std::string script = std::string(self.data(), static_cast<std::size_t>(length)) + ".sh";
  std::vector<char*> arguments{shell.data(), script.data()};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  arguments.push_back(nullptr);
  ::execv("/bin/sh", arguments.data());
  return 127;
}
