#include "support.hpp"

using cwasm::test::parsed;
using cwasm::test::refusal;

namespace {

struct Bad {
  std::string toml;
  std::string message;
};

void check(const std::vector<Bad>& table) {
  for (const auto& [toml, message] : table) {
    CHECK(refusal(toml) == message);
  }
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) {
    text += part;
  }
  return text;
}

} // namespace

TEST_CASE("an unknown table or key is told with its place and the nearest good name") {
  check({
      {"[cache]\n\ndirctory = \"/x\"",
       "f.toml:3:1: unknown key 'dirctory' in [cache]: did you mean 'directory'?"},
      {"[compiler]\n  comand = []",
       "f.toml:2:3: unknown key 'comand' in [compiler]: did you mean 'command'?"},
      {"[compiler]\nzzzzzzzzzz = 1", "f.toml:2:1: unknown key 'zzzzzzzzzz' in [compiler]"},
      {"[host]\ntripple = 'x'", "f.toml:2:1: unknown key 'tripple' in [host]: did you mean "
                                "'triple'?"},
      {"[cache]\n[engin]", "f.toml:2:2: unknown table [engin]: did you mean 'engine'?"},
      {"[remote]\nurl = 'x'", "f.toml:1:2: unknown table [remote]"},
      {"[cache.extra]\na = 1", "f.toml:1:8: unknown key 'extra' in [cache]"},
      {"\nenabled = true", "f.toml:2:1: unknown key 'enabled' outside of a table; the tables are "
                           "[engine], [cache], [compiler], [host]"},
      {"[cache]\nlayers = ['/a', 'b']", "f.toml:2:17: 'layers' takes absolute paths, not b"},
      {"[cache]\nlayers = ['/a', 5]",
       "f.toml:2:17: the elements of 'layers' are texts, not a whole number"},
      {"[cache]\nmode = 'only'",
       "f.toml:2:1: 'mode' takes \"normal\", \"require_hit\" or \"recache\", not \"only\""},
      {"cache = 5", "f.toml:1:1: 'cache' is a table, [cache], not a whole number"},
      {"[[cache]]\nenabled = true", "f.toml:1:3: 'cache' is a table, [cache], not a list"},
      {"[cache]\n'a\\u001b' = 1\n\"a\\u001b\" = 1",
       "f.toml:2:1: unknown key 'a\\u001b' in [cache]"},
      {"[cache]\n\"\\u001b[1mred\" = 1", "f.toml:2:1: unknown key '\xef\xbf\xbd[1mred' in [cache]"},
  });
}

TEST_CASE("a value of the wrong type is told with what the key takes") {
  check({
      {"[cache]\nenabled = \"yes\"", "f.toml:2:1: 'enabled' takes true or false, not a text"},
      {"[cache]\nenabled = 1", "f.toml:2:1: 'enabled' takes true or false, not a whole number"},
      {"[cache]\ndirectory = true",
       "f.toml:2:1: 'directory' takes a text: an absolute path, not a boolean"},
      {"[cache]\ndirectory = { a = 1 }",
       "f.toml:2:1: 'directory' takes a text: an absolute path, not a table"},
      {"[cache]\nmax_bytes = true", "f.toml:2:1: 'max_bytes' takes a size (\"512Mi\", \"10G\") or "
                                    "a whole number, not a boolean"},
      {"[cache]\ncleanup-interval = 3600",
       "f.toml:2:1: 'cleanup-interval' takes a text: a duration (\"30m\", \"1h\"), not a whole "
       "number"},
      {"[cache]\nbaseline-compression-level = \"3\"",
       "f.toml:2:1: 'baseline-compression-level' takes a whole number, not a text"},
      {"[compiler]\ncommand = \"wasmtime compile\"",
       "f.toml:2:1: 'command' takes a list of texts, not a text"},
      {"[compiler]\ncommand = [\"cc\",\n 5]",
       "f.toml:3:2: the elements of 'command' are texts, not a whole number"},
      {"[compiler]\ntimeout = 1.5",
       "f.toml:2:1: 'timeout' takes a duration (\"90s\", \"10m\", \"1h\", \"1d\") or a whole "
       "number, not a floating-point number"},
      {"[compiler]\ntimeout = 12:00:00",
       "f.toml:2:1: 'timeout' takes a duration (\"90s\", \"10m\", \"1h\", \"1d\") or a whole "
       "number, not a date or time"},
      {"[host]\npage_size = \"4096\"", "f.toml:2:1: 'page_size' takes a whole number, not a text"},
  });
}

