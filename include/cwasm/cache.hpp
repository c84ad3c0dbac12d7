#pragma once

/// The module cache: compiled artifacts under the hash of the configuration they were compiled for.
///
/// It stores opaque bytes under a key and knows nothing of WebAssembly: whether an artifact would
/// load is the caller's question, put through a Validator.

#include <cwasm/bytes.hpp>
#include <cwasm/cache_limits.hpp>
#include <cwasm/cache_stats.hpp>
#include <cwasm/digest.hpp>
#include <cwasm/error.hpp>
#include <cwasm/export.hpp>
#include <cwasm/file_identity.hpp>
#include <cwasm/flight.hpp>
#include <cwasm/load_requirements.hpp>
#include <cwasm/metadata.hpp>
#include <cwasm/pack.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cwasm {

/// What an artifact is stored under. Equal keys mean interchangeable artifacts.
struct CacheKey {
  CompatibilityHash engine;
  ModuleDigest module;
  Kind kind = Kind::module;
  friend bool operator==(const CacheKey&, const CacheKey&) = default;
};

/// What is counted. Each event belongs to exactly one counter: hits, compatible_hits, remote_hits,
/// misses (absent), stale (found, would not load) and corrupt (found, damaged) together count the
/// lookups. One that ends with an artifact counts as what that was, whatever stood in its way.
/// Numbered by hand and append-only: the numbers are stored.
enum class Counter : std::uint8_t {
  hits = 0,
  compatible_hits = 1,
  remote_hits = 2,
  misses = 3,
  stale = 4,
  corrupt = 5,
  compiles = 6,
  compile_failures = 7,
  stores = 8,
  store_failures = 9,
  evictions = 10,
  waits = 11,
};
inline constexpr std::size_t k_counter_count = 12;

/// The counter's name in JSON and in the database ("compatible_hits").
CWASM_EXPORT std::string_view counter_name(Counter counter) noexcept;

/// What it counts, in a sentence.
CWASM_EXPORT std::string_view counter_meaning(Counter counter) noexcept;

/// Which artifacts a lookup takes: what was made for this very engine, or, when there is none, the
/// best of those made for another that this one would load.
enum class LookupPolicy : std::uint8_t { exact, compatible };

/// What the cache is used for: hits and what misses compile; hits alone; or only to keep what is
/// compiled anew.
enum class CacheMode : std::uint8_t { normal, require_hit, recache };

/// A value of each counter.
struct Counters {
  std::array<std::uint64_t, k_counter_count> values{};
  std::uint64_t operator[](Counter counter) const noexcept {
    return values[static_cast<std::size_t>(counter)];
  }
  std::uint64_t& operator[](Counter counter) noexcept {
    return values[static_cast<std::size_t>(counter)];
  }
  friend bool operator==(const Counters&, const Counters&) = default;
};

/// What is remembered about an artifact for people; none of it takes part in a lookup.
struct EntryDescription {
  std::string release;          ///< "48", "36.0.2"
  std::string target;           ///< the triple compiled for
  std::string opt_level;        ///< "none", "speed", "speed_and_size"
  std::string producer;         ///< the compiler, as it names itself; may be empty
  std::string input;            ///< the input's path or name when it was compiled; may be empty
  double compile_seconds = 0.0; ///< wall time of the compile
};

/// What an artifact needs to be loaded, by which others than its own engine find it. The engine
/// part of a key stands for it: under equal ones it is equal.
struct Requirements {
  LoadRequirements load;
  std::string fields; ///< what it was compiled for, for `artifacts_of`; never read here
};

/// What a lookup takes when there is nothing usable under the key itself.
struct CompatibleWish {
  LoadRequirements load;             ///< of the engine that asks
  bool allow_lower_opt_rank = false; ///< take what is less optimized, if there is nothing else
};

/// The engine that an artifact was compiled for, when it is not the one that asked.
struct OtherEngine {
  CompatibilityHash engine;
  EntryDescription description;
};

