#include "releases/release.hpp"

#include <array>
#include <charconv>

namespace cwasm::releases {
namespace {

constexpr std::array k_releases = {
    Release{3, "3.0.0", "3.0.1", 0x17},           Release{4, "4.0.0", "4.0.1", 0x17},
    Release{5, "5.0.0", "5.0.1", 0x17},           Release{6, "6.0.0", "6.0.2", 0x17},
    Release{7, "7.0.0", "7.0.1", 0x17},           Release{8, "8.0.0", "8.0.1", 0x17},
    Release{9, "9.0.0", "9.0.4", 0x17},           Release{10, "10.0.0", "10.0.2", 0x17},
    Release{11, "11.0.0", "11.0.2", 0x17},        Release{12, "12.0.0", "12.0.2", 0x17},
    Release{13, "13.0.0", "13.0.1", 0x17},        Release{14, "14.0.0", "14.0.4", 0x17},
    Release{15, "15.0.0", "15.0.1", 0x4d7},       Release{16, "16.0.0", "16.0.0", 0x4d7},
    Release{17, "17.0.0", "17.0.3", 0x4d7},       Release{18, "18.0.0", "18.0.4", 0x4df},
    Release{19, "19.0.0", "19.0.2", 0x4df},       Release{20, "20.0.0", "20.0.2", 0x4df},
    Release{21, "21.0.0", "21.0.2", 0x4df},       Release{22, "22.0.0", "22.0.1", 0x4df},
    Release{23, "23.0.0", "23.0.3", 0x4df},       Release{24, "24.0.0", "24.0.13", 0x4ff},
    Release{25, "25.0.0", "25.0.3", 0x20cff},     Release{26, "26.0.0", "26.0.1", 0x20cff},
    Release{27, "27.0.0", "27.0.0", 0x20cff},     Release{28, "28.0.0", "28.0.1", 0x20cff},
    Release{29, "29.0.0", "29.0.1", 0x20cff},     Release{30, "30.0.0", "30.0.2", 0x40eff},
    Release{31, "31.0.0", "31.0.0", 0x10eff},     Release{32, "32.0.0", "32.0.1", 0x40eff},
    Release{33, "33.0.0", "33.0.2", 0x101ddff},   Release{34, "34.0.0", "34.0.2", 0x60101ddff},
    Release{35, "35.0.0", "35.0.0", 0x60101ddff}, Release{36, "36.0.0", "36.0.14", 0x60101ddff},
    Release{37, "37.0.0", "37.0.3", 0xc0101ddff}, Release{38, "38.0.1", "38.0.4", 0xc0101ddff},
    Release{39, "39.0.0", "39.0.2", 0xc0101ddff}, Release{40, "40.0.0", "40.0.4", 0xc0101ddff},
    Release{41, "41.0.0", "41.0.4", 0xc0101ddff}, Release{42, "42.0.0", "42.0.2", 0xc0101ddff},
    Release{43, "43.0.0", "43.0.2", 0xc0101ddff}, Release{44, "44.0.0", "44.0.3", 0xc0101ddff},
    Release{45, "45.0.0", "45.0.3", 0xc0101ddff}, Release{46, "46.0.0", "46.0.3", 0xc0901ddff},
    Release{47, "47.0.0", "47.0.4", 0xc090bfdff}, Release{48, "48.0.0", "48.0.0", 0xc090bfdff},
    Release{49, "49.0.0", "49.0.0", 0xc0d0bfdff},
};

static_assert(k_releases.front().major == k_oldest && k_releases.back().major == k_newest);

} // namespace

std::span<const Release> all() noexcept { return k_releases; }

const Release* find(Major major) noexcept {
  if (major < k_oldest || major > k_newest) {
    return nullptr;
  }
  return &k_releases[static_cast<std::size_t>(major - k_oldest)];
}

std::optional<Major> named_by(std::string_view version_text) noexcept {
  Major major = 0;
  const char* const end = version_text.data() + version_text.size();
  const auto [rest, error] = std::from_chars(version_text.data(), end, major);
  if (error != std::errc{} || find(major) == nullptr) {
    return std::nullopt;
  }
  const bool major_only = rest == end;
  const bool full = !major_only && *rest == '.';
  if (!major_only && !full) {
    return std::nullopt;
  }
  return major;
}

} // namespace cwasm::releases
