"""Compilers that do not do what they are asked: exit 10, what was wrong, and the cache unchanged."""
import unittest

from compilers import CompileTest
from support import AARCH64, HOST, Section, artifact, elf


class BadCompiler(CompileTest):
    def assert_fails(self, *complaints, status=10, **options):
        """A compile that fails with these words, and leaves nothing but its count."""
        run = self.compile("m.wasm", "-o", "out.cwasm", status=status, **options)
        self.assertEqual(run.out, "")
        for complaint in complaints:
            self.assertIn(complaint, run.err)
        self.assertFalse((self.work / "out.cwasm").exists())
        self.assertEqual(self.blobs(), [])
        self.assert_counted(0, 0, misses=1, compile_failures=1)
        left = [path.name for path in self.home.parent.iterdir()]
        self.assertEqual(sorted(left), ["home", "work"], "nothing is left in TMPDIR")

    def test_fails(self):
        self.compiler('echo "error: type mismatch" >&2; echo "at offset 0x5" >&2; exit 3')
        self.assert_fails("the compiler failed with exit status 3: ", "/compiler",
                          "\nerror: type mismatch\nat offset 0x5\n")

    def test_fails_after_writing_its_output(self):
        self.compiler('cp "$WORK/module.cwasm" "$2"; exit 1')
        self.assert_fails("the compiler failed with exit status 1: ")

    def test_says_what_is_wrong_on_standard_output(self):
        self.compiler('echo "it is Tuesday"; exit 1')
        self.assert_fails("\nit is Tuesday\n")

    def test_says_it_with_terminal_escapes(self):
        self.compiler(r"printf '\033[31mred\033[0m' >&2; exit 1")
        run = self.compile("m.wasm", status=10)
        self.assertNotIn("\x1b", run.err)
        self.assertIn("[31mred", run.err)

    def test_hangs(self):
        self.compiler("echo waiting >&2; exec sleep 60", more="timeout = 1\n")
        self.assert_fails("the compiler timed out after 1 s: ", "\nwaiting\n")

    def test_hangs_in_a_program_that_it_started(self):
        self.compiler("sleep 60 | cat", more='timeout = "1s"\n')
        self.assert_fails("the compiler timed out after 1 s: ")

    def test_writes_nothing(self):
        self.compiler("echo done >&2")
        self.assert_fails("the compiler wrote no output file: ", "\ndone\n")

    def test_writes_an_empty_file(self):
        self.compiler(': >"$2"')
        self.assert_fails("the compiler wrote an empty file: ")

    def test_makes_a_directory_of_its_output(self):
        self.compiler('mkdir "$2"')
        self.assert_fails("the compiler wrote no usable output (", "it is a directory")

    def test_writes_rubbish(self):
        self.compiler('echo "warning: tired" >&2; echo rubbish >"$2"')
        self.assert_fails("the compiler's output is no artifact: ", "8 bytes at offset 0",
                          "\nthe compiler said:\nwarning: tired\n")

    def test_writes_half_of_an_artifact(self):
        self.compiler('head -c 700 "$WORK/module.cwasm" >"$2"')
        self.assert_fails("the compiler's output is no artifact: ", "offset 0x")

    def test_writes_an_object_without_an_engine_section(self):
        self.write("module.cwasm", elf([Section(".wasmtime.bti", b"\0")], flags=1))
        self.assert_fails("the compiler's output is no artifact: failed to find section "
                          "`.wasmtime.engine`")

    def test_writes_metadata_that_cannot_be_read(self):
        self.write("module.cwasm", artifact(self.section()[:-3]))
        self.assert_fails("the compiler's output cannot be read: ", "of the engine section")

    def test_writes_the_other_kind(self):
        self.compiler('cp "$WORK/component.cwasm" "$2"')
        self.assert_fails("the compiler's output is no precompiled module (e_flags 0x2)")

    def test_ignores_settings(self):
        self.write("module.cwasm", artifact(self.section("memory_guard_size=65536",
                                                         "wasm_threads=false",
                                                         "cranelift_opt_level=none")))
        self.assert_fails("the compiler did not do what it was asked",
                          '\n  shared.opt_level: asked for speed, the compiler wrote none\n',
                          "\n  memory_guard_size: asked for 33554432, the compiler wrote 65536\n",
                          "\n  wasm_threads: asked for true, the compiler wrote false\n")

    def test_compiles_for_another_machine(self):
        self.write("module.cwasm", artifact(self.section("target=aarch64-unknown-linux-gnu"),
                                            machine=AARCH64))
        self.assert_fails("target: asked for x86_64-unknown-linux-gnu, the compiler wrote "
                          "aarch64-unknown-linux-gnu")

    def test_is_of_another_release(self):
        self.write("module.cwasm", artifact(self.section("release=47")))
        self.assert_fails("release: asked for '48', the compiler wrote '47'")

    def test_is_killed_by_a_signal(self):
        self.compiler("kill -SEGV $$")
        self.assert_fails("the compiler was killed by signal 11 (Segmentation fault): ")

    def test_is_killed_by_somebody(self):
        self.compiler("kill -9 $$")
        self.assert_fails("the compiler was killed by signal 9 (Killed): ", status=7)

    def test_is_not_there(self):
        self.write("settings.toml", HOST + '[compiler]\ncommand = ["/no/such/compiler", "{input}", '
                                           '"{output}"]\n')
        self.assert_fails("cannot run /no/such/compiler: no such program", status=3)

    def test_is_not_on_the_path(self):
        self.write("settings.toml", HOST)
        self.write("bin/nothing", "")
        self.assert_fails("cannot run wasmtime: no such program on the PATH", status=3,
                          PATH=f"{self.work}/bin")

    def test_is_no_program(self):
        self.write("settings.toml", HOST + f'[compiler]\ncommand = ["{self.work}/m.wasm", '
                                           '"{input}", "{output}"]\n')
        self.assert_fails("cannot run ", "m.wasm", status=7)

    def test_an_unknown_placeholder_is_a_wrong_setting(self):
        self.write("settings.toml", '[compiler]\ncommand = ["cc", "{inptu}"]\n')
        run = self.configured("compile", "m.wasm", status=2)
        self.assertIn("unknown placeholder {inptu}", run.err)
        self.assert_untouched()

    def test_a_failure_leaves_what_was_kept_before(self):
        kept = self.compile("m.wasm")
        self.compiler("exit 1")
        self.assertEqual(self.compile("m.wasm")["outcome"], "hit")
        self.write("m2.wasm", b"\0asm\1\0\0\0\0\2\1x")
        self.compile("m2.wasm", status=10)
        self.assertEqual([str(path) for path in self.blobs()], [kept["artifact"]])
        self.assert_counted(1, misses=2, compiles=1, compile_failures=1, stores=1, hits=1)

    def test_may_do_better_the_next_time(self):
        self.compiler("exit 1")
        self.compile("m.wasm", status=10)
        self.compiler()
        self.assertEqual(self.compile("m.wasm")["outcome"], "miss")
        self.assertEqual(self.compile("m.wasm")["outcome"], "hit")
        self.assert_counted(1, misses=2, compile_failures=1, compiles=1, stores=1, hits=1)


if __name__ == "__main__":
    unittest.main()
