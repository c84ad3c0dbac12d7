"""`cwasm check`: verdicts for files and profiles, in text and JSON."""
import unittest

from support import AARCH64, HOST, CliTest, Section, artifact

KEYS = ["file", "profile", "kind", "release", "compatible", "mismatches", "structure", "error"]

# The engine of OTHER differs from that of HOST in five ways.
OTHER = """
[engine]
module_version = "custom:ours"
epoch_interruption = true
wasm_threads = false

[host]
triple = "x86_64-unknown-linux-gnu"
features = ["sse3", "ssse3", "sse4.1", "sse4.2", "cmpxchg16b"]
"""
# code, aspect, name, found, expected, message
FIVE = [
    ("kind", "kind", "e_flags", "e_flags 0x1, EI_OSABI 200, EI_ABIVERSION 0", "component",
     "incompatible object file format"),
    ("version", "version", "version", "48", "ours",
     "Module was compiled with incompatible version '48'"),
    ("isa.has_popcnt", "isa_flags", "has_popcnt", "Bool(true)", "Bool(false)",
     "compilation settings of module incompatible with native host: compilation setting "
     '"has_popcnt" is enabled, but not available on the host'),
    ("tunable.epoch_interruption", "tunables", "epoch_interruption", "false", "true",
     "Module was compiled without epoch interruption but it is enabled for the host"),
    ("feature.threads", "features", "threads", "true", "false",
     "Module was compiled with support for WebAssembly feature `threads` but it is not enabled for "
     "the host"),
]
# Enough of each hint: what has to be typed, and on which side.
HINTS = ["load it as what it is", 'module_version = "none"', "run it on a host that has popcnt",
         "recompile the artifact with Config::epoch_interruption(true), "
         "wasmtime_config_epoch_interruption_set(config, true), wasmtime -W epoch-interruption=y, [engine] epoch_interruption = true; or configure this engine",
         "configure this engine with Config::wasm_threads(true), "
         "wasmtime_config_wasm_threads_set(config, true), wasmtime -W threads=y, [engine] "
         "wasm_threads = true; or recompile"]


