#pragma once

/// The compiler's command line with its {placeholders}, which are known and in place.

#include <cwasm/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cwasm::compiler {

/// What the placeholders stand for in one compile.
struct CommandValues {
  std::string input;
  std::string output;
  std::string target;
  std::string opt_level;
  std::vector<std::string> flags;
};

class CommandTemplate {
public:
  /// `{`, lower-case letters and underscores, `}` is a placeholder; any other brace is just text.
  /// Errors: invalid_argument (an empty command or program, a placeholder that is not known,
  /// {flags} as a part of an element).
  static Result<CommandTemplate> parse(const std::vector<std::string>& command);

  std::vector<std::string> expand(const CommandValues& values) const;

private:
  enum class What : std::uint8_t { text, input, output, target, opt_level, flags };
  struct Piece {
    What what = What::text;
    std::string text;
  };
  using Element = std::vector<Piece>;

  static Result<Element> parse_element(std::string_view element);
  static Result<What> find_placeholder(std::string_view name);
  static const std::string& text_of(const Piece& piece, const CommandValues& values);

  std::vector<Element> m_elements;
};

} // namespace cwasm::compiler
