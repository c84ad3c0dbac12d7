#include "compiler/command_template.hpp"

#include "util/try.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace cwasm::compiler {
namespace {

struct Found {
  std::size_t begin; ///< of the opening brace
  std::size_t end;   ///< behind the closing brace
};

/// The first placeholder at or behind `from`, known or not.
std::optional<Found> next_placeholder(std::string_view text, std::size_t from) {
  for (auto open = text.find('{', from); open != std::string_view::npos;
       open = text.find('{', open + 1)) {
    const auto close = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", open + 1);
    if (close != std::string_view::npos && text[close] == '}' && close > open + 1) {
      return Found{open, close + 1};
    }
  }
  return std::nullopt;
}

} // namespace

Result<CommandTemplate::What> CommandTemplate::find_placeholder(std::string_view name) {
  constexpr std::pair<std::string_view, What> known[] = {{"{input}", What::input},
                                                         {"{output}", What::output},
                                                         {"{target}", What::target},
                                                         {"{opt_level}", What::opt_level},
                                                         {"{flags}", What::flags}};
  const auto* const row = std::find_if(std::begin(known), std::end(known),
                                       [&](const auto& r) { return r.first == name; });
  if (row == std::end(known)) {
    return Error(ErrorCode::invalid_argument,
                 fmt::format("compiler command: unknown placeholder {}; known are {{input}}, "
                             "{{output}}, {{target}}, {{opt_level}}, {{flags}}",
                             name));
  }
  return row->second;
}

Result<CommandTemplate::Element> CommandTemplate::parse_element(std::string_view element) {
  Element pieces;
  std::size_t done = 0;
  while (const auto found = next_placeholder(element, done)) {
    const auto name = element.substr(found->begin, found->end - found->begin);
    CWASM_TRY_ASSIGN(const What what, find_placeholder(name));
    if (what == What::flags && name != element) {
      return Error(ErrorCode::invalid_argument,
                   fmt::format("compiler command: {{flags}} must be an element of its own, not a "
                               "part of '{}'",
                               element));
    }
    if (found->begin > done) {
      pieces.push_back({What::text, std::string(element.substr(done, found->begin - done))});
    }
    pieces.push_back({what, {}});
    done = found->end;
  }
  pieces.push_back({What::text, std::string(element.substr(done))});
  return pieces;
}

Result<CommandTemplate> CommandTemplate::parse(const std::vector<std::string>& command) {
  if (command.empty() || command.front().empty()) {
    return Error(ErrorCode::invalid_argument, "compiler command: it names no program");
  }
  CommandTemplate parsed;
  for (const std::string& element : command) {
    CWASM_TRY_ASSIGN(Element pieces, parse_element(element));
    parsed.m_elements.push_back(std::move(pieces));
  }
  return parsed;
}

const std::string& CommandTemplate::text_of(const Piece& piece, const CommandValues& values) {
  switch (piece.what) {
  case What::input:
    return values.input;
  case What::output:
    return values.output;
  case What::target:
    return values.target;
  case What::opt_level:
    return values.opt_level;
  case What::text:
  case What::flags:
    break;
  }
  return piece.text;
}

std::vector<std::string> CommandTemplate::expand(const CommandValues& values) const {
  std::vector<std::string> argv;
  for (const Element& element : m_elements) {
    if (element.front().what == What::flags) {
      argv.insert(argv.end(), values.flags.begin(), values.flags.end());
      continue;
    }
    std::string argument;
    for (const Piece& piece : element) {
      argument += text_of(piece, values);
    }
    argv.push_back(std::move(argument));
  }
  return argv;
}

} // namespace cwasm::compiler
