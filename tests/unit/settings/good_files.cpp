#include "settings/duration.hpp"
#include "settings/size.hpp"
#include "support.hpp"

#include <cwasm/compiler.hpp>
#include <cwasm/engine.hpp>

using namespace cwasm;
using namespace std::chrono_literals;
using cwasm::test::parsed;

namespace {

std::vector<std::string> shown(const Config& config) {
  std::vector<std::string> lines;
  for (const auto& setting : config.settings()) {
    lines.push_back(setting.origin + " " + setting.name + "=" + setting.value);
  }
  return lines;
}

} // namespace

TEST_CASE("an empty file means the defaults") {
  for (const auto* text : {"", "\n# nothing\n", "[cache]\n[compiler]\n[engine]\n",
                           "\xef\xbb\xbf[cache]\n", "[cache]\r\n"}) {
    const auto settings = parsed(text);
    CHECK(settings.engine == Config());
    CHECK_FALSE(settings.host.has_value());
    CHECK(settings.cache == CacheSettings());
    CHECK(settings.compiler == CompilerSettings());
    CHECK(settings.warnings.empty());
    CHECK(settings.file == "f.toml");
  }
}

TEST_CASE("the compiler's defaults are the command compiler's") {
  CHECK(CompilerSettings().timeout == CommandCompilerOptions().timeout);
}

TEST_CASE("the cache's keys are read") {
  const auto cache = parsed("[cache]\nenabled = false\ndirectory = \"/var/c\"\ndigest = 'xxh3'\n"
                            "[compiler]\n")
                         .cache;
  CHECK_FALSE(cache.enabled);
  CHECK(cache.directory == "/var/c");
  CHECK(cache.digest == DigestAlgorithm::xxh3);
  CHECK(parsed("cache.digest = 'sha256'").cache.digest == DigestAlgorithm::sha256);
  CHECK(parsed("").cache.policy == LookupPolicy::exact);
  CHECK(parsed("cache.policy = 'compatible'").cache.policy == LookupPolicy::compatible);
  CHECK(parsed("cache.policy = 'exact'").cache.policy == LookupPolicy::exact);
  CHECK_FALSE(parsed("").cache.allow_lower_opt_level);
  CHECK(parsed("cache.allow_lower_opt_level = true").cache.allow_lower_opt_level);
  CHECK(parsed("").cache.wait_limit == 10min);
  CHECK(parsed("cache.wait_limit = '90s'").cache.wait_limit == 90s);
  CHECK(parsed("cache.wait_limit = 7").cache.wait_limit == 7s);
  CHECK(parsed("cache.wait_limit = 0").cache.wait_limit == 0s);
  CHECK(parsed("").cache.layers.empty());
  CHECK(parsed("cache.layers = ['/b', '/a']").cache.layers ==
        std::vector<std::filesystem::path>{"/b", "/a"});
  CHECK(parsed("").cache.mode == CacheMode::normal);
  CHECK(parsed("cache.mode = 'require_hit'").cache.mode == CacheMode::require_hit);
  CHECK(parsed("cache.mode = 'recache'").cache.mode == CacheMode::recache);
}

