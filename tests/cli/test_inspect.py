"""`cwasm inspect`: what an artifact is, in text and JSON."""
import unittest

from support import AARCH64, HOST, CliTest, Section, artifact, elf

KEYS = ["file", "kind", "release", "version", "elf", "target", "shared_flags", "isa_flags",
        "tunables", "features", "features_bits", "trailing_bytes", "sections", "error"]


class Inspect(CliTest):
    def inspect(self, *arguments, **options):
        return self.cwasm("inspect", *arguments, **options)

    def test_json(self):
        self.write_artifact("a.cwasm", "release=36.0.2", "consume_fuel=true")
        seen = self.inspect("a.cwasm", "--json").json()
        self.assertEqual(list(seen), KEYS)
        self.assertEqual((seen["file"], seen["kind"], seen["release"], seen["version"]),
                         ("a.cwasm", "module", "36", "36.0.2"))
        self.assertEqual(seen["elf"], {"endianness": "little", "os_abi": 200, "machine": 62,
                                       "e_flags": 1})
        self.assertEqual(seen["target"], "x86_64-unknown-linux-gnu")
        self.assertIs(seen["tunables"]["consume_fuel"], True)
        self.assertEqual(seen["sections"][1]["name"], ".wasmtime.engine")
        self.assertEqual(list(seen["sections"][1]), ["name", "offset", "size", "alignment"])
        self.assertEqual((seen["trailing_bytes"], seen["error"]), (0, None))
        self.assert_untouched()

    def test_says_what_the_engine_that_wrote_it_says(self):
        self.write_artifact("a.cwasm", "wasm_threads=false", "memory_guard_size=65536")
        seen = self.inspect("a.cwasm", "--json").json()
        self.write("host.toml", HOST)
        shown = self.cwasm("--config", "host.toml", "engine", "show", "--json", "--set",
                           "wasm_threads=false", "--set", "memory_guard_size=65536").json()
        for key in ("target", "shared_flags", "isa_flags", "tunables", "features", "features_bits"):
            self.assertEqual(seen[key], shown[key], key)

    def test_text(self):
        self.write_artifact("c.cwasm", kind="component")
        lines = self.inspect("c.cwasm").out.splitlines()
        self.assertEqual(lines[:4], ["c.cwasm", "  kind      component", "  release   48",
                                     "  target    x86_64-unknown-linux-gnu"])
        self.assertRegex("\n".join(lines), r"\n    memory_guard_size +33554432\n")
        self.assertRegex("\n".join(lines), r"\n    \.wasmtime\.engine +\d+ bytes at 0x40\n")

    def test_many_files_are_one_line_each(self):
        self.write_artifact("a.cwasm")
        self.write_artifact("old.cwasm", "release=20")
        self.write("arm.cwasm", artifact(self.section("target=aarch64-unknown-linux-gnu"),
                                         machine=AARCH64))
        self.write("text", "no artifact")
        run = self.inspect("a.cwasm", "old.cwasm", "text", "arm.cwasm", "absent", "--json", status=4)
        seen = run.json_lines()
        self.assertEqual([s.get("release") for s in seen], ["48", "20", None, "48", None])
        self.assertEqual([s["error"] and s["error"]["code"] for s in seen],
                         [None, None, "malformed", None, "not_found"])
        self.assertEqual(list(seen[2]), ["file", "error"])
        self.assertEqual(len(run.err.splitlines()), 2)

    def test_a_text_that_names_no_release_is_read_with_the_newest_layout_that_fits(self):
        self.write_artifact("custom.cwasm", "release=36", "module_version=custom:ours")
        self.write_artifact("none.cwasm", "release=36", "module_version=none")
        for name, version in (("custom.cwasm", "ours"), ("none.cwasm", "")):
            with self.subTest(name=name):
                seen = self.inspect(name, "--json").json()
                self.assertEqual(seen["version"], version)
                self.assertIn(36, seen["fitting_releases"])
                self.assertEqual(seen["release"], str(seen["fitting_releases"][-1]))
                text = self.inspect(name).out
                fitting = ", ".join(map(str, seen["fitting_releases"]))
                self.assertIn(f"the text names no release; the layouts of {fitting} fit\n", text)
                chosen = self.inspect(name, "--json", "--release", "36").json()
                self.assertEqual(chosen["release"], "36")

    def test_a_file_of_neither_kind_is_shown(self):
        self.write("neither", elf([Section(".wasmtime.engine", self.section())], flags=0))
        seen = self.inspect("neither", "--json").json()
        self.assertIsNone(seen["kind"])
        self.assertIn("neither module nor component", self.inspect("neither").out)

    def test_what_could_drive_a_terminal_is_taken_out(self):
        section = bytearray(self.section())
        at = section.index(b"x86_64")
        section[at:at + 4] = b"\x1b[2J"
        self.write("escape.cwasm", artifact(bytes(section)))
        self.assertIn("  target    \N{REPLACEMENT CHARACTER}[2J64-unknown-linux-gnu\n",
                      self.inspect("escape.cwasm").out)
        self.assertEqual(self.inspect("escape.cwasm", "--json").json()["target"],
                         "\x1b[2J64-unknown-linux-gnu")
        self.assertNotIn("\x1b", self.cwasm("check", "escape.cwasm", status=6).out)
        self.assertNotIn("\x1b", self.cwasm("check", "\x1b[2J", status=3).err)


if __name__ == "__main__":
    unittest.main()
