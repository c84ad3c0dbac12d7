"""The man page and the completion say what the tool's own help says, no more and no less."""
import re
import shutil
import subprocess
import unittest

from support import SOURCE, CliTest, command_tree

MAN_PAGE = SOURCE / "docs" / "cwasm.1"
COMPLETION = SOURCE / "tools" / "completion" / "cwasm.bash"
COMMON = {"--help", "--config", "--set", "--json", "--quiet"}


def man_sections():
    """{title: text} of the man page, without its fonts."""
    sections, title = {}, ""
    for line in MAN_PAGE.read_text().splitlines():
        if match := re.match(r'\.S[HS] "?([^"]*)"?$', line):
            title = match[1]
        sections[title] = sections.get(title, "") + re.sub(r"\\f.", "", line).replace("\\-", "-") + "\n"
    return sections


def options_in(text):
    return set(re.findall(r"--[a-z][a-z-]*", text))


class Documents(CliTest):
    tree = {}  # of all tests; asked for once

    def setUp(self):
        super().setUp()
        if not self.tree:
            self.tree.update(command_tree(lambda *words: self.cwasm(*words, "--help").out))

    def is_leaf(self, words):
        return not any(len(other) > len(words) and other[:len(words)] == words for other in self.tree)


class ManPage(Documents):
    def test_every_verb_has_its_section_and_its_options(self):
        sections = man_sections()
        for words, options in self.tree.items():
            if words and self.is_leaf(words):
                title = " ".join(("cwasm", *words))
                with self.subTest(verb=title):
                    self.assertIn(title, sections)
                    self.assertEqual(options_in("".join(re.findall(
                        r"^\.TP\n(.*)$", sections[title], re.M))), set(options) - {"--help"})
        verbs = {tuple(title.split()[1:]) for title in sections if title.startswith("cwasm ")}
        self.assertEqual(verbs, {words for words in self.tree if words and self.is_leaf(words)})

    def test_the_common_options_are_there(self):
        self.assertEqual(options_in(man_sections()["OPTIONS"]), set(self.tree[()]))

    def test_the_synopsis_has_every_verb(self):
        synopsis = re.sub(r'^\.[A-Z]+ |["\\]', "", man_sections()["SYNOPSIS"], flags=re.M)
        for words in self.tree:
            for word in words:
                self.assertRegex(synopsis, rf"\b{word}\b")

    def test_every_exit_status_is_explained(self):
        footer = self.cwasm("--help").out.split("Exit status:")[1]
        statuses = re.findall(r"\b(\d+) [a-zI]", footer)
        self.assertEqual(re.findall(r"^\.B (\d+)$", man_sections()["EXIT STATUS"], re.M), statuses)

    def test_every_key_outside_of_the_engine_is_there(self):
        table, settings = "", man_sections()["SETTINGS"]
        for line in (SOURCE / "config" / "cwasm.toml").read_text().splitlines():
            if match := re.match(r"#?\[(\w+)\]$", line):
                table = match[1]
                self.assertIn(f"[{table}]", settings)
            elif (match := re.match(r"#(\w+) = ", line)) and table != "engine":
                self.assertRegex(settings, rf"\b{match[1]}\b")

    def test_renders_without_a_warning(self):
        if shutil.which("groff") is None:
            self.skipTest("there is no groff")
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", MAN_PAGE], capture_output=True,
                              timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""))


class Completion(Documents):
    def complete(self, *words):
        """What bash offers for the last of these words."""
        script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cwasm; '
                  '((${#COMPREPLY[@]} == 0)) || printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", script, "bash", COMPLETION, "cwasm", *words],
                              cwd=self.work, env=self.env, capture_output=True, timeout=60,
                              check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return sorted(done.stdout.decode().splitlines())

    def test_offers_the_verbs(self):
        for words in self.tree:
            verbs = sorted(other[-1] for other in self.tree if other and other[:-1] == words)
            with self.subTest(words=words):
                self.assertEqual(self.complete(*words, ""), verbs)
        self.assertEqual(self.complete("c"), ["cache", "check", "compile"])
        self.assertEqual(self.complete("cache", "st"), ["stats"])

    def test_offers_the_options_of_a_verb_once_one_is_begun(self):
        for words, options in self.tree.items():
            with self.subTest(words=words):
                self.assertEqual(self.complete(*words, "-"), sorted(COMMON | set(options)))
        self.assertEqual(self.complete("check", "--pr"), ["--profile"])

    def test_offers_files_where_they_are_wanted(self):
        self.write("app.wasm", "")
        self.write("two words.toml", "")
        files = ["app.wasm", "two words.toml"]
        for words in (["check"], ["inspect"], ["compile"], ["check", "app.wasm"], ["--config"],
                      ["check", "--profile"], ["compile", "app.wasm", "-o"],
                      ["engine", "section", "--output"], ["--config", "="]):
            with self.subTest(words=words):
                self.assertEqual(self.complete(*words, ""), files)
        self.assertEqual(self.complete("check", "two"), files[1:])
        self.assertEqual(self.complete("--config", "="), files)
        self.assertEqual(self.complete("host", ""), [])

    def test_values_are_not_taken_for_verbs(self):
        for before in (["--set", "module_version", "=", "none"], ["--set", "release", "=", "36"],
                       ["--config", "cache"], ["--config", "=", "cache"], ["--json"]):
            with self.subTest(before=before):
                self.assertIn("inspect", self.complete(*before, ""))
                self.assertEqual(self.complete(*before, "cache", "cl"), ["clear"])
                self.assertEqual(self.complete("cache", *before, "cl"), ["clear"])

    def test_values_of_settings_are_left_alone(self):
        self.write("file", "")
        for words in (["--set", ""], ["--set", "epoch"], ["--set", "target", "="],
                      ["--set", "target", "=", ""], ["inspect", "--release", ""]):
            with self.subTest(words=words):
                self.assertEqual(self.complete(*words), [])
        self.assertEqual(self.complete("check", "--kind", ""), ["component", "module"])
        self.assertEqual(self.complete("check", "--kind", "=", "m"), ["module"])

    def test_is_registered_for_the_command(self):
        done = subprocess.run(["bash", "-c", 'source "$0"; complete -p cwasm', COMPLETION],
                              capture_output=True, timeout=60, check=True)
        self.assertEqual(done.stdout, b"complete -F _cwasm cwasm\n")


if __name__ == "__main__":
    unittest.main()