class Check(CliTest):
    def setUp(self):
        super().setUp()
        self.write("host.toml", HOST)
        self.write("other.toml", OTHER)
        self.write_artifact("a.cwasm")

    def check(self, *arguments, **options):
        return self.cwasm("check", *arguments, **options)

    def test_an_artifact_that_fits(self):
        run = self.check("a.cwasm", "--config", "host.toml")
        self.assertEqual(run.out, "a.cwasm: fits (module, Wasmtime 48, x86_64-unknown-linux-gnu)\n")
        run = self.check("a.cwasm", "--config", "host.toml", "--json")
        self.assertEqual(run.out, '{"file":"a.cwasm","profile":"host","kind":"module",'
                                  '"release":"48","compatible":true,"mismatches":[],'
                                  '"structure":[],"error":null}\n')
        self.assert_untouched()

    def test_an_artifact_of_this_very_host_fits(self):
        section = self.cwasm("engine", "section").bytes
        self.write("here.cwasm", artifact(section))
        self.assertIn("here.cwasm: fits", self.check("here.cwasm").out)

    def test_every_mismatch_is_told_in_order(self):
        run = self.check("a.cwasm", "--profile", "other.toml", "--kind", "component", "--json",
                         status=6)
        self.assertEqual(run.err, "")
        answer = run.json()
        self.assertEqual(list(answer), KEYS)
        self.assertEqual({key: answer[key] for key in KEYS if key != "mismatches"},
                         {"file": "a.cwasm", "profile": "other.toml", "kind": "module",
                          "release": "48", "compatible": False, "structure": [], "error": None})
        for mismatch, expected, hint in zip(answer["mismatches"], FIVE, HINTS, strict=True):
            self.assertEqual(list(mismatch), ["code", "aspect", "name", "found", "expected",
                                              "message", "hint"])
            self.assertEqual(tuple(mismatch.values())[:-1], expected)
            self.assertIn(hint, mismatch["hint"])

    def test_text_has_message_code_and_cure_of_each(self):
        run = self.check("a.cwasm", "--profile", "other.toml", "--kind", "component", status=6)
        lines = run.out.splitlines()
        self.assertEqual(lines[0], "a.cwasm on other.toml: does not fit, 5 mismatches")
        for i, (code, _, _, found, expected, message) in enumerate(FIVE):
            self.assertEqual(lines[1 + 3 * i], "  " + message)
            self.assertEqual(lines[2 + 3 * i], f"    {code}: found {found}, expected {expected}")
            self.assertTrue(lines[3 + 3 * i].startswith("    cure: "), lines[3 + 3 * i])
        self.assertEqual(len(lines), 16)
        self.assertEqual(run.err, "")

    def test_one_mismatch_is_not_mismatches(self):
        run = self.check("a.cwasm", "--config", "host.toml", "--set", "consume_fuel=true", status=6)
        self.assertTrue(run.out.startswith("a.cwasm: does not fit, 1 mismatch\n"), run)

    def test_the_kind_is_the_files_own_or_the_one_asked_for(self):
        self.write_artifact("c.cwasm", kind="component")
        self.assertIn("fits (component,", self.check("c.cwasm", "--config", "host.toml").out)
        self.check("c.cwasm", "--config", "host.toml", "--kind", "component")
        run = self.check("c.cwasm", "--config", "host.toml", "--kind", "module", "--json", status=6)
        self.assertEqual(run.json()["kind"], "component")
        self.assertEqual([m["code"] for m in run.json()["mismatches"]], ["kind"])

    def test_files_times_profiles(self):
        self.write_artifact("b.cwasm", "consume_fuel=true")
        self.write("old.toml", '[engine]\nrelease = "36"\n' + HOST)
        self.write("arm.toml", '[host]\ntriple = "aarch64-unknown-linux-gnu"\nfeatures = []\n')
        run = self.check("a.cwasm", "b.cwasm", "--profile", "host.toml", "--profile", "arm.toml",
                         "--profile", "old.toml", "--json", status=6)
        answers = run.json_lines()
        self.assertEqual([(a["file"], a["profile"], a["compatible"]) for a in answers],
                         [("a.cwasm", "host.toml", True), ("a.cwasm", "arm.toml", False),
                          ("a.cwasm", "old.toml", False), ("b.cwasm", "host.toml", False),
                          ("b.cwasm", "arm.toml", False), ("b.cwasm", "old.toml", False)])
        self.assertEqual([a["mismatches"][0]["code"] for a in answers[1:]],
                         ["triple.architecture", "version", "tunable.consume_fuel",
                          "triple.architecture", "version"])
        self.assertEqual(answers[2]["mismatches"][0]["message"],
                         "Module was compiled with incompatible Wasmtime version '48'")

    def test_set_goes_on_top_of_every_profile(self):
        self.write("fuel.toml", "[engine]\nconsume_fuel = true\n" + HOST)
        arguments = ["a.cwasm", "--profile", "fuel.toml", "--profile", "host.toml", "--json"]
        run = self.check(*arguments, "--set", "consume_fuel=true", status=6)
        self.assertEqual([a["compatible"] for a in run.json_lines()], [False, False])
        run = self.check(*arguments, "--set", "consume_fuel=false")
        self.assertEqual([a["compatible"] for a in run.json_lines()], [True, True])

    def test_the_worst_exit_status_counts(self):
        self.write("text", "no artifact")
        common = ["--config", "host.toml"]
        self.check("a.cwasm", "absent", *common, status=3)
        self.check("text", "absent", "a.cwasm", *common, status=4)
        self.check("a.cwasm", "text", *common, "--set", "consume_fuel=true", status=6)
        run = self.check("absent", "text", "/dev/null", "a.cwasm", *common, status=7)
        self.assertIn("\na.cwasm    fits\n", run.out, "the others do not stop it")
        self.assertEqual(len(run.err.splitlines()), 3)

    def test_a_file_that_cannot_be_read_has_an_error_in_its_line(self):
        run = self.check("absent", "--config", "host.toml", "--json", status=3)
        self.assertEqual(run.json(), {
            "file": "absent", "profile": "host", "kind": None, "release": None,
            "compatible": False, "mismatches": [], "structure": [],
            "error": {"code": "not_found",
                      "message": "cannot open absent: No such file or directory"}})
        self.assertEqual(run.err, "cwasm: cannot open absent: No such file or directory\n")

    def test_another_machine_is_named(self):
        section = self.section("target=aarch64-unknown-linux-gnu")
        self.write("arm.cwasm", artifact(section, machine=AARCH64))
        run = self.check("arm.cwasm", "--config", "host.toml", "--json", status=6)
        first = run.json()["mismatches"][0]
        self.assertEqual((first["code"], first["message"]),
                         ("triple.architecture", "Module was compiled for architecture 'aarch64'"))

    def test_structure_is_told_beside_the_verdict(self):
        self.write("odd.cwasm", artifact(self.section(), extra=[Section(".mine", b"x")]))
        complaint = 'unexpected section ".mine" in Wasm compilation artifact'
        run = self.check("odd.cwasm", "--config", "host.toml", "--json")
        self.assertEqual(run.json()["structure"], [complaint])
        self.assertIs(run.json()["compatible"], True)
        run = self.check("odd.cwasm", "--config", "host.toml")
        self.assertIn(f"the loader would refuse its structure: {complaint}\n", run.out)
        self.check("odd.cwasm", "--config", "host.toml", "--strict", status=4)
        self.check("a.cwasm", "--config", "host.toml", "--strict")

    def test_names_that_are_no_utf8_do_not_break_json(self):
        name = b"\xff.cwasm".decode("utf-8", "surrogateescape")
        self.write(name, self.read("a.cwasm"))
        run = self.check(name, "--config", "host.toml", "--json")
        self.assertEqual(run.json()["file"], "\N{REPLACEMENT CHARACTER}.cwasm")


if __name__ == "__main__":
    unittest.main()
