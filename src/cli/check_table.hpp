#pragma once

/// Many files against many profiles, for people: a table, then each reason once.

#include "cli/terminal.hpp"

#include <cwasm/survey.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cwasm::cli {

class CheckTable {
public:
  CheckTable(const std::vector<std::string>& profiles, Terminal terminal);

  /// A row more. It is kept back until there are enough of them to tell how wide the columns are.
  void add(const Surveyed& file);
  /// What can be printed by now.
  std::string take();
  /// The rest: the last rows, the reasons, the counts.
  std::string finish();

private:
  struct Cell {
    std::string text;
    Colour colour = Colour::none;
  };
  struct Row {
    std::string file;
    std::vector<Cell> cells;
  };
  /// A reason, and where it was found.
  struct Group {
    std::uint64_t count = 0;
    std::vector<std::string> files; ///< the first few
  };
  struct Profile {
    std::string name;
    std::size_t width = 0;
    std::map<std::string, std::size_t, std::less<>> index; ///< of a reason's text in groups
    std::vector<std::pair<std::string, Group>> groups;     ///< in the order they were found
    std::uint64_t further = 0;                             ///< reasons beyond those that are kept
  };

  static Cell cell(const SurveyedVerdict& answer);
  static void note(Profile& profile, std::string reason, std::string_view file);
  void settle_widths();
  void print_row(std::string_view file, const std::vector<Cell>& cells);
  void print_rows();
  void print_reasons(const Profile& profile);

  Terminal m_terminal;
  std::vector<Profile> m_profiles;
  std::vector<Row> m_rows;
  std::string m_out;
  std::size_t m_file_width = 0; ///< 0: not settled yet
  std::uint64_t m_files = 0;
  std::uint64_t m_fits = 0;
  std::uint64_t m_misfits = 0;
  std::uint64_t m_errors = 0;
  std::uint64_t m_structure = 0;
};

} // namespace cwasm::cli