TEST_CASE("the cache's limits are read, under our names and Wasmtime's") {
  CHECK(parsed("").cache.limits == CacheLimits{});
  const auto limits = parsed("[cache]\nmax_bytes = \"2G\"\nmax_entries = 1000\nmax_age = '90d'\n"
                             "min_free_disk = '1Gi'\nquota = 77\nevict = 'lru'\nnamespace = 'red'")
                          .cache;
  CHECK(limits.limits.bytes == 2'000'000'000U);
  CHECK(limits.limits.entries == 1000U);
  CHECK(limits.limits.age == 24h * 90);
  CHECK(limits.limits.free_disk == 1073741824U);
  CHECK(limits.limits.quota == 77U);
  CHECK(limits.limits.order == EvictionOrder::lru);
  CHECK(limits.name_space == "red");
  const auto wasmtimes = parsed("[cache]\nfiles-total-size-soft-limit = '1Mi'\n"
                                "file-count-soft-limit = '3K'\n"
                                "file-count-limit-percent-if-deleting = '50%'\n"
                                "files-total-size-limit-percent-if-deleting = ' 60 % '")
                             .cache.limits;
  CHECK(wasmtimes.bytes == 1048576U);
  CHECK(wasmtimes.entries == 3000U);
  for (const auto* text : {"[cache]\nmax_bytes = 1\nfiles-total-size-soft-limit = '2'\n"
                           "max_entries = 3\nfile-count-soft-limit = '4'",
                           "[cache]\nfiles-total-size-soft-limit = '2'\nmax_bytes = 1\n"
                           "file-count-soft-limit = '4'\nmax_entries = 3"}) {
    CHECK(parsed(text).cache.limits.bytes == 1U);
    CHECK(parsed(text).cache.limits.entries == 3U);
  }
  CHECK(wasmtimes.entries_percent == 50);
  CHECK(wasmtimes.bytes_percent == 60);
}

TEST_CASE("sizes and percentages are read as Wasmtime reads them") {
  using settings::parse_percentage;
  using settings::parse_size;
  CHECK(parse_size("0") == 0U);
  CHECK(parse_size(" 7 ") == 7U);
  CHECK(parse_size("64K") == 64000U);
  CHECK(parse_size("2 Ki") == 2048U);
  CHECK(parse_size("3Mi") == 3U << 20U);
  CHECK(parse_size("1T") == 1'000'000'000'000U);
  CHECK(parse_size("1Pi") == std::uint64_t{1} << 50U);
  CHECK(parse_size("9223372036854775807") == 9223372036854775807U);
  for (const auto* text : {"", "K", "-1", "1.5G", "1k", "1KB", "9223372036854775808", "9000000P",
                           "99999999999999999999"}) {
    INFO(text);
    CHECK_FALSE(parse_size(text).has_value());
  }
  CHECK(parse_percentage("100%") == 100U);
  for (const auto* text : {"", "%", "70", "101%", "70%%"}) {
    CHECK_FALSE(parse_percentage(text).has_value());
  }
}

TEST_CASE("the compiler's keys are read") {
  const auto compiler =
      parsed("[compiler]\ncommand = [\"cc\", \"{input}\", \"\"]\ntimeout = \"90s\"").compiler;
  CHECK(compiler.command == std::vector<std::string>{"cc", "{input}", ""});
  CHECK(compiler.timeout == 90s);
  CHECK(parsed("compiler = { timeout = 7 }").compiler.timeout == 7s);
}

TEST_CASE("durations are read as Wasmtime reads them") {
  using settings::parse_duration;
  CHECK(parse_duration("90s") == 90s);
  CHECK(parse_duration(" 10 m ") == 10min);
  CHECK(parse_duration("1h") == 1h);
  CHECK(parse_duration("30d") == 720h);
  for (const auto* text : {"", " ", "s", "90", "0s", "-1s", "+1s", "1 s s", "1.5h", "1w", "1ms",
                           "31d", "4294967295d", "4294967296s", "99999999999999999999s"}) {
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("engine settings keep their order and place") {
  const auto settings = parsed("[engine]\nwasm_threads = false\nrelease = 48\n"
                               "  memory_reservation = 0x1_0000_0000\n"
                               "cranelift_opt_level = \"none\"\n");
  CHECK(shown(settings.engine) ==
        std::vector<std::string>{"f.toml:2:1 wasm_threads=false", "f.toml:3:1 release=48",
                                 "f.toml:4:3 memory_reservation=4294967296",
                                 "f.toml:5:1 cranelift_opt_level=none"});
}

TEST_CASE("of a setting that adds up, each element of a list is one call") {
  const auto settings = parsed("[engine]\n"
                               "cranelift_flag_set = [\"is_pic=true\",\n  \"opt_level=none\"]\n"
                               "cranelift_flag_enable = \"has_avx\"\n"
                               "host_features = [\"sse3\", \"ssse3\"]\n");
  CHECK(shown(settings.engine) ==
        std::vector<std::string>{"f.toml:2:23 cranelift_flag_set=is_pic=true",
                                 "f.toml:3:3 cranelift_flag_set=opt_level=none",
                                 "f.toml:4:1 cranelift_flag_enable=has_avx",
                                 "f.toml:5:1 host_features=sse3,ssse3"});
  CHECK(parsed("engine.host_features = []").engine.find("host_features") == "");
  CHECK(parsed("engine.host_features = 'none'").engine.find("host_features") == "none");
}

TEST_CASE("a profile describes another machine") {
  const auto settings = parsed("[engine]\nrelease = \"36.0.2\"\n"
                               "[host]\ntriple = \"aarch64-unknown-linux-gnu\"\n"
                               "features = [\"lse\", \"paca\"]\npage_size = 65536\n");
  REQUIRE(settings.host.has_value());
  CHECK(settings.host->triple.to_string() == "aarch64-unknown-linux-gnu");
  CHECK(settings.host->features.to_string() == "lse,paca");
  CHECK(settings.host->page_size == 65536);
  const auto engine = Engine::create(settings.engine, *settings.host);
  REQUIRE(engine);
  CHECK(engine->target().architecture == "aarch64");
  CHECK(engine->release_text() == "36.0.2");
}

TEST_CASE("a machine of which only the triple is said cannot be asked for features") {
  const auto host = parsed("[host]\ntriple = \"s390x-unknown-linux-gnu\"").host;
  REQUIRE(host.has_value());
  CHECK(host->features.probe() == HostFeatures::Probe::unknown);
  CHECK(host->page_size == 4096);
  CHECK(parsed("host = {triple = 'x86_64', features = 'none'}").host->features.probe() ==
        HostFeatures::Probe::none);
}

TEST_CASE("Wasmtime's own cache file is accepted, with a warning for each key of no effect") {
  const auto settings = parsed(R"([cache]
enabled = true
directory = "/home/u/.cache/wasmtime"
worker-event-queue-size = "16"
baseline-compression-level = 3
optimized-compression-level = 20
optimized-compression-usage-counter-threshold = "256"
cleanup-interval = "1h"
optimizing-compression-task-timeout = "30m"
allowed-clock-drift-for-files-from-future = "1d"
file-count-soft-limit = "65536"
files-total-size-soft-limit = "512Mi"
file-count-limit-percent-if-deleting = "70%"
files-total-size-limit-percent-if-deleting = "70%"
)");
  CHECK(settings.cache.directory == "/home/u/.cache/wasmtime");
  CHECK(settings.cache.limits.bytes == std::uint64_t{512} << 20U);
  CHECK(settings.cache.limits.entries == 65536);
  REQUIRE(settings.warnings.size() == 7);
  CHECK(settings.warnings.front() ==
        "f.toml:4:1: 'worker-event-queue-size' is Wasmtime's and has no effect on cwasm's cache");
  CHECK(
      settings.warnings.back() ==
      "f.toml:10:1: 'allowed-clock-drift-for-files-from-future' is Wasmtime's and has no effect on "
      "cwasm's cache");
}
