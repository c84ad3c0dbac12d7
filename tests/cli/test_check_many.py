"""`cwasm check` of many files and profiles: the table, directories, Wasmtime's cache, a terminal."""
import fcntl
import os
import pty
import shutil
import struct
import subprocess
import termios
import unittest

from support import HOST, TOOL, CliTest, Section, artifact

FUEL = "[engine]\nconsume_fuel = true\n" + HOST
CURE = """\
    cure: recompile the artifact with Config::consume_fuel(true), \
wasmtime_config_consume_fuel_set(config, true), wasmtime -W fuel=1, [engine] \
consume_fuel = true; or configure this engine with Config::consume_fuel(false), \
wasmtime_config_consume_fuel_set(config, false), [engine] consume_fuel = false
"""
TABLE = """\
file            host.toml   fuel.toml
deploy/a.cwasm  fits        1 mismatch
deploy/b.cwasm  1 mismatch  fits
deploy/c.cwasm  fits        1 mismatch
deploy/d.cwasm  fits        1 mismatch
deploy/e.cwasm  fits        1 mismatch
deploy/junk     malformed   malformed
absent          not found   not found
/dev/null       unreadable  unreadable
"""
SUMMARY = """
8 files, 2 profiles: 5 fit, 5 do not fit, 6 cannot be told
"""
REASONS = """
fuel.toml:
  Module was compiled without fuel support but it is enabled for the host
    tunable.consume_fuel: found false, expected true
{cure}    in 4 files: deploy/a.cwasm, deploy/c.cwasm, deploy/d.cwasm and 1 more
"""


