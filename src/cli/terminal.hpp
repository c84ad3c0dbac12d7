#pragma once

/// What depends on whether somebody is watching: colour, width, progress.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cwasm::cli {

enum class Colour : std::uint8_t { none, green, yellow, red };

/// Standard output.
struct Terminal {
  bool colours = false;
  std::size_t width = 0; ///< columns; 0: not known, or no terminal

  /// Colours are for a terminal that has them, and only without NO_COLOR.
  static Terminal detect();

  std::string paint(std::string_view text, Colour colour) const;
};

/// How many columns a text takes up: one for each character of UTF-8.
std::size_t columns(std::string_view text) noexcept;

/// The text with spaces behind it up to that many columns.
std::string padded(std::string_view text, std::size_t width);

/// The text in at most that many columns, with "…" in place of its middle.
std::string shortened(std::string_view text, std::size_t width);

/// "1 200 of 10 000" on standard error while something takes long.
class Progress {
public:
  /// `verb`: "checked". Shows nothing when `quiet` or standard error is no terminal.
  Progress(std::string verb, bool quiet);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  Progress(Progress&&) = delete;
  Progress& operator=(Progress&&) = delete;
  ~Progress() { clear(); }

  /// Now and then; what comes too soon is not shown.
  void update(std::uint64_t done, std::uint64_t found);
  /// The same for what cannot be counted: "waiting (12 s)".
  void update(std::chrono::seconds passed);
  /// Takes it away, before something else is printed.
  void clear();

private:
  bool is_due();
  void show(std::string_view text);

  std::string m_verb;
  bool m_wanted;
  bool m_shown = false;
  std::chrono::steady_clock::time_point m_next;
};

} // namespace cwasm::cli
