"""`cwasm engine` and `cwasm host`: what an engine with these settings would write, and where."""
import json
import os
import pty
import unittest

from support import HOST, SOURCE, CliTest

AARCH64_HOST = '[host]\ntriple = "aarch64-unknown-linux-gnu"\nfeatures = ["lse"]\npage_size = 65536\n'


class Hash(CliTest):
    def setUp(self):
        super().setUp()
        self.write("host.toml", HOST)

    def test_prints_the_hash_alone(self):
        run = self.cwasm("--config", "host.toml", "engine", "hash")
        self.assertRegex(run.out, r"\A[0-9a-f]{32}\n\Z")

    def test_json(self):
        plain = self.cwasm("--config", "host.toml", "engine", "hash").out.strip()
        run = self.cwasm("--config", "host.toml", "engine", "hash", "--json")
        self.assertEqual(run.out, f'{{"hash":"{plain}","release":"48",'
                                  '"target":"x86_64-unknown-linux-gnu"}\n')

    def test_explain_lists_what_is_hashed(self):
        run = self.cwasm("--config", "host.toml", "engine", "hash", "--explain", "--json")
        explained = run.json()
        self.assertEqual(list(explained), ["hash", "release", "target", "fields"])
        fields = {field["name"]: field["value"] for field in explained["fields"]}
        self.assertEqual(fields["release"], "48")
        self.assertEqual(fields["target"], "x86_64-unknown-linux-gnu")
        self.assertEqual(fields["isa.has_popcnt"], "Bool(true)")
        text = self.cwasm("--config", "host.toml", "engine", "hash", "--explain").out.splitlines()
        self.assertEqual(text[0], explained["hash"])
        self.assertEqual([line.split()[0] for line in text[1:]], list(fields))

    def test_each_module_version_strategy_hashes_apart(self):
        hashes = {self.cwasm("--config", "host.toml", "engine", "hash", "--set",
                             f"module_version={strategy}").out
                  for strategy in ("wasmtime", "none", "custom:48", "custom:mine")}
        self.assertEqual(len(hashes), 4)

    def test_the_documented_vectors_hold(self):
        self.write("bare.toml", '[host]\ntriple = "x86_64-unknown-linux-gnu"\nfeatures = []\n')
        for vector in json.loads((SOURCE / "docs/compatibility-hash-vectors.json").read_text()):
            settings = [word for setting in vector["settings"] for word in ("--set", setting)]
            with self.subTest(settings=settings):
                run = self.cwasm("--config", "bare.toml", "engine", "hash", "--explain", "--json",
                                 *settings)
                self.assertEqual(run.json()["hash"], vector["hash"])
                self.assertEqual(len(run.json()["fields"]), vector["fields"])


class Section(CliTest):
    def test_goes_to_standard_output_or_to_a_file(self):
        section = self.section()
        self.assertEqual(section[:4], b"\0\x0248")
        run = self.cwasm("--config", "section.toml", "engine", "section", "-o", "section.bin")
        self.assertEqual(run.bytes, b"")
        self.assertEqual(self.read("section.bin"), section)

    def test_says_the_release_as_that_release_does(self):
        self.assertEqual(self.section("release=36")[:8], b"\0\x0636.0.0")
        self.assertEqual(self.section("release=36.0.2")[:8], b"\0\x0636.0.2")
        self.assertEqual(self.section("module_version=custom:mine")[:6], b"\0\x04mine")
        self.assertEqual(self.section("module_version=none")[:2], b"\0\0")

    def test_is_kept_off_terminals(self):
        try:
            leader, follower = pty.openpty()
        except OSError as error:
            self.skipTest(f"there are no terminals here: {error}")
        self.addCleanup(os.close, leader)
        with open(follower, "wb") as terminal:
            run = self.run_tool("engine", "section", stdout=terminal)
        self.assertEqual(run.status, 2)
        self.assertIn("the section is binary: name a file with -o", run.err)
        os.set_blocking(leader, False)
        try:
            printed = os.read(leader, 1)
        except OSError:
            printed = b""
        self.assertEqual(printed, b"")

    def test_a_file_that_cannot_be_written_is_an_error(self):
        run = self.cwasm("engine", "section", "-o", "no/such/place", status=3)
        self.assertIn("no/such/place", run.err)
        self.write("file", "")
        run = self.cwasm("engine", "section", "-o", "file/section", status=7)
        self.assertIn("Not a directory", run.err)