/// An artifact that came out of the cache.
struct CachedArtifact {
  Bytes bytes;                      ///< mapped read-only; stays valid after eviction
  std::filesystem::path path;       ///< the blob file; content-addressed, never rewritten
  std::optional<OtherEngine> other; ///< of a compatible hit
  std::uint64_t offset = 0;         ///< where in the file it begins: not 0 in a pack
};

/// How a lookup ended: the counter that it was counted in, and the artifact of a hit.
struct LookupResult {
  Counter counted = Counter::misses;
  std::optional<CachedArtifact> artifact;
};

/// How a claim ended: with an artifact, or with what else there is to do about its absence.
struct Claim {
  LookupResult found;
  std::optional<Flight> flight; ///< the caller compiles, others wait for it
  bool waited = false;          ///< somebody else was compiling it
  std::optional<Error> failure; ///< compile_failed: what the one who was waited for met with
};

/// One row of `ModuleCache::list`.
struct Entry {
  CacheKey key;
  EntryDescription description;
  std::string blob; ///< SHA-256 of the artifact, 64 hex digits
  std::uint64_t size = 0;
  std::uint64_t uses = 0;
  bool pinned = false; ///< never evicted
  std::chrono::system_clock::time_point created;
  std::chrono::system_clock::time_point last_used;
};

/// One row of `ModuleCache::artifacts_of`.
struct KnownArtifact {
  Entry entry;
  std::filesystem::path path;               ///< of its blob
  std::optional<Requirements> requirements; ///< nothing: an older cwasm stored it
};

/// A miss that is remembered, for people.
struct Miss {
  CacheKey key;
  std::string input;  ///< the input's path or name; may be empty
  std::string reason; ///< one line
  std::chrono::system_clock::time_point time;
};

/// So many misses are remembered; the oldest ones go first.
inline constexpr std::size_t k_misses_remembered = 100;

struct CacheStats {
  Counters counters;         ///< of all handles and processes since the cache was made or cleared
  std::uint64_t entries = 0; ///< rows
  std::uint64_t bytes = 0;   ///< of distinct artifacts
  // Of hits and stores since then, as of the counters.
  std::uint64_t served_bytes = 0; ///< of artifacts that hits gave
  std::uint64_t stored_bytes = 0; ///< of artifacts that were stored
  double saved_seconds = 0.0;     ///< compile time of what hits gave
  double compile_seconds = 0.0;   ///< compile time of what was stored
  LatencyHistogram hit_latency;
  LatencyHistogram miss_latency; ///< of lookups that found nothing; waiting is in neither
};

struct VerifyReport {
  std::uint64_t checked = 0; ///< blobs re-hashed
  /// Blobs that were damaged or gone, quarantined, their rows removed; and rows that lied, removed.
  std::uint64_t corrupt = 0;
  std::uint64_t orphans = 0;         ///< files without a row (blobs, leftovers of a crash); removed
  std::vector<std::string> findings; ///< one line each
};

struct ClearReport {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};

struct CacheOptions {
  /// Created with mode 0700 (parents too) when absent and `create` is set.
  std::filesystem::path directory;
  /// Whose artifacts these are, where tenants share a directory: a handle finds, lists and clears
  /// what handles of the same name have stored, and nothing else. Equal artifacts share one blob
  /// across names. Empty: the one without a name. At most 255 bytes.
  std::string name_space;
  /// False: a directory that holds no cache is ErrorCode::not_found, and nothing is written.
  bool create = true;
  /// How large it may become. Of this handle's stores: others may have other limits.
  CacheLimits limits;
  /// True: nothing is stored, created, migrated or locked, whatever this user may do (beside a
  /// writer, readers leave their marks in index.db-shm, which holds no data). So it is without
  /// being asked for, with one warning, where the directory belongs to root or cannot be written.
  bool read_only = false;
  /// Caches below this one, which are only read: an image's, a package's; directories, or packs. A
  /// lookup asks them in
  /// their order for what is not here, first for what was made for the very engine, then for what
  /// is compatible. A hit there is counted here, and nothing is copied. Each is opened when it is
  /// first asked; one that cannot be used is one warning. What is found there is what stands
  /// outside of namespaces, whatever `name_space` is.
  std::vector<std::filesystem::path> layers;
  /// How long a writer waits for another process's transaction.
  std::chrono::milliseconds busy_timeout{5000};
  /// Told once for each thing that went wrong without failing the call. May be empty; must not
  /// throw. Called from the thread that made the call, with no lock held that a cache call would
  /// need.
  std::function<void(std::string_view)> on_warning;
  /// The clock behind created, last used and the age of files. Empty: the system's.
  std::function<std::chrono::system_clock::time_point()> now;
};

