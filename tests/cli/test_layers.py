"""`cwasm compile` where the cache is only read, over layers, and with hits required or compiles forced."""
import os
import shutil
import subprocess
import unittest

from compilers import CompileTest
from support import TOOL


class Modes(CompileTest):
    def test_a_required_hit_that_is_not_there_is_status_3_and_says_why(self):
        run = self.configured("compile", "m.wasm", "--require-hit", status=3)
        self.assertEqual(run.err, "cwasm: m.wasm is not in the cache, and a hit is required: "
                                  "no artifact of this module is in the cache\n")
        self.assertEqual((run.out, self.runs()), ("", 0))
        self.compile("m.wasm")
        self.assertEqual(self.compile("m.wasm", "--require-hit")["outcome"], "hit")
        self.assert_counted(1, misses=2, hits=1, compiles=1, stores=1)
        run = self.configured("compile", "m.wasm", "--require-hit", "--set",
                              "epoch_interruption=true", status=3)
        self.assertIn("a hit is required: the one artifact of this module is for other engines", run.err)

    def test_recache_compiles_and_replaces(self):
        for runs in (1, 2):
            self.assertEqual(self.compile("m.wasm", "--recache")["outcome"], "miss")
            self.assertEqual(self.runs(), runs)
        self.assert_counted(1, compiles=2, stores=2)

    def test_the_options_go_before_the_settings_and_exclude_each_other(self):
        self.write("settings.toml", "[cache]\nmode = 'require_hit'\n"
                   + self.read("settings.toml").decode())
        self.compile("m.wasm", status=3)
        self.assertEqual(self.compile("m.wasm", "--recache")["outcome"], "miss")
        self.assertEqual(self.compile("m.wasm")["outcome"], "hit")
        self.compile("m.wasm", "--recache", "--require-hit", status=2)


class Layers(CompileTest):
    def layer(self, *directories, mode=""):
        names = ", ".join(f'"{directory}"' for directory in directories)
        self.write("settings.toml", f"[cache]\nlayers = [{names}]\n{mode}"
                   + self.read("settings.toml").decode())

    def test_a_hit_in_a_layer(self):
        built = self.compile("m.wasm")
        layer = self.work / "layer"
        shutil.move(self.cache_directory(), layer)
        self.layer(layer)
        hit = self.compile("m.wasm")
        self.assertEqual((hit["outcome"], self.runs()), ("hit", 1))
        self.assertEqual(hit["artifact"], built["artifact"].replace(str(self.cache_directory()), str(layer)))
        self.assertEqual(self.configured("why", "m.wasm", "--json").json()["outcome"], "hit")
        self.assert_counted(0, hits=1)
        self.assertEqual(self.configured("cache", "ls").out, "")
        self.assertEqual(self.blobs(), [])

    def test_a_layer_that_is_not_there_is_one_warning(self):
        self.layer(self.work / "nothing")
        run = self.run_tool("--config", "settings.toml", "compile", "m.wasm")
        self.assertEqual((run.status, run.err),
                         (0, f"cwasm: warning: the lower cache {self.work}/nothing is not used: "
                             f"there is no cache in {self.work}/nothing\n"))
        self.assertEqual(self.compile("m.wasm")["outcome"], "hit")


class Owners(CompileTest):
    def test_a_cache_that_others_can_write_is_not_used_until_they_cannot(self):
        self.compile("m.wasm")
        self.cache_directory().chmod(0o777)
        run = self.run_tool("--config", "settings.toml", "compile", "m.wasm", "-o", "out.cwasm")
        self.assertEqual(run.status, 0)
        self.assertEqual(run.err, "cwasm: warning: working without the cache: the cache directory is not "
                                  f"safe to use: others can write {self.cache_directory()} (mode 0777); run "
                                  f"`chmod go-w {self.cache_directory()}`, or name another cache directory\n")
        self.configured("cache", "stats", status=7)
        subprocess.run(["chmod", "go-w", self.cache_directory()], check=True)
        self.assertEqual(self.compile("m.wasm")["outcome"], "hit")

    @unittest.skipUnless(os.geteuid() == 0, "only root can be another user")
    def test_another_user_reads_a_cache_of_roots(self):
        self.compile("m.wasm")
        cache = self.work / "cache"
        shutil.move(self.cache_directory(), cache)
        subprocess.run(["chmod", "-R", "u=rwX,go=rX", cache], check=True)
        self.compiler(cache=cache)
        self.work.parent.chmod(0o755)
        self.work.chmod(0o777)

        def as_somebody(*arguments):
            return subprocess.run([TOOL, "--config", "settings.toml", *arguments], cwd=self.work, user=65534,
                                  group=65534, env={k: v for k, v in self.env.items() if v is not None},
                                  capture_output=True, text=True, timeout=60)

        if as_somebody("--version").returncode != 0:
            self.skipTest("another user cannot reach the tool")
        warning = f"cwasm: warning: the cache directory {cache} cannot be written: hits are served, nothing is kept\n"
        run = as_somebody("compile", "m.wasm", "--require-hit", "--json")
        self.assertEqual((run.returncode, run.stderr), (0, warning))
        self.assertIn('"outcome":"hit"', run.stdout)
        run = as_somebody("compile", "c.wasm", "-o", "c.cwasm", "--require-hit")
        self.assertEqual(run.returncode, 3)
        run = as_somebody("cache", "verify")
        self.assertEqual((run.returncode, run.stderr),
                         (7, warning + f"cwasm: the cache directory {cache} cannot be written\n"))


if __name__ == "__main__":
    unittest.main()
