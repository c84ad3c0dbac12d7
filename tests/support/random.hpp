#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

namespace cwasm::test {

/// What random tests begin with: $CWASM_TEST_SEED, else this. For CAPTURE, so that a failure says
/// it.
inline std::uint32_t seed_of_test(std::uint32_t otherwise) {
  const char* const given = std::getenv("CWASM_TEST_SEED");
  return given == nullptr ? otherwise : static_cast<std::uint32_t>(std::stoul(given));
}

/// The same numbers for the same seed, everywhere.
class Random {
public:
  explicit Random(std::uint32_t seed) : m_engine(seed) {}
  /// REQUIRES: count > 0.
  std::uint32_t below(std::uint32_t count) { return next() % count; }
  std::uint32_t next() { return static_cast<std::uint32_t>(m_engine()); }

private:
  std::mt19937 m_engine;
};

/// The row that a random number falls on, of a table whose rows have a `weight`.
template <typename Table> const auto& choose(const Table& table, Random& random) {
  std::uint32_t sum = 0;
  for (const auto& row : table) {
    sum += row.weight;
  }
  auto choice = random.below(sum);
  const auto* row = std::data(table);
  for (; choice >= row->weight; ++row) {
    choice -= row->weight;
  }
  return *row;
}

} // namespace cwasm::test
