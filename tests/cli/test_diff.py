"""`cwasm diff`: two artifacts, two profiles, or one of each."""
import unittest

from support import HOST, CliTest, artifact

TEXT = """\
                a.cwasm  b.cwasm
kind
  kind          module   component
isa_flags
  has_popcnt    true     false
tunables
  consume_fuel  false    true
features
  threads       true     false
"""


def by_name(seen):
    return {(d["aspect"], d["name"]): (d["a"], d["b"]) for d in seen["differences"]}


class Diff(CliTest):
    def setUp(self):
        super().setUp()
        self.write("host.toml", HOST)
        self.write("fuel.toml", "[engine]\nconsume_fuel = true\n" + HOST)
        self.write("old.toml", '[engine]\nrelease = "20"\n' + HOST)
        self.write_artifact("a.cwasm")

    def diff(self, *arguments, **options):
        return self.cwasm("diff", *arguments, **options)

    def test_two_artifacts(self):
        section = self.section("consume_fuel=true", "wasm_threads=false",
                               host=HOST.replace('"popcnt", ', ""))
        self.write("b.cwasm", artifact(section, "component"))
        run = self.diff("a.cwasm", "b.cwasm", status=6)
        self.assertEqual(run.out, TEXT)
        self.assertEqual(run.err, "")
        seen = self.diff("a.cwasm", "b.cwasm", "--json", status=6).json()
        self.assertEqual(seen, {"a": "a.cwasm", "b": "b.cwasm", "equal": False, "differences": [
            {"aspect": "kind", "name": "kind", "a": "module", "b": "component"},
            {"aspect": "isa_flags", "name": "has_popcnt", "a": "true", "b": "false"},
            {"aspect": "tunables", "name": "consume_fuel", "a": "false", "b": "true"},
            {"aspect": "features", "name": "threads", "a": "true", "b": "false"}]})
        self.assert_untouched()

    def test_equal_ones(self):
        self.write("b.cwasm", self.read("a.cwasm"))
        for a, b, more in (("a.cwasm", "b.cwasm", ""), ("host.toml", "host.toml", ""),
                           ("a.cwasm", "host.toml", "a.cwasm fits host.toml\n"),
                           ("host.toml", "a.cwasm", "a.cwasm fits host.toml\n")):
            with self.subTest(a=a, b=b):
                self.assertEqual(self.diff(a, b).out, f"{a} and {b} do not differ\n{more}")
        self.assertEqual(self.diff("a.cwasm", "b.cwasm", "--json").out,
                         '{"a":"a.cwasm","b":"b.cwasm","equal":true,"differences":[]}\n')

    def test_two_profiles(self):
        seen = self.diff("host.toml", "fuel.toml", "--json", status=6).json()
        self.assertEqual(by_name(seen), {("tunables", "consume_fuel"): ("false", "true")})
        self.assertNotIn("compatible", seen)
        self.diff("host.toml", "fuel.toml", "--set", "consume_fuel=true")

    def test_an_artifact_and_a_profile(self):
        seen = self.diff("a.cwasm", "fuel.toml", "--json", status=6).json()
        self.assertEqual(by_name(seen), {("tunables", "consume_fuel"): ("false", "true")})
        self.assertIs(seen["compatible"], False)
        self.assertTrue(self.diff("fuel.toml", "a.cwasm", status=6).out.endswith(
            "a.cwasm does not fit fuel.toml: 1 mismatch (cwasm check a.cwasm --profile fuel.toml)\n"))
        # What differs does not always stand in the way.
        self.write("less.toml", HOST.replace('"popcnt", ', ""))
        self.write("less.cwasm", artifact(self.section(host=HOST.replace('"popcnt", ', ""))))
        seen = self.diff("less.cwasm", "host.toml", "--json", status=6).json()
        self.assertEqual(by_name(seen), {("isa_flags", "has_popcnt"): ("false", "true")})
        self.assertIs(seen["compatible"], True)

    def test_releases_of_any_age(self):
        seen = by_name(self.diff("a.cwasm", "old.toml", "--json", status=6).json())
        self.assertEqual(seen["version", "release"], ("48", "20"))
        self.assertEqual(seen["version", "version"], ("48", "20.0.0"))
        self.assertEqual(seen["tunables", "static_memory_bound_is_maximum"], (None, "false"))
        self.assertEqual(seen["tunables", "gc_heap_may_move"][1], None)
        self.assertIn("  gc_heap_may_move                  true", self.diff(
            "a.cwasm", "old.toml", status=6).out)

    def test_a_text_that_names_no_release_is_read_as_the_other_sides(self):
        self.write("own.toml", '[engine]\nrelease = "36"\nmodule_version = "custom:ours"\n' + HOST)
        self.write("own.cwasm", artifact(self.section("release=36", "module_version=custom:ours")))
        self.diff("own.cwasm", "own.toml")
        self.diff("own.toml", "own.cwasm")

    def test_what_cannot_be_compared(self):
        self.write("bad.toml", "[engine]\nconsume_fule = true\n")
        self.write("bad.cwasm", "text")
        self.write("cut", self.read("a.cwasm")[:100])
        for name, status, text in (("absent", 3, "cannot open absent: No such file or directory"),
                                   ("bad.toml", 2, "bad.toml:2:1: "), (".", 7, "it is a directory"),
                                   ("bad.cwasm", 4, "bad.cwasm: failed to parse precompiled"),
                                   ("cut", 4, "cut: ")):
            with self.subTest(name=name):
                for files in ((name, "host.toml"), ("a.cwasm", name)):
                    run = self.diff(*files, status=status)
                    self.assertIn(text, run.err)
                    self.assertEqual(run.out, "")
        self.diff("a.cwasm", status=2)
        self.diff("a.cwasm", "a.cwasm", "a.cwasm", status=2)


if __name__ == "__main__":
    unittest.main()
