#include "cli/terminal.hpp"

#include "cli/context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include <sys/ioctl.h>
#include <unistd.h>

namespace cwasm::cli {
namespace {

constexpr std::chrono::milliseconds k_first_after{500};
constexpr std::chrono::milliseconds k_then_every{100};
constexpr std::array<std::string_view, 4> k_escapes{"", "\x1b[32m", "\x1b[33m", "\x1b[31m"};

bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; }

/// The byte at which character `index` begins, or the end.
std::size_t position(std::string_view text, std::size_t index) noexcept {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (!is_continuation(text[at]) && index-- == 0) {
      break;
    }
  }
  return at;
}

/// 10000 as "10 000".
std::string grouped(std::uint64_t number) {
  auto text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, 1, ' ');
  }
  return text;
}

} // namespace

Terminal Terminal::detect() {
  Terminal out;
  if (::isatty(STDOUT_FILENO) != 1) {
    return out;
  }
  out.colours =
      environment("NO_COLOR").value_or("").empty() && environment("TERM").value_or("") != "dumb";
  struct winsize size {};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg,hicpp-vararg): ioctl is one
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
    out.width = size.ws_col;
  }
  return out;
}

std::string Terminal::paint(std::string_view text, Colour colour) const {
  if (!colours || colour == Colour::none) {
    return std::string(text);
  }
  return fmt::format("{}{}\x1b[0m", k_escapes.at(static_cast<std::size_t>(colour)), text);
}

std::size_t columns(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  out.append(width - std::min(width, columns(text)), ' ');
  return out;
}

std::string shortened(std::string_view text, std::size_t width) {
  const auto has = columns(text);
  if (has <= width || width == 0) {
    return std::string(text);
  }
  const auto front = (width - 1) / 2;
  const auto back = width - 1 - front;
  return fmt::format("{}…{}", text.substr(0, position(text, front)),
                     text.substr(position(text, has - back)));
}

Progress::Progress(std::string verb, bool quiet)
    : m_verb(std::move(verb)), m_wanted(!quiet && ::isatty(STDERR_FILENO) == 1),
      m_next(std::chrono::steady_clock::now() + k_first_after) {}

bool Progress::is_due() {
  const auto now = std::chrono::steady_clock::now();
  if (!m_wanted || now < m_next) {
    return false;
  }
  m_next = now + k_then_every;
  return true;
}

void Progress::show(std::string_view text) {
  m_shown = true;
  static_cast<void>(std::fputs(fmt::format("\r{}\x1b[K", text).c_str(), stderr));
}

void Progress::update(std::uint64_t done, std::uint64_t found) {
  if (is_due()) {
    show(fmt::format("{} {} of {}", m_verb, grouped(done), grouped(found)));
  }
}

void Progress::update(std::chrono::seconds passed) {
  if (is_due()) {
    show(fmt::format("{} ({} s)", m_verb, passed.count()));
  }
}

void Progress::clear() {
  if (m_shown) {
    m_shown = false;
    static_cast<void>(std::fputs("\r\x1b[K", stderr));
  }
}

} // namespace cwasm::cli