/// A handle to a cache directory. Any number of handles, threads and processes may share one
/// directory; one handle may be used from several threads, but not in a child after fork(2): open
/// another there. Move-only, and moved from it can only be destroyed or assigned to; the destructor
/// flushes counters and never throws.
class CWASM_EXPORT ModuleCache {
public:
  /// Says whether an artifact found under the key would be loaded. Must not throw.
  using Validator = std::function<bool(std::span<const std::byte> artifact)>;

  /// Opens or creates the cache. A damaged database is set aside and a new one begun, with a
  /// warning. Errors: invalid_argument (no directory named), not_found, io (the directory cannot be
  /// used, or what stands there is somebody else's or others can write it: the message says what to
  /// do), busy, unsupported (a newer cwasm made it; or, where nothing can be written, an older
  /// one), corrupt (where nothing can be written: a damaged database cannot be set aside).
  static Result<ModuleCache> open(CacheOptions options);

  ModuleCache(ModuleCache&&) noexcept;
  ModuleCache& operator=(ModuleCache&&) noexcept;
  ModuleCache(const ModuleCache&) = delete;
  ModuleCache& operator=(const ModuleCache&) = delete;
  ~ModuleCache();

  /// Absolute, whatever was given.
  const std::filesystem::path& directory() const noexcept;

  /// Whether nothing can be written. Hits are served then; counts stay with this handle (`stats`
  /// adds them to what is stored); `insert` is a store failure; `verify`, `gc`, `pin` and `clear`
  /// are ErrorCode::io; `flush` has nothing to do; damaged artifacts stay where they are.
  bool is_read_only() const noexcept;

  /// The artifact under the key, mapped. Nothing when it is absent (counted as a miss), damaged
  /// (quarantined, counted as corrupt) or `validator` says it would not load (counted as stale, the
  /// row stays). Otherwise counted as a hit. A hit writes nothing to disk: its use
  /// is gathered and written in batches. An empty validator accepts. Errors: io, busy; nothing
  /// is counted then but the miss.
  Result<std::optional<CachedArtifact>> lookup(const CacheKey& key, const Validator& validator);

  /// The same, and with a wish, when there is nothing usable under the key, the best artifact of
  /// the same module and kind that another engine of the wish's load class has and `validator`
  /// accepts, counted as a compatible hit. Best is the opt rank nearest to the wish's and not below
  /// it, then most CPU flags, then the newest; lower ranks, where allowed, come last. At most 64
  /// are tried; damaged ones are quarantined and the next is tried.
  Result<LookupResult> lookup(const CacheKey& key, const std::optional<CompatibleWish>& wish,
                              const Validator& validator);

  /// What that would try, best first. Counts and writes nothing. Errors: io, busy.
  Result<std::vector<KnownArtifact>> candidates(const CacheKey& key, const CompatibleWish& wish);

  /// The newest artifacts of a module, at most `limit`. Counts and writes nothing. Errors: io,
  /// busy.
  Result<std::vector<KnownArtifact>> artifacts_of(const ModuleDigest& module, Kind kind,
                                                  std::size_t limit);

  /// What is stored under the key, without a count, a use or a mark that it was verified. Errors:
  /// corrupt (it is damaged; nothing is done about it), io, busy.
  Result<std::optional<CachedArtifact>> peek(const CacheKey& key);

  /// Stores the artifact under the key, replacing what was there, and counts a store. When it
  /// returns, the end of any process cannot undo that; a power loss may, but wholly.
  /// Equal artifacts share one blob. Without requirements it is found under its key only. On an
  /// error (io, busy; invalid_argument: it alone is larger than the limit) a store failure is
  /// counted and the cache is as it was. Then the limits are kept.
  Result<CachedArtifact> insert(const CacheKey& key, std::span<const std::byte> artifact,
                                const EntryDescription& description,
                                const std::optional<Requirements>& requirements = std::nullopt);

