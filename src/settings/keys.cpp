#include "settings/keys.hpp"

#include "compiler/command_template.hpp"
#include "settings/duration.hpp"
#include "settings/limit_keys.hpp"

#include <cwasm/triple.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cwasm {
namespace settings {
namespace {

using Kind = ValueKind;
using Trouble = std::optional<Complaint>;

constexpr std::int64_t k_largest_page = std::int64_t{1} << 30U;

Trouble complain(const Entry& entry, std::string message) {
  return Complaint{entry.position, std::move(message)};
}

// Paths and arguments end where the operating system finds one.
Trouble find_nul(std::string_view key, Position position, std::string_view text) {
  return text.find('\0') == std::string_view::npos
             ? std::nullopt
             : Trouble({position, fmt::format("'{}' cannot hold a NUL character", key)});
}

Trouble set_enabled(Settings& settings, const Entry& entry) {
  settings.cache.enabled = entry.value.boolean;
  return std::nullopt;
}

Trouble set_layers(Settings& settings, const Entry& entry) {
  if (auto trouble = find_other_than_text(entry)) {
    return trouble;
  }
  std::vector<std::filesystem::path> layers;
  for (const auto& element : entry.elements) {
    if (auto trouble = find_nul(entry.key, element.position, element.text)) {
      return trouble;
    }
    if (!layers.emplace_back(element.text).is_absolute()) {
      return Complaint{element.position, takes(entry.key, "absolute paths", element.text)};
    }
  }
  settings.cache.layers = std::move(layers);
  return std::nullopt;
}

Trouble set_mode(Settings& settings, const Entry& entry) {
  constexpr std::array<std::pair<std::string_view, CacheMode>, 3> k_modes{{
      {"normal", CacheMode::normal},
      {"require_hit", CacheMode::require_hit},
      {"recache", CacheMode::recache},
  }};
  for (const auto& [name, mode] : k_modes) {
    if (name == entry.value.text) {
      settings.cache.mode = mode;
      return std::nullopt;
    }
  }
  return complain(entry, takes(entry.key, R"("normal", "require_hit" or "recache")",
                               '"' + entry.value.text + '"'));
}

Trouble set_directory(Settings& settings, const Entry& entry) {
  if (auto trouble = find_nul(entry.key, entry.position, entry.value.text)) {
    return trouble;
  }
  const std::filesystem::path directory(entry.value.text);
  if (!directory.is_absolute()) {
    return complain(
        entry, fmt::format("Cache directory path has to be absolute, path: {}", entry.value.text));
  }
  settings.cache.directory = directory;
  return std::nullopt;
}

Trouble set_digest(Settings& settings, const Entry& entry) {
  const auto& name = entry.value.text;
  if (name != "sha256" && name != "xxh3") {
    return complain(entry, takes(entry.key, R"("sha256" or "xxh3")", '"' + name + '"'));
  }
  settings.cache.digest = name == "xxh3" ? DigestAlgorithm::xxh3 : DigestAlgorithm::sha256;
  return std::nullopt;
}

Trouble set_policy(Settings& settings, const Entry& entry) {
  const auto& name = entry.value.text;
  if (name != "exact" && name != "compatible") {
    return complain(entry, takes(entry.key, R"("exact" or "compatible")", '"' + name + '"'));
  }
  settings.cache.policy = name == "exact" ? LookupPolicy::exact : LookupPolicy::compatible;
  return std::nullopt;
}

Trouble set_allow_lower_opt_level(Settings& settings, const Entry& entry) {
  settings.cache.allow_lower_opt_level = entry.value.boolean;
  return std::nullopt;
}

Trouble set_name_space(Settings& settings, const Entry& entry) {
  constexpr std::size_t k_longest = 255;
  if (auto trouble = find_nul(entry.key, entry.position, entry.value.text)) {
    return trouble;
  }
  if (entry.value.text.size() > k_longest) {
    return complain(entry, fmt::format("'namespace' takes at most {} bytes", k_longest));
  }
  settings.cache.name_space = entry.value.text;
  return std::nullopt;
}

Trouble set_command(Settings& settings, const Entry& entry) {
  if (auto trouble = find_other_than_text(entry)) {
    return trouble;
  }
  for (const auto& element : entry.elements) {
    if (auto trouble = find_nul(entry.key, element.position, element.text)) {
      return trouble;
    }
  }
  auto command = texts_of(entry);
  if (const auto parsed = compiler::CommandTemplate::parse(command); !parsed) {
    return complain(entry, parsed.error().message());
  }
  settings.compiler.command = std::move(command);
  return std::nullopt;
}

/// What a duration's value is; nothing when it is none.
std::optional<std::chrono::seconds> duration_in(const Entry& entry) {
  return entry.value.kind == Kind::text ? parse_duration(entry.value.text)
                                        : duration_of(entry.value.integer);
}

Trouble complain_of_duration(const Entry& entry, std::string_view what) {
  return complain(entry,
                  takes(entry.key, what,
                        entry.value.kind == Kind::text ? '"' + entry.value.text + '"'
                                                       : std::to_string(entry.value.integer)));
}

Trouble set_wait_limit(Settings& settings, const Entry& entry) {
  if (entry.value.kind == Kind::integer && entry.value.integer == 0) {
    settings.cache.wait_limit = std::chrono::milliseconds(0);
    return std::nullopt;
  }
  const auto limit = duration_in(entry);
  if (!limit) {
    return complain_of_duration(
        entry, R"(0, or a duration ("90s", "10m", "1h") or seconds, from 1 s to 30 d)");
  }
  settings.cache.wait_limit = *limit;
  return std::nullopt;
}

Trouble set_timeout(Settings& settings, const Entry& entry) {
  const auto timeout = duration_in(entry);
  if (!timeout) {
    return complain_of_duration(entry,
                                R"(a duration ("90s", "10m", "1h") or seconds, from 1 s to 30 d)");
  }
  settings.compiler.timeout = *timeout;
  return std::nullopt;
}

// The rows of [host] find the host already there: with the table comes a machine.
Trouble set_triple(Settings& settings, const Entry& entry) {
  auto triple = parse_triple(entry.value.text);
  if (!triple) {
    return complain(entry, fmt::format("'triple': {}", triple.error().message()));
  }
  settings.host->triple = *std::move(triple);
  return std::nullopt;
}

Trouble set_features(Settings& settings, const Entry& entry) {
  if (auto trouble = find_other_than_text(entry)) {
    return trouble;
  }
  auto features = HostFeatures::parse(fmt::format("{}", fmt::join(texts_of(entry), ",")));
  if (!features) {
    return complain(entry, features.error().message());
  }
  settings.host->features = *std::move(features);
  return std::nullopt;
}

Trouble set_page_size(Settings& settings, const Entry& entry) {
  const auto size = entry.value.integer;
  if (size <= 0 || size > k_largest_page || (size & (size - 1)) != 0) {
    return complain(
        entry, takes(entry.key, "a power of two up to 1073741824 (1 GiB)", std::to_string(size)));
  }
  settings.host->page_size = static_cast<std::uint64_t>(size);
  return std::nullopt;
}

constexpr KeyRow wasmtimes(std::string_view key, std::string_view type, Kind kind) {
  return {{"cache", key, type, "", "", "Wasmtime's own cache; no effect on this one"},
          kind,
          kind,
          nullptr};
}

constexpr std::string_view k_count = R"(a text: a count ("16", "64K"))";
constexpr std::string_view k_level = "a whole number";
constexpr std::string_view k_duration = R"(a text: a duration ("30m", "1h"))";
constexpr std::string_view k_percent = R"(a text: a percentage ("70%"))";
constexpr std::string_view k_size = R"(a size ("512Mi", "10G") or a whole number)";

// clang-format off
constexpr std::array k_rows = {
    KeyRow{{"cache", "enabled", "true or false", "", "true", "whether compiled modules are kept and looked up"},
           Kind::boolean, Kind::boolean, set_enabled},
    KeyRow{{"cache", "directory", "a text: an absolute path", "", "$XDG_CACHE_HOME/cwasm, else ~/.cache/cwasm", "where they are kept"},
           Kind::text, Kind::text, set_directory},
    KeyRow{{"cache", "digest", R"(a text: "sha256" or "xxh3")", "", R"("sha256")", "how modules are told apart; xxh3 is faster, and only for inputs that are trusted"},
           Kind::text, Kind::text, set_digest},
    KeyRow{{"cache", "policy", R"(a text: "exact" or "compatible")", "", R"("exact")", "which artifacts are taken: those made for this very engine, or, when there is none, the best of those made for others that it would load"},
           Kind::text, Kind::text, set_policy},
    KeyRow{{"cache", "allow_lower_opt_level", "true or false", "", "false", "whether policy compatible may take what is less optimized than asked for, when nothing else loads"},
           Kind::boolean, Kind::boolean, set_allow_lower_opt_level},
    KeyRow{{"cache", "wait_limit", R"(a duration ("90s", "10m", "1h", "1d") or a whole number)", "seconds", R"("10m")", "how long to wait for another thread or process that compiles the same module, before compiling it here too; 0: not at all"},
           Kind::text, Kind::integer, set_wait_limit},
    KeyRow{{"cache", "layers", "a list of texts: absolute paths", "", "none", "directories of caches that are asked, in this order, for what is not in the own one; they are only read"},
           Kind::list, Kind::list, set_layers},
    KeyRow{{"cache", "mode", R"(a text: "normal", "require_hit" or "recache")", "", R"("normal")", "what a compile does: require_hit never compiles, and what is not there is an error; recache always does, and replaces what is there"},
           Kind::text, Kind::text, set_mode},
    KeyRow{{"cache", "namespace", "a text", "", "", "whose artifacts these are, where tenants share a directory: each finds its own only"},
           Kind::text, Kind::text, set_name_space},
    KeyRow{{"cache", "max_bytes", k_size, "bytes", R"("10Gi")", "above it, entries are removed until 70 % are left; a larger artifact is not kept"},
           Kind::text, Kind::integer, set_max_bytes},
    KeyRow{{"cache", "max_entries", R"(a count ("64K") or a whole number)", "", "", "the same for the number of entries"},
           Kind::text, Kind::integer, set_max_entries},
    KeyRow{{"cache", "max_age", R"(a duration ("12h", "30d") or a whole number)", "seconds", "", "an entry that was not used for longer is removed"},
           Kind::text, Kind::integer, set_max_age},
    KeyRow{{"cache", "min_free_disk", k_size, "bytes", "", "entries are removed until the file system has so much free"},
           Kind::text, Kind::integer, set_min_free_disk},
    KeyRow{{"cache", "quota", k_size, "bytes", "", "max_bytes for this namespace alone"},
           Kind::text, Kind::integer, set_quota},
    KeyRow{{"cache", "evict", R"(a text: "cost" or "lru")", "", R"("cost")", "what goes first: the least compile seconds × uses ÷ bytes, halved by each week without a use, or what was not used for longest"},
           Kind::text, Kind::text, set_evict},
    KeyRow{{"cache", "files-total-size-soft-limit", R"(a text: a size ("512Mi"))", "bytes", "", "Wasmtime's name for max_bytes, which goes before it"},
           Kind::text, Kind::text, set_wasmtimes_max_bytes},
    KeyRow{{"cache", "file-count-soft-limit", k_count, "", "", "Wasmtime's name for max_entries, which goes before it"},
           Kind::text, Kind::text, set_wasmtimes_max_entries},
    KeyRow{{"cache", "files-total-size-limit-percent-if-deleting", k_percent, "", R"("70%")", "Wasmtime's: how much of max_bytes or of the quota is kept when it is exceeded"},
           Kind::text, Kind::text, set_bytes_percent},
    KeyRow{{"cache", "file-count-limit-percent-if-deleting", k_percent, "", R"("70%")", "Wasmtime's: how much of max_entries is kept when it is exceeded"},
           Kind::text, Kind::text, set_entries_percent},
    wasmtimes("worker-event-queue-size", k_count, Kind::text),
    wasmtimes("baseline-compression-level", k_level, Kind::integer),
    wasmtimes("optimized-compression-level", k_level, Kind::integer),
    wasmtimes("optimized-compression-usage-counter-threshold", k_count, Kind::text),
    wasmtimes("cleanup-interval", k_duration, Kind::text),
    wasmtimes("optimizing-compression-task-timeout", k_duration, Kind::text),
    wasmtimes("allowed-clock-drift-for-files-from-future", k_duration, Kind::text),
    KeyRow{{"compiler", "command", "a list of texts", "", R"(["wasmtime", "compile", "{flags}", "-o", "{output}", "{input}"])", "the program that compiles and its arguments, without a shell; {input}, {output}, {target}, {opt_level} and {flags} are filled in"},
           Kind::list, Kind::list, set_command},
    KeyRow{{"compiler", "timeout", R"(a duration ("90s", "10m", "1h", "1d") or a whole number)", "seconds", R"("10m")", "a compile that takes longer is ended, and has failed"},
           Kind::text, Kind::integer, set_timeout},
    KeyRow{{"host", "triple", "a text: a target triple", "", "", "the machine's triple; has to be there when the table is"},
           Kind::text, Kind::text, set_triple},
    KeyRow{{"host", "features", R"(a list of texts, or a text with commas, "none" or "unknown")", "", R"("unknown")", "what its CPU can do, under Rust's names"},
           Kind::list, Kind::text, set_features},
    KeyRow{{"host", "page_size", "a whole number", "bytes", "4096", "the size of its memory pages, a power of two"},
           Kind::integer, Kind::integer, set_page_size},
};
// clang-format on

constexpr auto k_shown = [] {
  std::array<SettingsKey, k_rows.size()> shown{};
  for (std::size_t i = 0; i < shown.size(); ++i) {
    shown[i] = k_rows[i].shown;
  }
  return shown;
}();

} // namespace

std::span<const KeyRow> key_rows() noexcept { return k_rows; }

const KeyRow* find_key(std::string_view table, std::string_view key) noexcept {
  const auto* const found = std::find_if(k_rows.begin(), k_rows.end(), [&](const KeyRow& row) {
    return row.shown.table == table && row.shown.key == key;
  });
  return found == k_rows.end() ? nullptr : found;
}

std::vector<std::string> key_names(std::string_view table) {
  std::vector<std::string> names;
  for (const auto& row : k_rows) {
    if (row.shown.table == table) {
      names.emplace_back(row.shown.key);
    }
  }
  return names;
}

std::string takes(std::string_view key, std::string_view what, std::string_view got) {
  return fmt::format("'{}' takes {}, not {}", key, what, got);
}

std::optional<Complaint> find_other_than_text(const Entry& entry) {
  for (const auto& element : entry.elements) {
    if (element.kind != Kind::text) {
      return Complaint{element.position, fmt::format("the elements of '{}' are texts, not {}",
                                                     entry.key, kind_name(element.kind))};
    }
  }
  return std::nullopt;
}

std::vector<std::string> texts_of(const Entry& entry) {
  if (entry.value.kind != Kind::list) {
    return {entry.value.text};
  }
  std::vector<std::string> texts;
  for (const auto& element : entry.elements) {
    texts.push_back(element.text);
  }
  return texts;
}

} // namespace settings

std::span<const SettingsKey> settings_keys() noexcept { return settings::k_shown; }

} // namespace cwasm
