#include "cli/command_line.hpp"

#include "util/nearest.hpp"

#include <cwasm/cache.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <sstream>
#include <string_view>

namespace cwasm::cli {
namespace {

constexpr int k_usage_error = 2;
constexpr const char* k_common_footer =
    "Common options (--config, --set, --json, --quiet): cwasm --help";

constexpr const char* k_footer = R"(Examples:
  cwasm inspect app.cwasm
  cwasm check app.cwasm --set epoch_interruption=true
  cwasm check deploy/ --profile edge.toml --profile cloud.toml
  cwasm diff old.cwasm new.cwasm
  cwasm engine section --set release=36 --set target=aarch64-unknown-linux-gnu -o section.bin
  cwasm compile app.wasm -o app.cwasm
  cwasm why app.wasm
  cwasm cache stats

Settings come from --config FILE, else $CWASM_CONFIG, else ~/.config/cwasm/config.toml, else
defaults. Exit status: 0 fine, 2 usage or configuration, 3 not found (why: a miss), 4 malformed,
5 unsupported release, 6 incompatible or different, 7 I/O, 9 busy or timeout, 10 compile failed, 70 a bug in
cwasm; with many files the worst.)";

/// Builds the tree of subcommands over one CommandLine: the whole tree, or only those branches
/// whose names are among the words of the command line.
class Grammar {
public:
  explicit Grammar(std::optional<std::span<const char* const>> words = std::nullopt)
      : m_words(words),
        m_app("Keeps precompiled WebAssembly: will it load, have we got it already?", "cwasm") {
    m_app.require_subcommand(1);
    m_app.footer(k_footer);
    m_app.set_version_flag("--version", "cwasm " CWASM_VERSION);
    m_app.fallthrough(); // the common options may stand before or behind the verb
    add_common();
    for (const auto& branch : k_branches) {
      if (is_wanted(branch.name)) {
        (this->*branch.add)();
      }
    }
  }

  /// Nothing: this is no command to run, or none of a tree without all its branches.
  std::optional<CommandLine> try_parse(int argc, const char* const* argv) {
    try {
      m_app.parse(argc, argv);
    } catch (const CLI::Error&) {
      return std::nullopt;
    }
    return m_line;
  }

  ParsedCommandLine parse(int argc, const char* const* argv) {
    try {
      m_app.parse(argc, argv);
    } catch (const CLI::Success& help) {
      std::ostringstream out;
      m_app.exit(help, out, out);
      return {std::nullopt, out.str(), 0};
    } catch (const CLI::ParseError& error) {
      const bool lacks_something =
          error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError);
      const auto complaint = lacks_something ? verb_complaint() : std::string();
      return {std::nullopt,
              fmt::format("cwasm: {}\nRun with --help for more information.\n",
                          complaint.empty() ? error.what() : complaint),
              k_usage_error};
    }
    return {m_line, {}, 0};
  }

private:
  struct Branch {
    std::string_view name;
    void (Grammar::*add)();
  };
  static const std::array<Branch, 8> k_branches;

  bool is_wanted(std::string_view name) const {
    return !m_words || std::find(m_words->begin(), m_words->end(), name) != m_words->end();
  }

  // CLI11 itself says only that there must be a subcommand. Nothing when there is one.
  std::string verb_complaint() const {
    const CLI::App* at = &m_app;
    while (!at->get_subcommands().empty()) {
      at = at->get_subcommands().front();
    }
    std::vector<std::string> verbs;
    for (const auto* const verb : at->get_subcommands([](const CLI::App*) { return true; })) {
      verbs.push_back(verb->get_name());
    }
    if (verbs.empty()) {
      return {};
    }
    const auto rest = m_app.remaining(true);
    if (rest.empty()) {
      return fmt::format("'{}' needs a verb behind it: {}", at->get_name(), fmt::join(verbs, ", "));
    }
    return fmt::format("unknown {} '{}'{}", rest.front().starts_with('-') ? "option" : "verb",
                       rest.front(), util::did_you_mean(rest.front(), verbs));
  }

  CLI::App* verb(CLI::App& parent, const char* name, const char* description, Verb verb) {
    auto* const sub = parent.add_subcommand(name, description);
    sub->parse_complete_callback([this, verb] { m_line.verb = verb; });
    sub->footer(k_common_footer);
    return sub;
  }

