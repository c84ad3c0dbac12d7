"""`cwasm why`, and policy compatible in `cwasm compile`."""
import hashlib
import unittest

from compilers import CompileTest
from support import MODULE, artifact

KEYS = ["input", "outcome", "hash", "digest", "kind", "artifact", "compiled_for", "reason",
        "artifacts", "nearest"]
NEAR_KEYS = ["hash", "release", "target", "opt_level", "created", "artifact", "loads", "described",
             "differences", "mismatches", "damage", "advice"]
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


class WhyTest(CompileTest):
    def policy(self, *lines):
        """The settings again, with these lines of [cache]."""
        settings = self.read("settings.toml").decode().split("[cache]\n")[0]
        self.write("settings.toml", settings + "[cache]\n" + "".join(f"{line}\n" for line in lines))

    def why(self, *arguments, status=0, **options):
        return self.configured("why", "--json", *arguments, status=status, **options).json()

    def snapshot(self):
        """Every file of the cache but SQLite's shared memory, in which readers leave marks."""
        return {path: (path.read_bytes(), path.stat().st_mtime_ns)
                for path in sorted(self.cache_directory().rglob("*"))
                if path.is_file() and not path.name.endswith("-shm")}


class Why(WhyTest):
    def test_without_a_cache_there_is_no_artifact_and_none_is_made(self):
        answer = self.why("m.wasm", status=3)
        self.assertEqual(list(answer), KEYS)
        self.assertEqual(answer["hash"], self.configured("engine", "hash").out.strip())
        self.assertEqual(answer["digest"], hashlib.sha256(MODULE).hexdigest())
        self.assertEqual({key: answer[key] for key in KEYS if key not in ("hash", "digest")},
                         {"input": "m.wasm", "outcome": "miss", "kind": "module", "artifact": None,
                          "compiled_for": None, "reason": "there is no cache", "artifacts": 0,
                          "nearest": []})
        self.assertEqual(self.configured("why", "m.wasm", status=3).out,
                         "m.wasm: would be a miss: there is no cache\n")
        self.assertEqual(self.runs(), 0)
        self.assert_untouched()

    def test_a_hit(self):
        made = self.compile("m.wasm")
        answer = self.why("m.wasm")
        self.assertEqual((answer["outcome"], answer["artifact"], answer["hash"], answer["digest"]),
                         ("hit", made["artifact"], made["hash"], made["digest"]))
        self.assertEqual(self.configured("why", "m.wasm").out,
                         f"m.wasm: would be a hit\n  {made['artifact']}\n")
        self.assertEqual(self.configured("why", "m.wasm", "--quiet").out, "")

    def test_it_compiles_counts_and_writes_nothing(self):
        self.compile("m.wasm", "--set", "release=48.0.1")
        before = self.snapshot()
        for settings, status in ((["release=48.0.1"], 0), (["release=48.0.2"], 3)):
            self.why("m.wasm", "--set", *settings, status=status)
        self.assertEqual(self.snapshot(), before)
        self.assertEqual(self.runs(), 1)
        self.assert_counted(1, misses=1, compiles=1, stores=1)

    def test_a_miss_says_what_differs_and_what_would_take_it(self):
        made = self.compile("m.wasm", "--set", "release=48.0.1")
        answer = self.why("m.wasm", "--set", "release=48.0.2", status=3)
        self.assertEqual(answer["outcome"], "miss")
        self.assertEqual(answer["reason"],
                         "the one artifact of this module is for other engines; the nearest "
                         "(48.0.1, x86_64-unknown-linux-gnu, opt level speed) differs: release is "
                         "48.0.1, not 48.0.2")
        (near,) = answer["nearest"]
        self.assertEqual(list(near), NEAR_KEYS)
        self.assertRegex(near.pop("created"), rf"\A{TIME}\Z")
        self.assertEqual(near, {
            "hash": made["hash"], "release": "48.0.1", "target": "x86_64-unknown-linux-gnu",
            "opt_level": "speed", "artifact": made["artifact"], "loads": True, "described": True,
            "differences": [{"name": "release", "found": "48.0.1", "wanted": "48.0.2"}],
            "mismatches": [], "damage": "",
            "advice": 'it would load: [cache] policy = "compatible" takes it'})
        text = self.configured("why", "m.wasm", "--set", "release=48.0.2", status=3).out
        self.assertRegex(text, r"\Am\.wasm: would be a miss: the one artifact .*\n"
                               r"artifacts of this module, the nearest first:\n"
                               rf"  48\.0\.1, x86_64-unknown-linux-gnu, opt level speed, of {TIME}\n"
                               r"    release: found 48\.0\.1, wanted 48\.0\.2\n"
                               r'    it would load: \[cache\] policy = "compatible" takes it\n\Z')

    def test_what_would_not_load_comes_with_its_cure(self):
        self.compile("m.wasm")
        answer = self.why("m.wasm", "--set", "epoch_interruption=true", status=3)
        (near,) = answer["nearest"]
        self.assertFalse(near["loads"])
        (mismatch,) = near["mismatches"]
        self.assertEqual(mismatch["code"], "tunable.epoch_interruption")
        self.assertIn("[engine] epoch_interruption = true", mismatch["hint"])
        text = self.configured("why", "m.wasm", "--set", "epoch_interruption=true", status=3).out
        self.assertIn("\n    tunable.epoch_interruption: found false, wanted true\n", text)
        self.assertIn("\n      cure: recompile the artifact with ", text)

    def test_a_damaged_artifact_is_told_and_left_alone(self):
        self.compile("m.wasm")
        (blob,) = self.blobs()
        blob.unlink()
        answer = self.why("m.wasm", status=3)
        self.assertIn("there is an artifact for this engine, but", answer["reason"])
        self.assertIn(str(blob), answer["reason"])
        self.assert_counted(1, misses=1, compiles=1, stores=1)

    def test_a_cache_that_is_turned_off(self):
        self.compile("m.wasm")
        self.policy("enabled = false")
        answer = self.why("m.wasm", status=3)
        self.assertEqual(answer["reason"], "the cache is turned off ([cache] enabled = false)")

    def test_bad_inputs_and_command_lines(self):
        self.assertIn("absent.wasm", self.configured("why", "absent.wasm", status=3).err)
        self.assertIn("no WebAssembly", self.configured("why", "settings.toml", status=4).err)
        self.assertIn("--last", self.configured("why", status=2).err)
        self.configured("why", "m.wasm", "c.wasm", status=2)
        self.configured("why", "m.wasm", "--last=3", status=2)
        for number in ("0", "101", "x"):
            self.configured("why", f"--last={number}", status=2)