class Show(CliTest):
    def test_json(self):
        self.write("host.toml", HOST)
        shown = self.cwasm("--config", "host.toml", "engine", "show", "--json", "--set",
                           "release=36.0.2").json()
        self.assertEqual(list(shown), ["release", "version", "hash", "host", "host_features",
                                       "target", "shared_flags", "isa_flags", "tunables",
                                       "features", "features_bits"])
        self.assertEqual((shown["release"], shown["version"]), ("36.0.2", "36.0.2"))
        self.assertEqual(shown["shared_flags"]["opt_level"], "speed")
        self.assertIs(shown["isa_flags"]["has_avx"], False)
        self.assertEqual(shown["tunables"]["memory_guard_size"], 33554432)

    def test_text(self):
        self.write("host.toml", HOST)
        run = self.cwasm("--config", "host.toml", "engine", "show")
        self.assertTrue(run.out.startswith("Wasmtime 48\n  hash      "), run)
        for line in ("memory_guard_size", "has_popcnt", "opt_level", "features"):
            self.assertIn(line, run.out)

    def test_impossible_settings_are_refused(self):
        run = self.cwasm("engine", "show", "--set", "wasm_simd=false", status=2)
        self.assertEqual(run.out, "")
        self.assertIn("cannot disable the simd proposal but enable the relaxed simd proposal",
                      run.err)


class SettingsList(CliTest):
    def listed(self, *settings):
        words = [word for setting in settings for word in ("--set", setting)]
        lines = self.cwasm("engine", "settings", "--json", *words).out.splitlines()
        return {(row["group"], row["name"]): row for row in map(json.loads, lines)}

    def test_json_has_a_setting_a_line(self):
        listed = self.listed("release=48", "target=x86_64-unknown-linux-gnu")
        self.assertEqual(listed["engine", "memory_guard_size"],
                         {"name": "memory_guard_size", "group": "engine", "type": "number",
                          "default": 33554432, "since": 27, "until": None, "effect": "artifact",
                          "meaning": "guard region of a linear memory, in bytes"})
        self.assertEqual(listed["engine", "strategy"]["choices"], ["auto", "cranelift", "winch"])
        self.assertIsNone(listed["engine", "target"]["default"])
        self.assertIs(listed["feature", "wasm_simd"]["default"], True)
        self.assertEqual(listed["cranelift", "opt_level"]["default"], "speed")
        self.assertIs(listed["isa", "has_avx2"]["default"], False)
        self.assertEqual(listed["preset", "haswell"]["type"], "")
        self.assertEqual({group for group, _ in listed},
                         {"engine", "feature", "cranelift", "isa", "preset"})
        for row in listed.values():
            self.assertLessEqual({"name", "group", "type", "default", "since", "until", "meaning"},
                                 set(row))
            self.assertTrue(row["meaning"], row)

    def test_it_is_that_of_the_release_and_target(self):
        old = self.listed("release=21", "target=aarch64-unknown-linux-gnu")
        self.assertEqual(old["engine", "dynamic_memory_guard_size"]["until"], 26)
        self.assertNotIn(("engine", "memory_guard_size"), old)
        self.assertIn(("isa", "has_lse"), old)
        self.assertNotIn(("isa", "has_avx2"), old)
        self.assertFalse(any(group == "preset" for group, _ in old))

    def test_text_is_a_table_in_groups(self):
        out = self.cwasm("engine", "settings", "--set", "target=x86_64-unknown-linux-gnu").out
        lines = out.splitlines()
        self.assertEqual(lines[0], "engine settings (NAME = VALUE)")
        self.assertEqual([line for line in lines if line and not line.startswith(" ")][1:],
                         ["features (NAME = true or false)",
                          "flags of the code generator (cranelift_flag_set = NAME=VALUE)",
                          "flags of the instruction set (cranelift_flag_set = NAME=VALUE)",
                          "presets (cranelift_flag_enable = NAME)"])
        row = next(line for line in lines if line.startswith("  consume_fuel "))
        self.assertEqual(row.split(), ["consume_fuel", "boolean", "false", "3-", "count", "fuel"])

    def test_a_release_that_is_not_known_is_an_error(self):
        run = self.cwasm("engine", "settings", "--set", "release=2", status=2)
        self.assertIn("from 3 to 49", run.err)


class Host(CliTest):
    def test_this_host_as_a_profile_is_this_host(self):
        self.write("here.toml", self.cwasm("host").out)
        self.assertEqual(self.cwasm("--config", "here.toml", "engine", "show").out,
                         self.cwasm("engine", "show").out)
        self.assertEqual(self.cwasm("--config", "here.toml", "host").out, self.cwasm("host").out)

    def test_json_says_the_same(self):
        here = self.cwasm("host", "--json").json()
        self.assertEqual(list(here), ["triple", "features", "page_size"])
        text = self.cwasm("host").out
        self.assertIn(f'triple = "{here["triple"]}"\n', text)
        self.assertIn(f'page_size = {here["page_size"]}\n', text)

    def test_the_host_of_the_settings_is_echoed(self):
        self.write("arm.toml", AARCH64_HOST)
        self.assertEqual(self.cwasm("--config", "arm.toml", "host").out, AARCH64_HOST)
        for features in ('"none"', '[]', '"unknown"'):
            self.write("other.toml", f'[host]\ntriple = "riscv64gc-unknown-linux-gnu"\n'
                                     f'features = {features}\n')
            with self.subTest(features=features):
                out = self.cwasm("--config", "other.toml", "host").out
                self.assertIn(f"features = {features}\n", out)
                self.write("echo.toml", out)
                self.assertEqual(self.cwasm("--config", "echo.toml", "host").out, out)


if __name__ == "__main__":
    unittest.main()