  void add_common() {
    m_app.add_option("--config", m_line.config, "settings file (TOML)")->type_name("FILE");
    m_app
        .add_option("--set", m_line.settings, "an engine setting, by its Config method; repeatable")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false)
        ->take_all();
    m_app.add_flag("--json", m_line.json, "JSON: one object, or one per line");
    m_app.add_flag("--quiet", m_line.quiet, "no warnings, no prose");
  }

  void add_files(CLI::App& sub) {
    sub.add_option("FILE", m_line.files,
                   "artifacts (.cwasm), entries of Wasmtime's cache, directories of either")
        ->required()
        ->type_name("");
  }

  static std::string with_examples(std::string_view examples) {
    return fmt::format("Examples:\n{}\n\n{}", examples, k_common_footer);
  }

  void add_inspect() {
    auto* const sub =
        verb(m_app, "inspect", "what an artifact is and was compiled for", Verb::inspect);
    add_files(*sub);
    sub->footer(with_examples(R"(  cwasm inspect app.cwasm
  cwasm inspect ~/.cache/wasmtime --json)"));
    sub->add_option(
           "--release", m_line.release,
           "read the metadata as this Wasmtime release wrote it (a custom or empty version "
           "text does not tell)")
        ->type_name("N")
        ->transform([](const std::string& version) { return version.substr(0, version.find('.')); })
        ->check(CLI::Range(3, 49));
  }

  void add_check() {
    auto* const sub =
        verb(m_app, "check", "would it load: every mismatch, in Wasmtime's words, with the cure",
             Verb::check);
    add_files(*sub);
    sub->footer(with_examples(R"(  cwasm check app.cwasm --set epoch_interruption=true
  cwasm check deploy/ --profile edge.toml --profile cloud.toml
  cwasm check ~/.cache/wasmtime --json)"));
    sub->add_option("--profile", m_line.profiles,
                    "check against the [engine] and [host] of this file; repeatable")
        ->type_name("FILE")
        ->allow_extra_args(false)
        ->take_all();
    sub->add_option("--kind", m_line.kind, "load it as this (default: as what it is)")
        ->check(CLI::IsMember({"module", "component"}));
    sub->add_flag("--strict", m_line.strict,
                  "an artifact whose structure the loader would refuse is malformed (status 4)");
  }

  void add_diff() {
    auto* const sub = verb(
        m_app, "diff", "in what two artifacts, two profiles, or one of each differ", Verb::diff);
    sub->add_option("FILE", m_line.files, "A and B: each an artifact or a profile (TOML)")
        ->required()
        ->expected(2)
        ->type_name("");
    sub->footer(with_examples(R"(  cwasm diff old.cwasm new.cwasm
  cwasm diff edge.toml cloud.toml
  cwasm diff app.cwasm edge.toml --json)"));
  }

  void add_host() { verb(m_app, "host", "this machine as a profile (TOML)", Verb::host); }

  void add_engine() {
    auto* const group =
        m_app.add_subcommand("engine", "what an engine with these settings would write and expect");
    group->require_subcommand(1);
    group->footer(k_common_footer);
    verb(*group, "show", "everything that the settings come to", Verb::engine_show);
    auto* const hash = verb(*group, "hash", "the precompile compatibility hash", Verb::engine_hash);
    hash->add_flag("--explain", m_line.explain, "list what is hashed");
    auto* const section =
        verb(*group, "section", "the bytes of the engine section", Verb::engine_section);
    section->add_option("-o,--output", m_line.output, "write them to this file")->type_name("FILE");
    verb(*group, "settings", "every setting of this release and target", Verb::engine_settings);
  }

  void add_compile() {
    auto* const sub =
        verb(m_app, "compile", "an artifact for a module or component, through the cache",
             Verb::compile);
    sub->add_option("IN", m_line.files, "WebAssembly, binary or text")
        ->required()
        ->expected(1)
        ->type_name("");
    sub->add_option("-o,--output", m_line.output, "copy the artifact to this file")
        ->type_name("FILE");
    auto* const hit = sub->add_flag_callback(
        "--require-hit", [this] { m_line.mode = CacheMode::require_hit; },
        "compile nothing: what is not in the cache is an error (status 3)");
    sub->add_flag_callback(
           "--recache", [this] { m_line.mode = CacheMode::recache; },
           "compile in any case, and replace what is in the cache")
        ->excludes(hit);
  }

  void add_why() {
    auto* const sub =
        verb(m_app, "why", "would it come out of the cache, and if not, why not", Verb::why);
    auto* const input = sub->add_option("IN", m_line.files, "WebAssembly, binary or text")
                            ->expected(1)
                            ->type_name("");
    auto* const last =
        sub->add_option("--last", m_line.last, "the last N misses instead (all that are kept: 100)")
            ->type_name("N")
            ->expected(0, 1)
            ->default_str("100")
            ->check(CLI::Range(std::size_t{1}, k_misses_remembered));
    last->excludes(input);
    sub->footer(with_examples(R"(  cwasm why app.wasm
  cwasm why app.wasm --set release=48.0.2 --json
  cwasm why --last 10)"));
    sub->final_callback([input, last] {
      if (input->empty() && last->empty()) {
        throw CLI::RequiredError("IN or --last");
      }
    });
  }

  void add_cache() {
    auto* const group = m_app.add_subcommand("cache", "the module cache");
    group->require_subcommand(1);
    group->footer(k_common_footer);
    auto* const stats = verb(*group, "stats", "counters, entries, bytes, times", Verb::cache_stats);
    auto* const by = stats->add_option("--by", m_line.by, "per engine or per module instead")
                         ->check(CLI::IsMember({"engine", "module"}));
    stats->add_flag("--prometheus", m_line.prometheus, "in the text format of Prometheus")
        ->excludes(by);
    stats->footer(with_examples(R"(  cwasm cache stats --by engine
  cwasm cache stats --prometheus >/var/lib/node_exporter/cwasm.prom)"));
    verb(*group, "ls", "the entries, most recently used first", Verb::cache_ls);
    const auto modules = [this, group](const char* name, const char* description, Verb what) {
      verb(*group, name, description, what)
          ->add_option("IN", m_line.files, "WebAssembly files, or module digests in hex")
          ->required()
          ->type_name("");
    };
    modules("show", "everything about the entries of modules", Verb::cache_show);
    modules("pin", "keep the entries of modules whatever the limits say", Verb::cache_pin);
    modules("unpin", "let go of them", Verb::cache_unpin);
    auto* const gc =
        verb(*group, "gc", "keep the limits now, and remove what nothing needs", Verb::cache_gc);
    gc->add_option("--profile", m_line.profiles,
                   "what none of these engines would load goes first; repeatable")
        ->type_name("FILE")
        ->allow_extra_args(false)
        ->take_all();
    gc->add_flag("--unloadable", m_line.unloadable, "remove that at once")->needs("--profile");
    gc->footer(with_examples(R"(  cwasm cache gc
  cwasm cache gc --profile edge.toml --profile cloud.toml --unloadable)"));
    verb(*group, "verify", "re-hash every artifact; remove what is damaged or left over",
         Verb::cache_verify);
    add_packs(*group);
    verb(*group, "clear", "remove every entry and set the counters to zero", Verb::cache_clear);
  }

  void add_packs(CLI::App& group) {
    auto* const out =
        verb(group, "export", "write entries and their artifacts to one file", Verb::cache_export);
    out->add_option("-o,--output", m_line.output, "the file")->required()->type_name("FILE");
    const auto select = [out](const char* name, std::vector<std::string>& values,
                              const char* description, const char* type) {
      out->add_option(name, values, description)
          ->type_name(type)
          ->allow_extra_args(false)
          ->take_all();
    };
    select("--module", m_line.modules, "only of this module; repeatable, as all of these",
           "DIGEST|FILE");
    select("--hash", m_line.hashes, "only with this compatibility hash", "HASH");
    select("--release", m_line.releases, "only of this Wasmtime release (48: all of 48.*)", "N");
    select("--target", m_line.targets, "only for this target", "TRIPLE");
    out->footer(with_examples(R"(  cwasm cache export -o all.pack
  cwasm cache export -o app.pack --module app.wasm --release 48)"));
    auto* const in =
        verb(group, "import", "add the entries of files that were exported", Verb::cache_import);
    in->add_option("FILE", m_line.files, "what `cache export` wrote")->required()->type_name("");
    in->add_flag("--replace", m_line.replace,
                 "replace other artifacts that are there under the same keys");
  }

  std::optional<std::span<const char* const>> m_words;
  CLI::App m_app;
  CommandLine m_line;
};

constexpr std::array<Grammar::Branch, 8> Grammar::k_branches{{{"inspect", &Grammar::add_inspect},
                                                              {"check", &Grammar::add_check},
                                                              {"diff", &Grammar::add_diff},
                                                              {"host", &Grammar::add_host},
                                                              {"engine", &Grammar::add_engine},
                                                              {"compile", &Grammar::add_compile},
                                                              {"why", &Grammar::add_why},
                                                              {"cache", &Grammar::add_cache}}};

} // namespace

ParsedCommandLine parse_command_line(int argc, const char* const* argv) {
  // The whole tree takes longer to build than a hit in the cache takes to find. A branch without
  // its name on the command line has no part in parsing it, only in help and complaints.
  const std::span words(argv, static_cast<std::size_t>(argc));
  if (auto line = Grammar(words).try_parse(argc, argv)) {
    return {*std::move(line), {}, 0};
  }
  return Grammar().parse(argc, argv);
}

} // namespace cwasm::cli