TEST_CASE("a value that the key does not take is told") {
  const std::string duration =
      "takes a duration (\"90s\", \"10m\", \"1h\") or seconds, from 1 s to 30 d, not ";
  check({
      {"[cache]\ndirectory = \"cache/here\"",
       "f.toml:2:1: Cache directory path has to be absolute, path: cache/here"},
      {"[cache]\ndirectory = \"\"", "f.toml:2:1: Cache directory path has to be absolute, path: "},
      {"[cache]\ndirectory = \"~/c\"",
       "f.toml:2:1: Cache directory path has to be absolute, path: ~/c"},
      {"[cache]\ndirectory = \"/a\\u0000b\"",
       "f.toml:2:1: 'directory' cannot hold a NUL character"},
      {"[cache]\ndigest = \"md5\"",
       "f.toml:2:1: 'digest' takes \"sha256\" or \"xxh3\", not \"md5\""},
      {"[cache]\npolicy = \"best\"",
       "f.toml:2:1: 'policy' takes \"exact\" or \"compatible\", not \"best\""},
      {"[cache]\nwait_limit = \"0s\"",
       "f.toml:2:1: 'wait_limit' takes 0, or " + duration.substr(sizeof "takes") + "\"0s\""},
      {"[cache]\nwait_limit = -1",
       "f.toml:2:1: 'wait_limit' takes 0, or " + duration.substr(sizeof "takes") + "-1"},
      {"[compiler]\ncommand = []", "f.toml:2:1: compiler command: it names no program"},
      {"[compiler]\ncommand = [\"\", \"x\"]", "f.toml:2:1: compiler command: it names no program"},
      {"[compiler]\ncommand = [\"cc\", \"{inptu}\"]",
       "f.toml:2:1: compiler command: unknown placeholder {inptu}; known are {input}, {output}, "
       "{target}, {opt_level}, {flags}"},
      {"[compiler]\ncommand = [\"a\", \"b\\u0000\"]",
       "f.toml:2:17: 'command' cannot hold a NUL character"},
      {"[compiler]\ntimeout = \"soon\"", "f.toml:2:1: 'timeout' " + duration + "\"soon\""},
      {"[compiler]\ntimeout = 0", "f.toml:2:1: 'timeout' " + duration + "0"},
      {"[compiler]\ntimeout = -5", "f.toml:2:1: 'timeout' " + duration + "-5"},
      {"[compiler]\ntimeout = 9223372036854775807",
       "f.toml:2:1: 'timeout' " + duration + "9223372036854775807"},
      {"[host]\ntriple = \"amd64-linux\"",
       "f.toml:2:1: 'triple': Unrecognized architecture: amd64"},
      {"[cache]\n[host]\npage_size = 4096", "f.toml:2:2: [host] names no 'triple'"},
      {"[host]\nfeatures = [\"ssse3\", \"ss3\"]",
       "f.toml:2:1: no release of Wasmtime asks a host for the feature 'ss3': did you mean "
       "'sse3'?"},
      {"[host]\nfeatures = [true]",
       "f.toml:2:13: the elements of 'features' are texts, not a boolean"},
      {"[host]\npage_size = 5000",
       "f.toml:2:1: 'page_size' takes a power of two up to 1073741824 (1 GiB), not 5000"},
      {"[host]\npage_size = -4096",
       "f.toml:2:1: 'page_size' takes a power of two up to 1073741824 (1 GiB), not -4096"},
      {"[host]\npage_size = 4611686018427387904",
       "f.toml:2:1: 'page_size' takes a power of two up to 1073741824 (1 GiB), not "
       "4611686018427387904"},
  });
}

