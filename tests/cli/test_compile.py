"""`cwasm compile`: through the cache, with compilers that do as they are told."""
import hashlib
import json
import os
import shutil
import signal
import stat
import subprocess
import unittest

from compilers import CompileTest
from support import HOST, MODULE, TOOL, artifact

KEYS = ["input", "outcome", "hash", "digest", "kind", "artifact", "bytes", "waited",
        "seconds", "compile_seconds"]


class Compile(CompileTest):
    def test_a_miss_then_a_hit_in_a_new_process_that_runs_no_compiler(self):
        content = self.read("module.cwasm")
        first = self.compile("m.wasm")
        second = self.compile("m.wasm")
        self.assertEqual((first["outcome"], second["outcome"], self.runs()), ("miss", "hit", 1))
        for result in (first, second):
            self.assertEqual(list(result), KEYS)
            self.assertEqual((result["input"], result["kind"], result["bytes"]),
                             ("m.wasm", "module", len(content)))
            self.assertEqual(result["digest"], hashlib.sha256(MODULE).hexdigest())
            self.assertEqual((self.work / result["artifact"]).read_bytes(), content)
        self.assertEqual(first["hash"], self.configured("engine", "hash").out.strip())
        self.assertEqual(first["artifact"], second["artifact"])
        self.assertTrue(first["artifact"].startswith(str(self.cache_directory())))
        self.assertGreaterEqual(first["seconds"], first["compile_seconds"])
        self.assertGreater(first["compile_seconds"], 0)
        self.assertEqual(second["compile_seconds"], 0)
        self.assert_counted(1, len(content), misses=1, compiles=1, stores=1, hits=1)

    def test_processes_that_want_one_module_at_once_compile_it_once(self):
        # The compiler ends when the test has started them all.
        self.compiler('until [ -e "$WORK/go" ]; do sleep 0.01; done; cp "$WORK/module.cwasm" "$2"')
        env = {**os.environ, **self.env}
        started = [subprocess.Popen([TOOL, "--config", "settings.toml", "compile", "--json", "m.wasm"],
                                    cwd=self.work, env=env, stdout=subprocess.PIPE)
                   for _ in range(8)]
        self.write("go", b"")
        results = [json.loads(process.communicate(timeout=60)[0]) for process in started]
        self.assertEqual(self.runs(), 1)
        self.assertEqual(sorted(result["outcome"] for result in results), ["hit"] * 7 + ["miss"])
        waits = {"waits": waits} if (waits := sum(result["waited"] for result in results)) else {}
        self.assert_counted(1, misses=1, compiles=1, stores=1, hits=7, **waits)

    def test_text(self):
        blob = r"\n  .*/\.cache/cwasm/blobs/.*\n\Z"
        first = self.configured("compile", "m.wasm").out
        self.assertRegex(first, r"\Am\.wasm: miss in [0-9.]+ [mu]?s, [0-9.]+ [mu]?s of it compiling, "
                                r"\d+ bytes" + blob)
        second = self.configured("compile", "m.wasm").out
        self.assertRegex(second, r"\Am\.wasm: hit in [0-9.]+ [mu]?s, \d+ bytes" + blob)
        self.assertEqual(self.configured("compile", "m.wasm", "--quiet").out, "")

    def test_the_artifact_is_copied_to_the_output(self):
        for outcome in ("miss", "hit"):
            result = self.compile("m.wasm", "-o", f"{outcome}.cwasm")
            self.assertEqual(result["outcome"], outcome)
            self.assertEqual(self.read(f"{outcome}.cwasm"), self.read("module.cwasm"))
        self.write("old.cwasm", "what was there before, and longer" * 100)
        self.compile("m.wasm", "--output", "old.cwasm")
        self.assertEqual(self.read("old.cwasm"), self.read("module.cwasm"))

    def test_the_output_spares_the_input_and_what_is_no_file(self):
        run = self.compile("m.wasm", "-o", "./m.wasm", status=2)
        self.assertIn("would be replaced by its own artifact", run.err)
        self.assertEqual(self.read("m.wasm"), MODULE)
        self.write("real.cwasm", "old")
        (self.work / "link.cwasm").symlink_to("real.cwasm")
        self.compile("m.wasm", "-o", "link.cwasm")
        self.assertTrue((self.work / "link.cwasm").is_symlink())
        self.assertEqual(self.read("real.cwasm"), self.read("module.cwasm"))
        self.configured("engine", "section", "-o", "/dev/null")
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    def test_an_interrupt_ends_the_compiler_and_leaves_nothing(self):
        # The pipe has an end as long as the compiler, or what it started, lives.
        read_end, write_end = os.pipe()
        self.compiler('echo started >&2; echo x >"$WORK/started"; sleep 600')
        env = {name: value for name, value in self.env.items() if value is not None}
        tool = subprocess.Popen([TOOL, "--config", "settings.toml", "compile", "m.wasm"],
                                cwd=self.work, env=env, stdout=write_end, stderr=subprocess.DEVNULL)
        os.close(write_end)
        started = self.work / "started"
        while not started.exists() and tool.poll() is None:
            os.sched_yield()
        tool.send_signal(signal.SIGTERM)
        self.assertEqual(tool.wait(30), -signal.SIGTERM)
        self.assertEqual(os.read(read_end, 1), b"")
        os.close(read_end)
        self.assertEqual(self.runs(), 1)
        self.assert_counted(0, misses=1, compile_failures=1)

    def test_components_are_kept_apart_from_modules(self):
        self.compile("m.wasm")
        self.compiler('cp "$WORK/component.cwasm" "$2"')
        first = self.compile("c.wasm")
        second = self.compile("c.wasm")
        self.assertEqual((first["kind"], first["outcome"]), ("component", "miss"))
        self.assertEqual((second["kind"], second["outcome"]), ("component", "hit"))
        self.assertEqual((self.work / second["artifact"]).read_bytes(), self.read("component.cwasm"))
        self.assert_counted(2, misses=2, compiles=2, stores=2, hits=1)

    def test_the_text_format(self):
        self.compiler('cp "$1" "$WORK/seen"; echo "$1" >"$WORK/name"; cp "$WORK/module.cwasm" "$2"')
        self.write("m.wat", ";; a comment\n(module)\n")
        self.assertEqual(self.compile("m.wat")["kind"], "module")
        self.assertEqual(self.read("seen"), self.read("m.wat"))
        self.assertTrue(self.read("name").endswith(b".wat\n"))
        self.assertEqual(self.compile("m.wat")["outcome"], "hit")
        self.compiler('cp "$WORK/component.cwasm" "$2"')
        self.write("c.wat", "(; a (; nested ;) comment ;) (component)")
        self.assertEqual(self.compile("c.wat")["kind"], "component")

    def test_every_setting_that_compiles_otherwise_has_an_entry_of_its_own(self):
        self.compile("m.wasm")
        self.write("module.cwasm", artifact(self.section("epoch_interruption=true")))
        changed = ["--set", "epoch_interruption=true"]
        self.assertEqual(self.compile("m.wasm", *changed)["outcome"], "miss")
        self.assertEqual(self.compile("m.wasm", *changed)["outcome"], "hit")
        self.assertEqual(self.compile("m.wasm")["outcome"], "hit")
        self.assert_counted(2, misses=2, compiles=2, stores=2, hits=2)

    def test_a_changed_input_is_another_input(self):
        self.compile("m.wasm")
        self.write("m.wasm", MODULE + b"\0\2\1x")
        self.assertEqual(self.compile("m.wasm")["outcome"], "miss")
        self.write("copy.wasm", MODULE)
        self.assertEqual(self.compile("copy.wasm")["outcome"], "hit", "the content counts")

    def test_the_command_is_a_template(self):
        self.compiler('shift 2; printf "%s\\n" "$@" >"$WORK/arguments"; exit 1')
        self.write("settings.toml", HOST + f'[compiler]\ncommand = ["{self.work}/compiler", '
                   '"{input}", "{output}", "--to={target}", "{flags}", "-O", "{opt_level}", "a b", '
                   '"$HOME;*"]\n')
        self.compile("m.wasm", "--set", "cranelift_opt_level=speed_and_size", "--set",
                     "target=x86_64-unknown-linux-gnu", "--set", "epoch_interruption=true", status=10)
        arguments = self.read("arguments").decode().splitlines()
        self.assertEqual(arguments[0], "--to=x86_64-unknown-linux-gnu")
        self.assertEqual(arguments[-4:], ["-O", "speed_and_size", "a b", "$HOME;*"])
        self.assertIn("epoch-interruption=y", arguments[1:-4])

    def test_the_default_compiler_is_the_wasmtime_on_the_path(self):
        self.write("bin/wasmtime", f'#!/bin/sh\n[ "$1" = --version ] && echo wasmtime 48.0.1 && exit\n'
                                   f'[ "$1" = compile ] && cp {self.work}/module.cwasm "$3"\n')
        (self.work / "bin/wasmtime").chmod(0o755)
        self.write("settings.toml", HOST)
        result = self.compile("m.wasm", PATH=f"{self.work}/bin:{self.env['PATH']}")
        # Its full version is what the artifact is kept under.
        expected = self.configured("engine", "hash", "--set", "release=48.0.1").out.strip()
        self.assertEqual((result["outcome"], result["hash"]), ("miss", expected))

    @unittest.skipUnless("CWASM_TEST_PROGRAM" in os.environ, "CWASM_TEST_PROGRAM names no program")
    def test_a_hit_does_not_ask_an_unchanged_wasmtime_for_its_version(self):
        def install(version):
            self.write("bin/wasmtime.sh",
                       f'echo "$1" >>{self.work}/runs; [ "$1" = --version ] && echo wasmtime {version} && exit\n'
                       f'cp {self.work}/module.cwasm "$3"\n')
            # A new file, as an installer makes it.
            (self.work / "bin/wasmtime").unlink(missing_ok=True)
            shutil.copy(os.environ["CWASM_TEST_PROGRAM"], self.work / "bin/wasmtime")

        install("48.0.1")
        self.write("settings.toml", HOST)
        path = f"{self.work}/bin:{self.env['PATH']}"
        results = [self.compile("m.wasm", PATH=path) for _ in range(3)]
        self.assertEqual([result["outcome"] for result in results], ["miss", "hit", "hit"])
        self.assertEqual(self.read("runs").decode().split(), ["--version", "compile"])
        install("48.0.2")
        results = [self.compile("m.wasm", PATH=path) for _ in range(2)]
        self.assertEqual([result["outcome"] for result in results], ["miss", "hit"])
        self.assertEqual(self.read("runs").decode().split(), ["--version", "compile"] * 2)
        # A config that names the full version needs no answer.
        exact = self.compile("m.wasm", "--set", "release=48.0.1", PATH=path)
        self.assertEqual((exact["outcome"], self.runs()), ("hit", 4))

    def test_without_a_cache_everything_is_a_miss(self):
        with open(self.work / "settings.toml", "a") as settings:
            settings.write("[cache]\nenabled = false\n")
        for runs in (1, 2):
            result = self.compile("m.wasm", "-o", "out.cwasm")
            self.assertEqual((result["outcome"], result["artifact"], self.runs()),
                             ("miss", "out.cwasm", runs))
        self.assertEqual(self.read("out.cwasm"), self.read("module.cwasm"))
        self.assert_untouched()

    def test_the_cache_is_where_the_settings_say(self):
        self.compiler(cache=self.work / "kept")
        self.assertTrue(self.compile("m.wasm")["artifact"].startswith(f"{self.work}/kept/"))
        self.assertEqual(self.compile("m.wasm")["outcome"], "hit")
        self.assert_untouched()
        self.compiler()
        result = self.compile("m.wasm", XDG_CACHE_HOME=str(self.work / "xdg"))
        self.assertTrue(result["artifact"].startswith(f"{self.work}/xdg/cwasm/"))
        self.assert_untouched()

    def test_inputs_that_cannot_be_compiled(self):
        self.write("text", "no WebAssembly")
        self.write("short.wasm", b"\0asm\1")
        self.write("layer.wasm", b"\0asm\1\0\7\0")
        for name, status, said in (
                ("absent", 3, "cannot open absent: No such file or directory"),
                (".", 7, "cannot open .: it is a directory"),
                ("text", 4, "text: this is no WebAssembly: it begins with the bytes 6e6f205765624173"),
                ("layer.wasm", 4, "layer.wasm: the WebAssembly preamble has version 0x1 at offset 0x4 and layer 0x7"),
                ("short.wasm", 4, "short.wasm: the WebAssembly preamble is cut short"),
                ("module.cwasm", 2, "module.cwasm: this is compiled already (an ELF file)")):
            with self.subTest(name=name):
                run = self.compile(name, "-o", "out.cwasm", status=status)
                self.assertEqual(run.out, "")
                self.assertTrue(run.err.startswith("cwasm: " + said), run)
        self.assertEqual(self.runs(), 0)
        self.assertFalse((self.work / "out.cwasm").exists())
        self.assertEqual(self.blobs(), [])
        self.assertEqual(self.stats()["misses"], 0)

    def test_an_output_that_cannot_be_written_is_an_error_but_the_artifact_is_kept(self):
        run = self.compile("m.wasm", "-o", "no/such/directory/out.cwasm", status=3)
        self.assertIn("no/such/directory", run.err)
        self.assertEqual(self.compile("m.wasm")["outcome"], "hit")

    def test_the_digest_can_be_a_faster_one(self):
        with open(self.work / "settings.toml", "a") as settings:
            settings.write('[cache]\ndigest = "xxh3"\n')
        first = self.compile("m.wasm")
        self.assertNotEqual(first["digest"], hashlib.sha256(MODULE).hexdigest())
        self.assertEqual(self.compile("m.wasm")["outcome"], "hit")



if __name__ == "__main__":
    unittest.main()
