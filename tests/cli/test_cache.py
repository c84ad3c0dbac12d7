"""`cwasm cache`, and a cache that is damaged or cannot be used."""
import os
import re
import shutil
import unittest

from compilers import COUNTERS, CompileTest
from support import MODULE

ENTRY_KEYS = ["hash", "digest", "kind", "bytes", "blob", "release", "target", "opt_level",
              "producer", "input", "compile_seconds", "uses", "pinned", "created", "last_used"]


class Verbs(CompileTest):
    def test_looking_at_a_cache_that_is_not_there_makes_none(self):
        zeros = dict.fromkeys([*COUNTERS, "served_bytes", "stored_bytes", "entries", "bytes", "hit_rate",
                               "saved_seconds", "compile_seconds"], 0)
        never = {"count": 0, "seconds": 0, "buckets": []}
        zeros |= {"hit_latency": never, "miss_latency": never}
        self.assertEqual(self.stats(), zeros)
        self.assertEqual(list(self.stats()), list(zeros))
        for verb, out in (("ls", ""), ("verify", "0 artifacts checked, 0 damaged, 0 leftovers removed\n"),
                          ("clear", "0 entries, 0 bytes removed\n")):
            self.assertEqual(self.configured("cache", verb).out, out)
        for verb, out in (("ls", ""),
                          ("verify", '{"checked":0,"corrupt":0,"orphans":0,"findings":[]}\n'),
                          ("clear", '{"entries":0,"bytes":0}\n')):
            self.assertEqual(self.configured("cache", verb, "--json").out, out)
        self.assert_untouched()

    def test_stats_as_text_say_the_same_as_json(self):
        self.compile("m.wasm")
        self.compile("m.wasm")
        lines = self.configured("cache", "stats").out.splitlines()
        said = dict(map(str.split, lines[:len(COUNTERS) + 4]))
        stats = self.stats()
        self.assertEqual({name: int(value) for name, value in said.items()},
                         {name: stats[name] for name in said})
        self.assertEqual(stats["hits"], 1)
        self.assertEqual(lines[len(said)].split(), ["hit_rate", "50.0", "%"])
        self.assertEqual(stats["hit_rate"], 0.5)
        self.assertGreater(stats["saved_seconds"], 0)
        self.assertEqual(stats["saved_seconds"], stats["compile_seconds"])
        self.assertEqual((stats["hit_latency"]["count"], stats["miss_latency"]["count"]), (1, 1))

    def test_stats_per_engine_and_module(self):
        first = self.compile("m.wasm")
        self.compile("m.wasm")
        engine = self.configured("cache", "stats", "--by", "engine", "--json").json()
        self.assertEqual((engine["hash"], engine["about"], engine["entries"], engine["hits"]),
                         (first["hash"], "48, x86_64-unknown-linux-gnu, opt level speed", 1, 1))
        module = self.configured("cache", "stats", "--by", "module", "--json").json()
        self.assertEqual((module["digest"], module["about"]), (first["digest"], "m.wasm"))
        self.assertIn("m.wasm", self.configured("cache", "stats", "--by", "module").out)
        self.configured("cache", "stats", "--by", "colour", status=2)

    def test_stats_for_prometheus(self):
        self.compile("m.wasm")
        self.compile("m.wasm")
        text = self.configured("cache", "stats", "--prometheus").out
        self.assertIn("# TYPE cwasm_cache_hits_total counter\ncwasm_cache_hits_total 1\n", text)
        self.assertIn("# TYPE cwasm_cache_hit_seconds histogram\n", text)
        self.assertIn('cwasm_cache_hit_seconds_bucket{le="+Inf"} 1\n', text)
        self.assertIn("cwasm_cache_hit_seconds_count 1\n", text)
        names = set()
        for line in text.splitlines():
            if line.startswith("# TYPE"):
                names.add(line.split()[2])
            elif not line.startswith("#"):
                self.assertRegex(line, r'\A[a-z_]+(\{le="[^"]+"\})? [0-9.e+-]+\Z')
                self.assertTrue(any(line.startswith(name) for name in names), line)

    def test_ls_json(self):
        first = self.compile("m.wasm")
        self.compile("m.wasm")
        entry = self.configured("cache", "ls", "--json").json()
        self.assertEqual(list(entry), ENTRY_KEYS)
        for key in ("hash", "digest", "kind", "bytes", "compile_seconds"):
            self.assertEqual(entry[key], first[key])
        self.assertTrue(first["artifact"].endswith(entry["blob"]))
        self.assertEqual((entry["release"], entry["target"], entry["opt_level"], entry["input"],
                          entry["uses"]),
                         ("48", "x86_64-unknown-linux-gnu", "speed", "m.wasm", 1))
        for key in ("created", "last_used"):
            self.assertRegex(entry[key], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")

    def test_ls_has_a_line_for_each_entry(self):
        self.compile("m.wasm")
        self.write("other.wasm", MODULE + b"\0\2\1x")
        self.compile("other.wasm")
        lines = self.configured("cache", "ls").out.splitlines()
        self.assertEqual(len(lines), 2)
        self.assertEqual({line.split()[-1] for line in lines}, {"m.wasm", "other.wasm"})
        self.assertEqual(len(self.configured("cache", "ls", "--json").json_lines()), 2)

    def test_show_says_everything_about_a_module(self):
        first = self.compile("m.wasm")
        for name in ("m.wasm", first["digest"]):
            shown = self.configured("cache", "show", name, "--json").json()
            self.assertEqual(list(shown), [*ENTRY_KEYS, "artifact"])
            self.assertEqual(shown["artifact"], first["artifact"])
        text = self.configured("cache", "show", "m.wasm").out
        self.assertIn(f"module {first['digest']}\n  48, x86_64-unknown-linux-gnu, opt level speed", text)
        self.assertIn(first["artifact"], text)
        unknown = self.configured("cache", "show", "0" * 64, status=3)
        self.assertEqual(unknown.err, "cwasm: the cache has no such module\n")
        self.configured("cache", "show", "not-there", status=3)

    def test_pinned_entries_survive_and_gc_says_what_it_did(self):
        self.compile("m.wasm")
        self.write("other.wasm", MODULE + b"\0\2\1x")
        self.compile("other.wasm")
        self.assertEqual(self.configured("cache", "pin", "m.wasm").out, "1 entries pinned\n")
        self.assertEqual(self.configured("cache", "pin", "m.wasm", "--json").json(), {"pinned": 0})
        settings = (self.work / "settings.toml").read_text()
        self.write("small.toml", settings + "[cache]\nmax_bytes = 1\n")
        done = self.cwasm("--config", "small.toml", "cache", "gc", "--json").json()
        self.assertEqual((done["evicted"], done["unloadable"], done["orphans"]), (1, 0, 0))
        left = self.configured("cache", "ls", "--json").json()
        self.assertEqual((left["input"], left["pinned"]), ("m.wasm", True))
        self.assertEqual(self.configured("cache", "unpin", "m.wasm").out, "1 entries unpinned\n")
        self.assertEqual(self.stats()["evictions"], 1)

    def test_gc_finds_what_no_profile_loads(self):
        self.compile("m.wasm")
        self.write("other.toml", "[engine]\nrelease = \"36\"\n")
        kept = self.configured("cache", "gc", "--profile", "settings.toml", "--json").json()
        self.assertEqual(kept, {"evicted": 0, "bytes": 0, "unloadable": 0, "orphans": 0})
        found = self.configured("cache", "gc", "--profile", "other.toml").out
        self.assertEqual(found, "0 entries removed, 0 bytes, 0 leftovers\n"
                                "1 entries that no engine asked about loads go first\n")
        both = self.configured("cache", "gc", "--profile", "other.toml", "--profile", "settings.toml",
                               "--unloadable", "--json").json()
        self.assertEqual(both["evicted"], 0)
        gone = self.configured("cache", "gc", "--profile", "other.toml", "--unloadable", "--json").json()
        self.assertEqual(gone["evicted"], 1)
        self.configured("cache", "gc", "--unloadable", status=2)

    def test_verify_finds_nothing_wrong(self):
        self.compile("m.wasm")
        self.assertEqual(self.configured("cache", "verify").out,
                         "1 artifacts checked, 0 damaged, 0 leftovers removed\n")
        self.assertEqual(self.configured("cache", "verify", "--json").out,
                         '{"checked":1,"corrupt":0,"orphans":0,"findings":[]}\n')

    def test_clear_takes_entries_and_counters(self):
        size = self.compile("m.wasm")["bytes"]
        run = self.configured("cache", "clear", "--json")
        self.assertEqual(run.out, f'{{"entries":1,"bytes":{size}}}\n')
        self.assert_counted(0, 0)
        self.assertEqual(self.blobs(), [])
        self.compile("m.wasm")
        self.assertEqual(self.configured("cache", "clear").out, f"1 entries, {size} bytes removed\n")
        self.compile("m.wasm")
        self.assertEqual(self.configured("cache", "clear", "--quiet").out, "")
        self.assertEqual(self.runs(), 3)

    def test_without_a_home_there_is_no_place_for_it(self):
        run = self.configured("cache", "stats", HOME=None, status=2)
        self.assertIn("HOME", run.err)
        run = self.configured("cache", "stats", HOME=None, XDG_CACHE_HOME=str(self.work / "xdg"))
        self.assertIn("hits", run.out)


class Damaged(CompileTest):
    def damage(self, blob):
        """Flips a byte, as a disk would, in a way that does not go unseen."""
        content = bytearray(blob.read_bytes())
        content[-1] ^= 0x40
        blob.chmod(0o644)
        blob.write_bytes(content)
        blob.chmod(0o444)
        os.utime(blob, (1, 1))

    def test_a_damaged_artifact_is_a_miss_and_is_made_anew(self):
        self.compile("m.wasm")
        (blob,) = self.blobs()
        self.damage(blob)
        run = self.run_tool("--config", "settings.toml", "compile", "m.wasm", "-o", "out.cwasm",
                            "--json")
        self.assertEqual((run.status, run.json()["outcome"], self.runs()), (0, "miss", 2), run)
        self.assertEqual(self.read("out.cwasm"), self.read("module.cwasm"))
        self.assertEqual(blob.read_bytes(), self.read("module.cwasm"))
        self.assert_counted(1, misses=1, corrupt=1, compiles=2, stores=2)
        self.assertEqual(self.compile("m.wasm")["outcome"], "hit")

    def test_verify_finds_a_damaged_artifact(self):
        self.compile("m.wasm")
        (blob,) = self.blobs()
        self.damage(blob)
        run = self.configured("cache", "verify", "--json", status=7)
        report = run.json()
        self.assertEqual((report["checked"], report["corrupt"]), (1, 1))
        self.assertIn(blob.name, report["findings"][0])
        self.assertEqual(self.stats()["entries"], 0)
        self.configured("cache", "verify")
        self.assertEqual(self.compile("m.wasm")["outcome"], "miss")

    def test_an_artifact_that_is_gone_is_made_anew(self):
        self.compile("m.wasm")
        (blob,) = self.blobs()
        blob.unlink()
        run = self.run_tool("--config", "settings.toml", "compile", "m.wasm", "--json")
        self.assertEqual((run.status, run.json()["outcome"], self.runs()), (0, "miss", 2), run)
        self.assertEqual(blob.read_bytes(), self.read("module.cwasm"))

    def test_a_damaged_database_is_set_aside_with_a_warning(self):
        self.compile("m.wasm")
        for path in self.cache_directory().glob("index.db*"):
            path.write_bytes(b"garbage" * 4096)
        run = self.run_tool("--config", "settings.toml", "compile", "m.wasm", "-o", "out.cwasm",
                            "--json")
        self.assertEqual((run.status, run.json()["outcome"]), (0, "miss"), run)
        self.assertTrue(run.err.startswith("cwasm: warning: "), run)
        self.assertIn("index.db", run.err)
        self.assertEqual(self.read("out.cwasm"), self.read("module.cwasm"))
        self.assertEqual(self.compile("m.wasm")["outcome"], "hit")
        self.assertEqual(self.runs(), 2)

    def test_a_warning_is_kept_back_when_it_is_to_be_quiet(self):
        self.compile("m.wasm")
        for path in self.cache_directory().glob("index.db*"):
            path.write_bytes(b"garbage" * 4096)
        run = self.configured("compile", "m.wasm", "--quiet", "-o", "out.cwasm")
        self.assertEqual(run.out, "")

    def test_a_database_that_is_cut_short(self):
        self.compile("m.wasm")
        self.stats()
        with open(self.cache_directory() / "index.db", "r+b") as database:
            database.truncate(5000)
        for path in self.cache_directory().glob("index.db-*"):
            path.unlink()
        run = self.run_tool("--config", "settings.toml", "compile", "m.wasm", "-o", "out.cwasm")
        self.assertEqual(run.status, 0, run)
        self.assertEqual(self.read("out.cwasm"), self.read("module.cwasm"))
        self.assertEqual(self.compile("m.wasm")["outcome"], "hit")

    def test_a_cache_whose_files_were_all_removed(self):
        self.compile("m.wasm")
        shutil.rmtree(self.cache_directory())
        self.assertEqual(self.compile("m.wasm")["outcome"], "miss")
        self.assertEqual(self.compile("m.wasm")["outcome"], "hit")


class Unusable(CompileTest):
    """A file stands where the cache's directory should be: not even root can write there."""

    def setUp(self):
        super().setUp()
        self.write("file", "")
        self.compiler(cache=self.work / "file")

    def test_the_work_is_done_with_a_warning(self):
        for runs in (1, 2):
            run = self.run_tool("--config", "settings.toml", "compile", "m.wasm", "-o", "out.cwasm",
                                "--json")
            self.assertEqual((run.status, self.runs()), (0, runs), run)
            self.assertEqual((run.json()["outcome"], run.json()["artifact"]), ("miss", "out.cwasm"))
            self.assertRegex(run.err, r"\Acwasm: warning: working without the cache: .*/file.*\n\Z")
            self.assertEqual(self.read("out.cwasm"), self.read("module.cwasm"))
        self.assertEqual(self.read("file"), b"")

    def test_quietly(self):
        self.assertEqual(self.configured("compile", "m.wasm", "-o", "out.cwasm", "--quiet").out, "")

    def test_without_a_place_for_the_artifact_it_fails(self):
        run = self.configured("compile", "m.wasm", status=7)
        self.assertEqual(run.out, "")
        self.assertIn("no -o FILE", run.err)

    def test_looking_at_it_is_an_error(self):
        for verb in ("stats", "ls", "verify", "clear"):
            run = self.configured("cache", verb, status=7)
            self.assertTrue(re.search(r"^cwasm: .*/file", run.err), run)

    def test_without_a_home_the_work_is_done(self):
        self.compiler()
        run = self.run_tool("--config", "settings.toml", "compile", "m.wasm", "-o", "out.cwasm",
                            HOME=None)
        self.assertEqual(run.status, 0, run)
        self.assertIn("cwasm: warning: working without the cache: ", run.err)
        self.assertEqual(self.read("out.cwasm"), self.read("module.cwasm"))


if __name__ == "__main__":
    unittest.main()