  /// A lookup of what the caller compiles when it is not there. Where that finds nothing usable,
  /// the caller gets the key's flight, and with it the word to compile and insert; or, when
  /// somebody else in whatever process has it, waits until that ends and looks again: then there is
  /// an artifact, or the compiler's failure, or the flight is the caller's now. Without any of
  /// these the caller compiles for itself: it has waited for as long as it wanted to, or no flight
  /// can be made in this directory (warned of once). Counts one lookup, as what it ends with, and a
  /// wait when it waited. Errors: as lookup.
  Result<Claim> claim(const CacheKey& key, const std::optional<CompatibleWish>& wish,
                      const Validator& validator, const ClaimOptions& options = {});

  /// Remembers a miss from the next flush on; its time is now.
  void note_miss(Miss miss);

  /// The last misses, this handle's unflushed ones included, newest first, at most `limit`. Errors:
  /// io, busy.
  Result<std::vector<Miss>> misses(std::size_t limit = k_misses_remembered);

  /// Adds to a counter that the caller observes (compiles, compile_failures).
  void count(Counter counter, std::uint64_t times = 1) noexcept;

  /// This handle's own counters since it was opened.
  Counters counters() const noexcept;

  /// Everybody's counters, this handle's unflushed ones included, and the size of the cache.
  Result<CacheStats> stats();

  /// What is there and was used, per engine or per module, the most saved time first, at most
  /// `limit`. Reads every entry. Unflushed uses of this handle are flushed. Errors: io, busy.
  Result<std::vector<GroupStats>> stats_by(StatsGroup group, std::size_t limit);

  /// Writes gathered counters and uses to the database. Errors: io, busy (they stay gathered).
  Status flush();

  /// All entries, most recently used first.
  Result<std::vector<Entry>> list();

  /// Looks at every row and re-hashes every blob; removes or quarantines what is damaged, and
  /// removes orphans and leftovers.
  Result<VerifyReport> verify();

  /// Keeps the limits, looks for what no engine loads, and removes files, engines and remembered
  /// files that nothing needs any longer and what is in quarantine. ErrorCode::busy when somebody
  /// else is at it.
  Result<GcReport> gc(const GcOptions& options = {});

  /// Pins every entry of the module, or lets go of them; how many have changed. What is stored
  /// under the same key later is pinned as well. Errors: io, busy.
  Result<std::uint64_t> pin(const ModuleDigest& module, bool pinned);

  /// Writes the selected entries and their artifacts to one file, which appears, or replaces what
  /// was there, when it is whole. Counts nothing. Errors: io, not_found (of the file), busy.
  Result<ExportReport> export_to(const std::filesystem::path& file, const PackSelection& selection);

  /// Adds the entries of a pack, each as `insert` does, but as old as it is. Nothing is added
  /// unless all of the pack is sound. Errors: malformed (it is not: what is wrong at which offset),
  /// unsupported (a newer cwasm wrote it), not_found, io, busy; what was added before one stays.
  Result<ImportReport> import_from(const std::filesystem::path& file, const ImportOptions& options);

  /// Removes every entry, blob, remembered file and miss and what is in quarantine, and sets the
  /// counters back to zero (not this handle's own). In a named namespace only its entries and
  /// misses are removed.
  Result<ClearReport> clear();

  /// The digest remembered for an unchanged file, or nothing.
  Result<std::optional<ModuleDigest>> remembered_digest(const FileIdentity& identity,
                                                        DigestAlgorithm algorithm);

  /// Gathers a file's digest for the next flush. A file changed so recently that a further change
  /// could go unseen (less than two seconds ago by `now`) is not remembered.
  void remember_digest(const FileIdentity& identity, const ModuleDigest& digest);

private:
  struct Impl;
  explicit ModuleCache(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> m_impl;
};

} // namespace cwasm