class Last(WhyTest):
    def last(self, *arguments):
        return self.configured("why", *arguments, "--json").json_lines()

    def test_nothing_is_remembered_of_a_cache_that_is_not_there(self):
        self.assertEqual(self.last("--last"), [])
        self.assertEqual(self.configured("why", "--last").out, "")
        self.assert_untouched()

    def test_misses_newest_first_and_hits_not(self):
        first = self.compile("m.wasm")
        self.compile("m.wasm")
        self.write("module.cwasm", artifact(self.section("epoch_interruption=true")))
        second = self.compile("m.wasm", "--set", "epoch_interruption=true")
        misses = self.last("--last")
        self.assertEqual([list(miss) for miss in misses],
                         [["time", "input", "digest", "kind", "hash", "reason"]] * 2)
        self.assertEqual([miss["hash"] for miss in misses], [second["hash"], first["hash"]])
        self.assertEqual(misses[1]["reason"], "no artifact of this module is in the cache")
        self.assertIn("tunable.epoch_interruption is false, not true", misses[0]["reason"])
        self.assertEqual((misses[0]["input"], misses[0]["digest"], misses[0]["kind"]),
                         ("m.wasm", first["digest"], "module"))
        self.assertEqual(self.last("--last", "1"), misses[:1])
        self.assertRegex(self.configured("why", "--last", "1").out,
                         rf"\A{TIME}  {first['digest'][:12]}  module     m\.wasm\n"
                         r"  the one artifact of this module .*\n\Z")

    def test_a_compile_that_fails_is_a_miss_too(self):
        self.compiler("exit 1")
        self.compile("m.wasm", status=10)
        (miss,) = self.last("--last")
        self.assertEqual(miss["input"], "m.wasm")


class Compatible(WhyTest):
    def test_another_patch_release_is_taken_and_told(self):
        made = self.compile("m.wasm", "--set", "release=48.0.1")
        self.policy('policy = "compatible"')
        foretold = self.why("m.wasm", "--set", "release=48.0.2")
        found = self.compile("m.wasm", "--set", "release=48.0.2")
        self.assertEqual(found["outcome"], "compatible_hit")
        self.assertEqual(found["artifact"], made["artifact"])
        self.assertEqual(found["compiled_for"],
                         {"hash": made["hash"], "release": "48.0.1",
                          "target": "x86_64-unknown-linux-gnu", "opt_level": "speed"})
        for key in ("outcome", "hash", "artifact", "compiled_for"):
            self.assertEqual(foretold[key], found[key])
        told = "  compiled for 48.0.1, x86_64-unknown-linux-gnu, opt level speed\n"
        self.assertIn(told, self.configured("compile", "m.wasm", "--set", "release=48.0.2").out)
        self.assertEqual(self.configured("why", "m.wasm", "--set", "release=48.0.2").out,
                         f"m.wasm: would be a compatible hit\n{told}  {made['artifact']}\n")
        self.assertEqual(self.runs(), 1)
        self.assert_counted(1, misses=1, compiles=1, stores=1, compatible_hits=2)

    def test_a_lower_opt_level_only_where_allowed(self):
        self.write("module.cwasm", artifact(self.section("cranelift_opt_level=none")))
        self.compile("m.wasm", "--set", "cranelift_opt_level=none")
        self.policy('policy = "compatible"')
        (near,) = self.why("m.wasm", status=3)["nearest"]
        self.assertEqual(near["advice"],
                         "it would load: [cache] allow_lower_opt_level = true takes it")
        self.policy('policy = "compatible"', "allow_lower_opt_level = true")
        self.assertEqual(self.compile("m.wasm")["outcome"], "compatible_hit")
        self.assert_counted(1, misses=1, compiles=1, stores=1, compatible_hits=1)

    def test_exact_is_what_nothing_said_means(self):
        self.compile("m.wasm", "--set", "release=48.0.1")
        for lines in ([], ['policy = "exact"', "allow_lower_opt_level = true"]):
            self.policy(*lines)
            self.why("m.wasm", "--set", "release=48.0.2", status=3)
        run = self.compile("m.wasm", "--set", "release=48.0.2")
        self.assertEqual(run["outcome"], "miss")
        self.assertNotIn("compiled_for", run)


if __name__ == "__main__":
    unittest.main()
