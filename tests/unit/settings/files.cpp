#include "support.hpp"

#include "support/shared.hpp"

#include <map>

using namespace cwasm;
namespace fs = std::filesystem;

namespace {

/// Names the file it is in by its timeout.
fs::path write_settings(const fs::path& path, int timeout) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << "[compiler]\ntimeout = " << timeout << '\n';
  return path;
}

Environment environment(std::map<std::string, std::string, std::less<>> variables) {
  return [variables = std::move(variables)](std::string_view name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

/// Seconds of the timeout; 600 is the default's.
std::chrono::milliseconds::rep found(const Result<Settings>& settings) {
  REQUIRE(test::error_of(settings) == "");
  return settings->compiler.timeout.count() / 1000;
}

} // namespace

TEST_CASE("the file named comes before $CWASM_CONFIG, before XDG's, before the home's") {
  const auto root = test::scratch_directory();
  const auto named = write_settings(root / "named.toml", 1);
  const auto variable = write_settings(root / "variable.toml", 2);
  write_settings(root / "xdg/cwasm/config.toml", 3);
  write_settings(root / "home/.config/cwasm/config.toml", 4);
  const std::string home = (root / "home").string();
  const std::string xdg = (root / "xdg").string();

  const auto all =
      environment({{"CWASM_CONFIG", variable.string()}, {"XDG_CONFIG_HOME", xdg}, {"HOME", home}});
  CHECK(found(find_settings(named, all)) == 1);
  CHECK(found(find_settings(std::nullopt, all)) == 2);
  CHECK(find_settings(std::nullopt, all)->file == variable);
  const auto user = environment({{"CWASM_CONFIG", ""}, {"XDG_CONFIG_HOME", xdg}, {"HOME", home}});
  CHECK(found(find_settings(std::nullopt, user)) == 3);
  const auto relative = environment({{"XDG_CONFIG_HOME", "xdg"}, {"HOME", home}});
  CHECK(found(find_settings(std::nullopt, relative)) == 4);
  CHECK(find_settings(std::nullopt, relative)->file == root / "home/.config/cwasm/config.toml");
}

TEST_CASE("without any file there are the defaults") {
  const auto root = test::scratch_directory();
  std::ofstream(root / "plain") << "x";
  for (const auto& variables :
       {environment({}), environment({{"HOME", root.string()}}),
        environment({{"HOME", (root / "plain").string()}}),
        environment({{"XDG_CONFIG_HOME", (root / "absent").string()}}), Environment()}) {
    const auto settings = find_settings(std::nullopt, variables);
    CHECK(found(settings) == 600);
    CHECK(settings->file.empty());
  }
}

TEST_CASE("a named file that is not there is not found") {
  const auto absent = test::scratch_directory() / "absent.toml";
  const auto named = find_settings(absent, environment({}));
  REQUIRE_FALSE(named);
  CHECK(named.error().code() == ErrorCode::not_found);
  CHECK(named.error().message() ==
        "cannot open " + absent.string() + ": No such file or directory");
  const auto variable =
      find_settings(std::nullopt, environment({{"CWASM_CONFIG", absent.string()}}));
  REQUIRE_FALSE(variable);
  CHECK(variable.error() == named.error().with_context("CWASM_CONFIG"));
}

TEST_CASE("a mistake in a file is told with the file's name in front, however it was found") {
  const auto file = write_settings(test::scratch_directory() / "bad.toml", -1);
  for (const auto& settings :
       {load_settings(file), find_settings(file, environment({})),
        find_settings(std::nullopt, environment({{"CWASM_CONFIG", file.string()}}))}) {
    REQUIRE_FALSE(settings);
    CHECK(settings.error().message().rfind(file.string() + ":2:1: 'timeout' takes ", 0) == 0);
  }
}

TEST_CASE("a directory or a very large file is no settings file") {
  const auto root = test::scratch_directory();
  const auto directory = load_settings(root);
  REQUIRE_FALSE(directory);
  CHECK(directory.error().code() == ErrorCode::io);
  std::ofstream(root / "large.toml") << std::string((std::size_t{1} << 20U) + 1, '#');
  const auto large = load_settings(root / "large.toml");
  REQUIRE_FALSE(large);
  CHECK(large.error().code() == ErrorCode::io);
}

TEST_CASE("the cache is in the user's cache directory by default") {
  const auto place = [](const Environment& variables) {
    const auto directory = default_cache_directory(variables);
    return directory ? directory->string() : directory.error().message();
  };
  CHECK(place(environment({{"XDG_CACHE_HOME", "/c"}, {"HOME", "/h"}})) == "/c/cwasm");
  CHECK(place(environment({{"XDG_CACHE_HOME", "c"}, {"HOME", "/h"}})) == "/h/.cache/cwasm");
  CHECK(place(environment({{"XDG_CACHE_HOME", ""}, {"HOME", "/h"}})) == "/h/.cache/cwasm");
  const std::string nowhere =
      "there is no place for a cache: XDG_CACHE_HOME and HOME name no absolute path; name one "
      "with [cache] directory";
  CHECK(place(environment({})) == nowhere);
  CHECK(place(environment({{"HOME", ""}})) == nowhere);
  CHECK(place(environment({{"HOME", "h"}})) == nowhere);
  CHECK(default_cache_directory(environment({})).error().code() == ErrorCode::invalid_argument);
}
