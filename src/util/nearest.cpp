#include "util/nearest.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <utility>

namespace cwasm::util {
namespace {

// Longer input is nobody's typing error; the bound also keeps the work small.
constexpr std::size_t k_longest = 128;

// Of two texts of at most k_longest bytes.
std::size_t distance(std::string_view a, std::string_view b) {
  std::array<std::size_t, k_longest + 1> row{};
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

} // namespace

std::string nearest(std::string_view mistyped, std::span<const std::string> names) {
  if (mistyped.size() > k_longest) {
    return {};
  }
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, mistyped.size() / 3) + 1;
  for (const auto& name : names) {
    if (name.size() > k_longest) {
      continue;
    }
    const std::size_t here = distance(mistyped, name);
    if (here < best_distance) {
      best = name;
      best_distance = here;
    }
  }
  return best;
}

std::vector<std::string> split_choices(std::string_view choices) {
  std::vector<std::string> out;
  while (!choices.empty()) {
    const auto bar = choices.find('|');
    out.emplace_back(choices.substr(0, bar));
    choices = bar == std::string_view::npos ? std::string_view() : choices.substr(bar + 1);
  }
  return out;
}

std::string join_choices(std::string_view choices) {
  std::string out;
  for (const auto& choice : split_choices(choices)) {
    out.append(out.empty() ? "" : ", ").append(choice);
  }
  return out;
}

std::string did_you_mean(std::string_view mistyped, std::span<const std::string> names) {
  const std::string name = nearest(mistyped, names);
  return name.empty() ? std::string() : ": did you mean '" + name + "'?";
}

} // namespace cwasm::util