TEST_CASE("a wrong engine setting is told with its place") {
  check({
      {"[engine]\n\n  epoch_interuption = true",
       "f.toml:3:3: Wasmtime 48 has no setting 'epoch_interuption': did you mean "
       "'epoch_interruption'?"},
      {"[engine]\nconsume_fuel = 1", "f.toml:2:1: 'consume_fuel' takes true or false, not '1'"},
      {"[engine]\ncranelift_opt_level = \"fast\"",
       "f.toml:2:1: 'cranelift_opt_level' takes one of none, speed, speed_and_size, not 'fast'"},
      {"[engine]\nmemory_reservation = -1",
       "f.toml:2:1: 'memory_reservation' takes a number of bytes (decimal, or hexadecimal with "
       "0x), not '-1'"},
      {"[engine]\nrelease = 36.0",
       "f.toml:2:1: 'release' takes true or false, a whole number or a text, not a floating-point "
       "number"},
      {"[engine]\nrelease = 2000",
       "f.toml:2:1: 'release' takes a Wasmtime release from 3 to 49 (\"48\" or \"36.0.2\"), not "
       "'2000'"},
      {"[engine]\nrelease = 36\ndebug_symbols = true",
       "f.toml:3:1: Wasmtime 36 has no setting 'debug_symbols': it exists since 47"},
      {"[engine]\ntarget = [\"x86_64\"]", "f.toml:2:1: 'target' takes one value, not a list"},
      {"[engine]\ncranelift_flag_enable = [\"has_avx\", 2]",
       "f.toml:2:37: the elements of 'cranelift_flag_enable' are texts, not a whole number"},
      {"[engine]\nhost_features = [\"sse3\", \"ss3\"]",
       "f.toml:2:1: no release of Wasmtime asks a host for the feature 'ss3': did you mean "
       "'sse3'?"},
      {"[engine]\nstarted = 2026-08-22",
       "f.toml:2:1: 'started' takes true or false, a whole number or a text, not a date or time"},
      {"[engine]\ncranelift_opt_level = \"\\u001bfast\"",
       "f.toml:2:1: 'cranelift_opt_level' takes one of none, speed, speed_and_size, not "
       "'\xef\xbf\xbd"
       "fast'"},
  });
}

TEST_CASE("of several mistakes the first in the file is told") {
  CHECK(refusal("[host]\nz = 1\n[cache]\na = 1") == "f.toml:2:1: unknown key 'z' in [host]");
  CHECK(refusal("[engine]\nzzzzzzzzzzzzz = 1\naaaaaaaaaaaaa = 1") ==
        "f.toml:2:1: Wasmtime 48 has no setting 'zzzzzzzzzzzzz'");
}

TEST_CASE("what is not TOML is told with its place") {
  check({
      {"[cache\n", "f.toml:1:7: Error while parsing table header: expected ']', saw '\\n'"},
      {"[cache]\n[cache]",
       "f.toml:2:1: Error while parsing table header: cannot redefine existing table 'cache'"},
      {"[cache]\ndirectory = \"\xff\"", "f.toml:2:13: Encountered invalid utf-8 sequence"},
      {"[compiler]\ntimeout = 9223372036854775808",
       "f.toml:2:30: Error while parsing decimal integer: '9223372036854775808' is not "
       "representable in 64 bits"},
  });
  CHECK(refusal(std::string_view("[cache]\n\0\n", 10)).rfind("f.toml:2:1: ", 0) == 0);
}

TEST_CASE("keys and values that nest without end are refused, not followed") {
  const std::string dots = "f.toml:1:1: there are more than 100 dots in this line";
  CHECK(refusal(repeated("a.", 400'000) + "b = 1") == dots);
  CHECK(refusal("[" + repeated("a . ", 100'000) + "b]") == dots);
  CHECK(refusal("[a]\n" + repeated("\"\".", 1000) + "b=1").rfind("f.toml:2:1: there", 0) == 0);
  const std::string deepest = "a=" + repeated("[\n{" + repeated("a.", 99) + "b=", 120);
  CHECK(refusal(deepest + "1" + repeated("}\n]", 120)) ==
        "f.toml:1:1: unknown key 'a' outside of a table; the tables are [engine], [cache], "
        "[compiler], [host]");
  CHECK(refusal("a=" + repeated("[", 100'000)).rfind("f.toml:1:", 0) == 0);
  CHECK(parsed("# " + repeated(".", 500) + "\n# " + repeated("..", 500)).warnings.empty());
}

TEST_CASE("a limit that is none is told") {
  check({
      {"cache.max_bytes = '5 parsecs'",
       "f.toml:1:7: 'max_bytes' takes a number with or without a unit (\"512Mi\", \"10G\", "
       "\"64K\"), not \"5 parsecs\""},
      {"cache.quota = -1", "f.toml:1:7: 'quota' takes a number with or without a unit (\"512Mi\", "
                           "\"10G\", \"64K\"), not -1"},
      {"cache.max_age = 0", "f.toml:1:7: 'max_age' takes a duration (\"12h\", \"30d\") or seconds, "
                            "from 1 s to 3650 d, not 0"},
      {"cache.evict = 'random'", "f.toml:1:7: 'evict' takes \"cost\" or \"lru\", not \"random\""},
      {"cache.file-count-limit-percent-if-deleting = '101%'",
       "f.toml:1:7: 'file-count-limit-percent-if-deleting' takes a percentage (\"70%\"), not "
       "\"101%\""},
      {"cache.namespace = '" + repeated("x", 256) + "'",
       "f.toml:1:7: 'namespace' takes at most 255 bytes"},
  });
}
