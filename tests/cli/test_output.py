"""Standard streams that are full or not there."""
import subprocess
import unittest

from compilers import CompileTest
from support import TOOL, Run

UNWRITABLE = "cwasm: cannot write to standard output\n"


class Output(CompileTest):
    def redirected(self, redirection, *arguments):
        done = subprocess.run(["sh", "-c", f'exec "$0" "$@" {redirection}', TOOL, "--config",
                               "settings.toml", *arguments], cwd=self.work, env=self.env, timeout=60,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        return Run(done)

    def test_output_that_does_not_get_out_is_a_failure(self):
        self.compile("m.wasm")
        for redirection in (">/dev/full", ">&-"):
            for line in ("--help", "--version", "host", "host --json", "engine show", "engine hash",
                         "engine section", "check module.cwasm", "inspect module.cwasm",
                         "compile m.wasm", "compile m.wasm --json -o out.cwasm", "cache stats",
                         "cache ls", "cache verify"):
                with self.subTest(redirection=redirection, line=line):
                    run = self.redirected(redirection, *line.split())
                    self.assertEqual((run.status, run.err), (7, UNWRITABLE))
        self.assertEqual(self.read("out.cwasm"), self.read("module.cwasm"), "the work was done")

    def test_quiet_work_needs_no_output(self):
        run = self.redirected(">&-", "compile", "m.wasm", "--quiet")
        self.assertEqual((run.status, run.err), (0, ""))

    def test_a_full_standard_error_changes_no_exit_status(self):
        self.write("bad.toml", "[cahce]\n")
        for redirection in ("2>/dev/full", "2>&-"):
            with self.subTest(redirection=redirection):
                self.assertEqual(self.redirected(redirection, "check", "absent").status, 3)
                self.assertEqual(self.redirected(redirection, "chek").status, 2)
                self.compiler(more="[cache]\ncleanup-interval = '1h'\n")
                self.assertEqual(self.redirected(redirection, "host").status, 0)
                self.compiler()

    def test_nothing_is_written_into_the_cache_in_place_of_a_missing_stream(self):
        for redirection in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            with self.subTest(redirection=redirection):
                self.redirected(redirection, "compile", "m.wasm", "--json", "-o", "out.cwasm")
                self.redirected(redirection, "compile", "absent.wasm", "--json")
                self.assertEqual(self.read("out.cwasm"), self.read("module.cwasm"))
                self.assertEqual([path.read_bytes() for path in self.blobs()],
                                 [self.read("module.cwasm")])
                self.assertEqual(self.compile("m.wasm")["outcome"], "hit")
                self.configured("cache", "clear")


if __name__ == "__main__":
    unittest.main()