@unittest.skipIf(shutil.which("zstd") is None, "there is no zstd")
class Many(CliTest):
    def setUp(self):
        super().setUp()
        self.write("host.toml", HOST)
        self.write("fuel.toml", FUEL)
        self.good = artifact(self.section())

    def check(self, *arguments, **options):
        return self.cwasm("check", *arguments, **options)

    def on_host(self, *arguments, **options):
        return self.check(*arguments, "--config", "host.toml", **options)

    def frame(self, content):
        return subprocess.run(["zstd", "-q", "-c"], input=content, stdout=subprocess.PIPE,
                              check=True, timeout=60).stdout

    def write_deploy(self):
        for name in "acde":
            self.write(f"deploy/{name}.cwasm", self.good)
        self.write("deploy/b.cwasm", artifact(self.section("consume_fuel=true")))
        self.write("deploy/notes.txt", "text")
        self.write("junk", "text")

    def test_a_table_and_each_reason_once(self):
        self.write_deploy()
        self.write("deploy/junk", self.good[:100])
        run = self.check("deploy", "absent", "/dev/null", "--profile", "host.toml", "--profile",
                         "fuel.toml", status=7)
        table, rest = run.out[:len(TABLE)], run.out[len(TABLE):]
        self.assertEqual(table, TABLE)
        self.assertEqual(rest.count("    cure: "), 2)
        self.assertTrue(rest.endswith(REASONS.format(cure=CURE) + SUMMARY), rest)
        self.assertTrue(rest.startswith("\nhost.toml:\n  Module was compiled with fuel support but it "
                                        "is not enabled for the host\n"), rest)
        self.assertIn("\n    in 1 file: deploy/b.cwasm\n", rest)
        self.assertNotIn("\x1b", run.out)
        errors = run.err.splitlines()
        self.assertEqual(len(errors), 3, "an error is told once, not for each profile")
        self.assertTrue(errors[0].startswith("cwasm: deploy/junk: "), errors)
        self.assertEqual(errors[1:], ["cwasm: cannot open absent: No such file or directory",
                                      "cwasm: cannot open /dev/null: it is not a regular file"])

    def test_one_file_is_told_in_prose_even_from_a_directory(self):
        self.write("one/a.cwasm", self.good)
        self.assertEqual(self.on_host("one").out,
                         "one/a.cwasm: fits (module, Wasmtime 48, x86_64-unknown-linux-gnu)\n")
        self.assertTrue(self.check("one", "--profile", "host.toml", "--profile", "fuel.toml",
                                   status=6).out.startswith("file         host.toml  fuel.toml\n"))

    def test_structure_is_marked(self):
        self.write("d/a.cwasm", self.good)
        self.write("d/odd.cwasm", artifact(self.section(), extra=[Section(".mine", b"x")]))
        run = self.on_host("d")
        self.assertEqual(run.out, """\
file         host
d/a.cwasm    fits
d/odd.cwasm  fits, structure

host:
  the loader would refuse its structure: unexpected section ".mine" in Wasm compilation artifact
    in 1 file: d/odd.cwasm

2 files, 1 profile: 2 fit, 0 do not fit, 0 cannot be told; the loader would refuse the structure of 1
""")
        self.on_host("d", "--strict", status=4)

    def test_wasmtimes_own_cache(self):
        frame = self.frame(self.good)
        self.write("cache/modules/wasmtime-48.0.0/key", frame)
        self.write("cache/modules/wasmtime-48.0.0/key.stats", "usages = 1\noptimized-compression = 3\n")
        self.write("cache/modules/wasmtime-48.0.0/key2.wip-atomic-write-mod", frame[:50])
        self.write("cache/modules/wasmtime-48.0.0/key2.wip-4711", "")
        self.write("cache/modules/.cleanup.wip-4711", "")
        run = self.on_host("cache", "--json")
        self.assertEqual([(a["file"], a["kind"], a["release"], a["compatible"])
                          for a in run.json_lines()],
                         [("cache/modules/wasmtime-48.0.0/key", "module", "48", True)])
        seen = self.cwasm("inspect", "cache", "--json").json()
        self.assertEqual((seen["file"], seen["release"]),
                         ("cache/modules/wasmtime-48.0.0/key", "48"))
        self.write("cache/torn", frame[:50])
        run = self.on_host("cache", status=4)
        self.assertIn("cwasm: cache/torn: a zstd frame that is cut short after ", run.err)

    def test_frames_that_hold_something_else(self):
        self.write("bomb", self.frame(bytes(64 << 20)) * 64)
        run = self.on_host("bomb", status=4)
        self.assertEqual(run.err, "cwasm: bomb: a zstd frame whose first bytes are no ELF header of an "
                                  "artifact\n")
        self.write("d/bomb", self.read("bomb"))
        self.write("d/a.cwasm", self.good)
        self.assertTrue(self.on_host("d").out.startswith("d/a.cwasm: fits "), "no artifact, no row")

    def test_nothing_found_is_said(self):
        self.write("d/notes.txt", "text")
        for verb in ("check", "inspect"):
            run = self.run_tool(verb, "d")
            self.assertEqual((run.status, run.out, run.err),
                             (0, "", "cwasm: warning: there is no artifact in what was named\n"))
            self.cwasm(verb, "d", "--quiet")

    def test_pipes_loops_and_links(self):
        self.write("d/a.cwasm", self.good)
        os.mkfifo(self.work / "d" / "pipe.cwasm")
        os.symlink(".", self.work / "d" / "loop")
        os.symlink("self", self.work / "d" / "self")
        os.symlink("a.cwasm", self.work / "d" / "link")
        run = self.on_host("d", "--json")
        self.assertEqual([a["file"] for a in run.json_lines()], ["d/a.cwasm", "d/link"])
        self.assertEqual(self.on_host("d/pipe.cwasm", status=7).err,
                         "cwasm: cannot open d/pipe.cwasm: it is not a regular file\n")
        os.symlink("self.cwasm", self.work / "d" / "self.cwasm")
        run = self.on_host("d", status=7)
        self.assertEqual(run.err,
                         "cwasm: cannot open d/self.cwasm: Too many levels of symbolic links\n")

    def test_what_cannot_be_read_does_not_stop_the_walk(self):
        if os.geteuid() == 0:
            self.skipTest("nothing is closed to root")
        for name in ("d/a.cwasm", "d/b.cwasm", "d/c/x.cwasm", "d/e.cwasm"):
            self.write(name, self.good)
        os.chmod(self.work / "d" / "b.cwasm", 0)
        os.chmod(self.work / "d" / "c", 0)
        self.addCleanup(os.chmod, self.work / "d" / "c", 0o700)
        run = self.on_host("d", "--json", status=7)
        self.assertEqual([(a["file"], a["error"] and a["error"]["code"]) for a in run.json_lines()],
                         [("d/a.cwasm", None), ("d/b.cwasm", "io"), ("d/c", "io"),
                          ("d/e.cwasm", None)])

    def test_a_thousand_files_come_in_order(self):
        names = [f"d/{i % 3}/{i:04}.cwasm" for i in range(1500)]
        for name in names:
            self.write(name, self.good)
        for _ in range(3):
            run = self.on_host("d", "--json")
            self.assertEqual([a["file"] for a in run.json_lines()], sorted(names))
        lines = self.on_host("d").out.splitlines()
        self.assertEqual(lines[1:-2], [f"{name}  fits" for name in sorted(names)])
        self.assertEqual(lines[-1], "1500 files, 1 profile: 1500 fit, 0 do not fit, 0 cannot be told")

    def on_terminal(self, *arguments, columns=60, **variables):
        """What the tool shows on a terminal of that many columns."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
        process = subprocess.Popen([TOOL, *arguments], cwd=self.work, stdin=subprocess.DEVNULL,
                                   stdout=theirs, stderr=theirs,
                                   env={**self.env, "TERM": "xterm", **variables})
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:
            pass  # so ends a terminal whose other side is closed
        os.close(ours)
        process.wait(60)
        return shown.decode().replace("\r\n", "\n")

    def test_a_terminal_has_colours_and_a_width(self):
        long = "d/" + "ä" * 40 + "/the-end.cwasm"
        self.write("d/a.cwasm", self.good)
        self.write(long, artifact(self.section("consume_fuel=true")))
        arguments = ("check", "d", "--config", "host.toml")
        shown = self.on_terminal(*arguments, columns=40).splitlines()
        self.assertEqual(shown[1], "d/a.cwasm" + " " * 19 + "  \x1b[32mfits\x1b[0m")
        self.assertEqual(shown[2], "d/äääääääääää…/the-end.cwasm  \x1b[31m1 mismatch\x1b[0m")
        for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            shown = self.on_terminal(*arguments, columns=40, **variables)
            self.assertNotIn("\x1b", shown)
            self.assertIn("\nd/äääääääääää…/the-end.cwasm  1 mismatch\n", shown)
        self.assertIn("\x1b[32m", self.on_terminal(*arguments, NO_COLOR=""))
        self.assertIn("/" + "ä" * 40 + "/", self.on_terminal(*arguments, columns=0))

    def test_names_are_no_commands_for_the_terminal(self):
        self.write("d/a\x1b[2J\nb.cwasm", self.good)
        self.write("d/c.cwasm", self.good)
        self.assertIn("\nd/a\N{REPLACEMENT CHARACTER}[2J b.cwasm  fits\n", self.on_host("d").out)


if __name__ == "__main__":
    unittest.main()
