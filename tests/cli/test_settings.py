"""Where settings come from, and what is said of wrong ones."""
import unittest

from support import HOST, CliTest

# TOML: LINE:COLUMN and what is said
BAD_TOML = {
    '[cache]\ndirctory = "/x"\n':
        "2:1: unknown key 'dirctory' in [cache]: did you mean 'directory'?",
    "[engine]\n\n  epoch_interuption = true\n":
        "3:3: Wasmtime 48 has no setting 'epoch_interuption': did you mean 'epoch_interruption'?",
    '[engine]\nepoch_interruption = "maybe"\n':
        "2:1: 'epoch_interruption' takes true or false, not 'maybe'",
    "[engine]\nmemory_guard_size = -1\n": "2:1: 'memory_guard_size' takes a number of bytes",
    '[engine]\nrelease = "2"\n': "2:1: ",
    "[cahce]\n": "1:2: unknown table [cahce]: did you mean 'cache'?",
    "[compiler]\ntimeout = 1.5\n":
        "2:1: 'timeout' takes",
    '[compiler]\ncommand = ["cc", 7]\n': "2:18: ",
    "[host]\npage_size = 4096\n": "1:2: [host] names no 'triple'",
    "[cache]\nenabled = tru\n": "2:",
    '[engine]\nwasm_threads = true\nwasm_threads = false\n': "3:",
}

# --set: what is said
BAD_SETTINGS = {
    "epoch_interuption=true": "did you mean 'epoch_interruption'?",
    "epoch_interruption=maybe": "--set: 'epoch_interruption' takes true or false, not 'maybe'",
    "memory_guard_size=big": "--set: 'memory_guard_size' takes a number of bytes",
    "cranelift_opt_level=fast": "'fast'",
    "epoch_interruption": "--set takes NAME=VALUE, not 'epoch_interruption'",
    "=true": "--set takes NAME=VALUE, not '=true'",
    "release=2": "2",
    "dynamic_memory_guard_size=0": "--set: Wasmtime 48 has no setting 'dynamic_memory_guard_size': it "
                                   "existed up to 26 and is called memory_guard_size since",
    "target=nowhere": "nowhere",
}


class Settings(CliTest):
    def hash(self, *arguments, **options):
        return self.cwasm("engine", "hash", *arguments, **options).out.strip()

    def write_home(self, name, content):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def test_a_wrong_setting_is_named_with_the_nearest_good_one(self):
        for setting, complaint in BAD_SETTINGS.items():
            with self.subTest(setting=setting):
                run = self.cwasm("engine", "hash", "--set", setting, status=2)
                self.assertEqual(run.out, "")
                self.assertIn(complaint, run.err)

    def test_a_wrong_setting_is_refused_by_every_verb(self):
        self.write_artifact("a.cwasm")
        self.write("m.wasm", b"\0asm\1\0\0\0")
        for line in ("inspect a.cwasm", "check a.cwasm", "host", "engine show", "engine hash",
                     "engine section", "engine settings", "compile m.wasm", "cache stats", "cache ls", "cache verify",
                     "cache clear"):
            with self.subTest(line=line):
                run = self.cwasm(*line.split(), "--set", "epoch_interuption=true", status=2)
                self.assertEqual(run.out, "")
                self.assertIn("did you mean 'epoch_interruption'?", run.err)
        self.assert_untouched()

    def test_a_setting_of_another_release_is_refused(self):
        run = self.cwasm("engine", "hash", "--set", "release=36", "--set", "concurrency_support=true",
                         status=2)
        self.assertIn("Wasmtime 36 has no setting 'concurrency_support'", run.err)

    def test_a_file_that_is_named_has_to_be_there(self):
        run = self.cwasm("--config", "absent.toml", "host", status=3)
        self.assertEqual(run.err, "cwasm: cannot open absent.toml: No such file or directory\n")
        run = self.cwasm("host", status=3, CWASM_CONFIG="absent.toml")
        self.assertIn("CWASM_CONFIG: cannot open absent.toml", run.err)
        self.write_artifact("a.cwasm")
        run = self.cwasm("check", "a.cwasm", "--profile", "absent.toml", status=3)
        self.assertIn("cannot open absent.toml", run.err)

    def test_what_is_wrong_in_a_file_is_told_with_its_place(self):
        for toml, complaint in BAD_TOML.items():
            with self.subTest(toml=toml):
                self.write("bad.toml", toml)
                for arguments in (["--config", "bad.toml", "host"],
                                  ["check", "a.cwasm", "--profile", "bad.toml"]):
                    run = self.cwasm(*arguments, status=2)
                    self.assertEqual(run.out, "")
                    self.assertTrue(run.err.startswith("cwasm: bad.toml:" + complaint), run)
        self.assert_untouched()

    def test_the_first_place_that_has_a_file_counts_alone(self):
        defaults = self.hash()
        self.write_home(".config/cwasm/config.toml", "[engine]\nepoch_interruption = true\n")
        self.write_home("xdg/cwasm/config.toml", "[engine]\nconsume_fuel = true\n")
        self.write("named.toml", "[engine]\nwasm_threads = false\n")
        self.write("given.toml", "[engine]\ndebug_info = true\n")
        expected = {"home": self.hash("--config", self.home / ".config/cwasm/config.toml"),
                    "xdg": self.hash("--config", self.home / "xdg/cwasm/config.toml"),
                    "named": self.hash("--config", "named.toml"),
                    "given": self.hash("--config", "given.toml")}
        self.assertEqual(len({defaults, *expected.values()}), 5)
        xdg = str(self.home / "xdg")
        self.assertEqual(self.hash(), expected["home"])
        self.assertEqual(self.hash(XDG_CONFIG_HOME=xdg), expected["xdg"])
        self.assertEqual(self.hash(XDG_CONFIG_HOME="xdg"), expected["home"], "relative: ignored")
        self.assertEqual(self.hash(XDG_CONFIG_HOME=xdg, CWASM_CONFIG="named.toml"),
                         expected["named"])
        self.assertEqual(self.hash(CWASM_CONFIG=""), expected["home"], "empty: not set")
        self.assertEqual(self.hash("--config", "given.toml", CWASM_CONFIG="named.toml"),
                         expected["given"])
        self.assertEqual(self.hash(HOME=None), defaults)

    def test_set_adds_to_the_file_and_wins_over_it(self):
        self.write("fuel.toml", "[engine]\nconsume_fuel = true\nepoch_interruption = true\n")
        self.assertEqual(self.hash("--config", "fuel.toml", "--set", "consume_fuel=false"),
                         self.hash("--set", "epoch_interruption=true"))
        self.assertEqual(self.hash("--set", "consume_fuel=true", "--set", "consume_fuel=false"),
                         self.hash())

    def test_a_key_without_effect_is_answered_with_a_warning(self):
        self.write("shared.toml", HOST + '[cache]\ncleanup-interval = "1h"\n')
        warning = ("cwasm: warning: shared.toml:6:1: 'cleanup-interval' is Wasmtime's and has no effect "
                   "on cwasm's cache\n")
        loud = self.run_tool("--config", "shared.toml", "engine", "hash")
        self.assertEqual((loud.status, loud.err), (0, warning))
        quiet = self.cwasm("--config", "shared.toml", "engine", "hash", "--quiet")
        self.assertEqual(quiet.out, loud.out)


if __name__ == "__main__":
    unittest.main()
