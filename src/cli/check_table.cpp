#include "cli/check_table.hpp"

#include "cli/describe.hpp"
#include "util/printable.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cwasm::cli {
namespace {

/// So many rows decide how wide the columns are; they are printed in such portions.
constexpr std::size_t k_rows_at_once = 1024;
constexpr std::size_t k_files_named = 3;
/// Hostile files could have a reason of their own each.
constexpr std::size_t k_most_reasons = 1000;
constexpr std::size_t k_least_file_width = 16;
constexpr std::string_view k_gap = "  ";
constexpr std::string_view k_file_header = "file";

/// A name as it may stand in a table.
std::string one_line(std::string_view name) {
  auto out = util::printable(name);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return out;
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string_view error_word(ErrorCode code) {
  return code == ErrorCode::not_found ? "not found"
         : code == ErrorCode::io      ? "unreadable"
                                      : error_code_name(code);
}

} // namespace

CheckTable::CheckTable(const std::vector<std::string>& profiles, Terminal terminal)
    : m_terminal(terminal) {
  for (const auto& name : profiles) {
    m_profiles.push_back({one_line(name), 0, {}, {}, 0});
  }
}

CheckTable::Cell CheckTable::cell(const SurveyedVerdict& answer) {
  const auto& [verdict, structure] = answer;
  if (!verdict) {
    return {std::string(error_word(verdict.error().code())), Colour::red};
  }
  const auto count = verdict->mismatches.size();
  auto text = count == 0   ? std::string("fits")
              : count == 1 ? std::string("1 mismatch")
                           : fmt::format("{} mismatches", count);
  if (!structure.empty()) {
    text += ", structure";
  }
  return {std::move(text), count != 0           ? Colour::red
                           : !structure.empty() ? Colour::yellow
                                                : Colour::green};
}

void CheckTable::add(const Surveyed& file) {
  ++m_files;
  Row row{one_line(file.path), {}};
  for (std::size_t i = 0; i < m_profiles.size(); ++i) {
    auto& profile = m_profiles[i];
    const auto& answer = file.verdicts[i];
    row.cells.push_back(cell(answer));
    if (!answer.verdict) {
      ++m_errors;
      continue;
    }
    ++(answer.verdict->compatible() ? m_fits : m_misfits);
    m_structure += answer.structure.empty() ? 0U : 1U;
    for (const auto& mismatch : answer.verdict->mismatches) {
      note(profile, util::printable(mismatch_text(mismatch)), row.file);
    }
    for (const auto& complaint : answer.structure) {
      note(profile, util::printable(structure_text(complaint)), row.file);
    }
  }
  m_rows.push_back(std::move(row));
  if (m_rows.size() == k_rows_at_once) {
    print_rows();
  }
}

void CheckTable::note(Profile& profile, std::string reason, std::string_view file) {
  auto at = profile.index.find(reason);
  if (at == profile.index.end()) {
    if (profile.groups.size() == k_most_reasons) {
      ++profile.further;
      return;
    }
    at = profile.index.emplace(reason, profile.groups.size()).first;
    profile.groups.emplace_back(std::move(reason), Group{});
  }
  auto& group = profile.groups[at->second].second;
  ++group.count;
  if (group.files.size() < k_files_named) {
    group.files.emplace_back(file);
  }
}

void CheckTable::settle_widths() {
  m_file_width = k_file_header.size();
  for (auto& profile : m_profiles) {
    profile.width = columns(profile.name);
  }
  for (const auto& row : m_rows) {
    m_file_width = std::max(m_file_width, columns(row.file));
    for (std::size_t i = 0; i < m_profiles.size(); ++i) {
      m_profiles[i].width = std::max(m_profiles[i].width, columns(row.cells[i].text));
    }
  }
  std::size_t others = 0;
  for (const auto& profile : m_profiles) {
    others += k_gap.size() + profile.width;
  }
  if (m_terminal.width != 0) {
    const auto room = m_terminal.width > others ? m_terminal.width - others : 0;
    m_file_width = std::min(m_file_width, std::max(room, k_least_file_width));
  }
}

void CheckTable::print_row(std::string_view file, const std::vector<Cell>& cells) {
  m_out += padded(m_terminal.width == 0 ? std::string(file) : shortened(file, m_file_width),
                  m_file_width);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    m_out += k_gap;
    m_out += m_terminal.paint(cells[i].text, cells[i].colour);
    if (i + 1 < cells.size()) {
      m_out +=
          padded("", m_profiles[i].width - std::min(m_profiles[i].width, columns(cells[i].text)));
    }
  }
  m_out += '\n';
}

void CheckTable::print_rows() {
  if (m_rows.empty()) {
    return;
  }
  if (m_file_width == 0) {
    settle_widths();
    std::vector<Cell> header;
    for (const auto& profile : m_profiles) {
      header.push_back({profile.name, Colour::none});
    }
    print_row(k_file_header, header);
  }
  for (const auto& row : m_rows) {
    print_row(row.file, row.cells);
  }
  m_rows.clear();
}

void CheckTable::print_reasons(const Profile& profile) {
  if (profile.groups.empty()) {
    return;
  }
  m_out += fmt::format("\n{}:\n", profile.name);
  for (const auto& [reason, group] : profile.groups) {
    const auto more = group.count - group.files.size();
    m_out += fmt::format("{}    in {}: {}{}\n", reason, counted(group.count, "file"),
                         fmt::join(group.files, ", "),
                         more == 0 ? std::string() : fmt::format(" and {} more", more));
  }
  if (profile.further != 0) {
    m_out += fmt::format("  and {} more that are not listed\n", counted(profile.further, "reason"));
  }
}

std::string CheckTable::take() { return std::exchange(m_out, {}); }

std::string CheckTable::finish() {
  print_rows();
  for (const auto& profile : m_profiles) {
    print_reasons(profile);
  }
  m_out +=
      fmt::format("\n{}, {}: {} fit, {} do not fit, {} cannot be told", counted(m_files, "file"),
                  counted(m_profiles.size(), "profile"), m_fits, m_misfits, m_errors);
  m_out += m_structure == 0
               ? std::string("\n")
               : fmt::format("; the loader would refuse the structure of {}\n", m_structure);
  return take();
}

} // namespace cwasm::cli
