"""The command line itself: help, version, what is refused, where the common options may stand."""
import unittest

from support import HOST, CliTest, command_tree

VERBS = [(), ("inspect",), ("check",), ("host",), ("engine",), ("engine", "show"), ("engine", "hash"),
         ("engine", "section"), ("compile",), ("cache",), ("cache", "stats"), ("cache", "ls"),
         ("cache", "verify"), ("cache", "clear")]

# command line: what standard error has to name
REFUSED = {
    "": "'cwasm' needs a verb behind it: inspect, check, diff, host,",
    "chek a.cwasm": "unknown verb 'chek': did you mean 'check'?",
    "frobnicate": "unknown verb 'frobnicate'",
    "cache": "'cache' needs a verb behind it: stats, ls, show, pin, unpin, gc, verify, export, import, clear",
    "cache cler": "unknown verb 'cler': did you mean 'clear'?",
    "engine": "'engine' needs a verb behind it: show, hash, section",
    "engine hsh": "unknown verb 'hsh': did you mean 'hash'?",
    "--frobnicate": "unknown option '--frobnicate'",
    "host --frobnicate": "--frobnicate",
    "host unexpected": "unexpected",
    "engine hash --output x": "--output",
    "check": "FILE is required",
    "inspect": "FILE is required",
    "compile": "IN is required",
    "compile a.wasm b.wasm": "IN",
    "compile a.wasm -o": "--output",
    "check a.cwasm --kind library": "--kind: library not in {module,component}",
    "check a.cwasm --profile": "--profile",
    "inspect a.cwasm --release 2": "--release: Value 2 not in range",
    "inspect a.cwasm --release new": "--release: Value new not in range",
    "--set": "--set",
    "--config": "--config",
}


class Usage(CliTest):
    def test_every_verb_explains_itself_on_standard_output(self):
        for words in VERBS:
            for option in ("--help", "-h"):
                with self.subTest(words=words, option=option):
                    run = self.cwasm(*words, option)
                    self.assertIn(" ".join(("Usage: cwasm", *words)), run.out)
        self.assert_untouched()

    def test_help_lists_every_verb(self):
        tree = command_tree(lambda *words: self.cwasm(*words, "--help").out)
        self.assertLessEqual(set(VERBS), set(tree))

    def test_version(self):
        run = self.cwasm("--version")
        self.assertRegex(run.out, r"\Acwasm \d+\.\d+\.\d+\n\Z")

    def test_what_makes_no_sense_is_refused_on_standard_error(self):
        for line, complaint in REFUSED.items():
            with self.subTest(line=line):
                run = self.cwasm(*line.split(), status=2)
                self.assertEqual(run.out, "")
                self.assertTrue(run.err.startswith("cwasm: "), run)
                self.assertIn(complaint, run.err)
                self.assertIn("--help", run.err)
        self.assert_untouched()

    def test_common_options_stand_before_or_behind_the_verb(self):
        self.write("host.toml", HOST)
        common = ["--config", "host.toml", "--set", "epoch_interruption=true", "--set",
                  "consume_fuel=true", "--json"]
        behind = self.cwasm("engine", "hash", *common)
        self.assertEqual(self.cwasm(*common, "engine", "hash").out, behind.out)
        self.assertEqual(self.cwasm("engine", *common, "hash").out, behind.out)
        self.assertEqual(self.cwasm(*common[:4], "engine", "hash", *common[4:]).out, behind.out)

    def test_set_takes_one_value_and_leaves_what_follows(self):
        self.write_artifact("a.cwasm")
        run = self.cwasm("--config", "section.toml", "check", "--set", "consume_fuel=false", "a.cwasm")
        self.assertIn("a.cwasm: fits", run.out)


if __name__ == "__main__":
    unittest.main()
