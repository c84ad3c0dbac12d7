#include "fleet_trace.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>

namespace bench {
namespace {

/// Draws that are the same everywhere, which those of the standard's distributions are not.
class Draws {
public:
  explicit Draws(std::uint64_t seed) : m_engine(seed) {}
  std::size_t below(std::size_t bound) { return m_engine() % bound; }
  double unit() { return static_cast<double>(m_engine() >> 11U) * 0x1p-53; }

private:
  std::mt19937_64 m_engine;
};

struct Node {
  std::size_t level = 0;
  std::size_t target = 0;
  double turn = 0; ///< the share of a roll-out after which this node has gone over
};

std::vector<Node> make_nodes(Draws& draws) {
  std::vector<Node> nodes(k_nodes);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].level = std::array<std::size_t, 4>{0, 1, 1, 2}[i % 4];
    nodes[i].target = i % 3 == 2 ? 1 : 0;
    nodes[i].turn = static_cast<double>(i + 1) / static_cast<double>(nodes.size() + 1);
  }
  for (std::size_t i = nodes.size() - 1; i > 0; --i) {
    std::swap(nodes[i].turn, nodes[draws.below(i + 1)].turn);
  }
  return nodes;
}

/// The share of lookups that go to the first n + 1 modules.
std::vector<double> make_popularity() {
  std::vector<double> sums(k_modules);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i] = 1.0 / static_cast<double>(i + 1);
  }
  std::partial_sum(sums.begin(), sums.end(), sums.begin());
  const double all = sums.back();
  std::ranges::for_each(sums, [all](double& sum) { sum /= all; });
  return sums;
}

} // namespace

std::vector<Step> make_trace(std::uint64_t seed) {
  Draws draws(seed);
  const auto nodes = make_nodes(draws);
  const auto popularity = make_popularity();
  std::vector<Step> steps;
  for (std::size_t phase = 0; phase < k_phases.size(); ++phase) {
    const auto& part = k_phases.at(phase);
    for (std::size_t i = 0; i < part.lookups; ++i) {
      const auto& node = nodes[draws.below(nodes.size())];
      const double passed = static_cast<double>(i) / static_cast<double>(part.lookups);
      const auto module = std::ranges::upper_bound(popularity, draws.unit());
      steps.push_back({phase,
                       {node.level, node.target, node.turn <= passed ? part.to : part.from,
                        draws.below(6) == 0 ? std::size_t{1} : 0},
                       static_cast<std::size_t>(module - popularity.begin())});
    }
  }
  return steps;
}

std::vector<double> make_compile_seconds(std::uint64_t seed) {
  Draws draws(seed);
  std::vector<double> seconds(k_modules);
  for (auto& each : seconds) {
    each = 0.05 * static_cast<double>(std::size_t{1} << draws.below(8));
  }
  return seconds;
}

} // namespace bench
