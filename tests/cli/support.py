"""What every test of the tool works with: the real binary in a new HOME, with a clean environment."""
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile
import unittest

if "CWASM_TOOL" not in os.environ:
    raise SystemExit("set CWASM_TOOL to the absolute path of the cwasm to test")
TOOL = os.environ["CWASM_TOOL"]
SOURCE = pathlib.Path(__file__).resolve().parents[2]
# What a test process may hand down: where programs are, and how sanitizers report.
INHERITED = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS")

MODULE = b"\0asm\1\0\0\0"
COMPONENT = b"\0asm\x0d\0\1\0"
X86_64 = 62
AARCH64 = 183
WASMTIME_ABI = 200
KIND_FLAGS = {"module": 1, "component": 2}

# A machine whose features do not depend on where the tests run.
HOST = """
[host]
triple = "x86_64-unknown-linux-gnu"
features = ["sse3", "ssse3", "sse4.1", "sse4.2", "popcnt", "cmpxchg16b"]
"""


class Run:
    """How a run ended and what it printed."""

    def __init__(self, done):
        self.status = done.returncode
        self.bytes = done.stdout
        self.out = done.stdout.decode("utf-8", "surrogateescape")
        self.err = done.stderr.decode("utf-8", "surrogateescape")

    def json(self):
        """The one JSON object on standard output."""
        (line,) = self.json_lines()
        return line

    def json_lines(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def __repr__(self):
        return f"exit status {self.status}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


class CliTest(unittest.TestCase):
    """Every test begins in an empty directory of its own, with an empty HOME beside it."""

    maxDiff = None

    def setUp(self):
        directory = pathlib.Path(tempfile.mkdtemp(prefix="cwasm-cli-"))
        self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
        self.home = directory / "home"
        self.work = directory / "work"
        self.home.mkdir()
        self.work.mkdir()
        self.env = {name: os.environ[name] for name in INHERITED if name in os.environ}
        self.env.update(HOME=str(self.home), LC_ALL="C.UTF-8", TMPDIR=str(directory))

    def run_tool(self, *arguments, stdout=subprocess.PIPE, **variables):
        """Runs the tool; a variable that is None is taken out of its environment."""
        env = {k: v for k, v in {**self.env, **variables}.items() if v is not None}
        done = subprocess.run([TOOL, *map(str, arguments)], cwd=self.work, env=env, timeout=60,
                              stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE)
        if done.stdout is None:
            done.stdout = b""
        return Run(done)

    def cwasm(self, *arguments, status=0, **options):
        """Runs the tool, which has to end with `status`, and without a word when that is 0."""
        run = self.run_tool(*arguments, **options)
        self.assertEqual(run.status, status, f"{arguments}: {run}")
        if status == 0:
            self.assertEqual(run.err, "", arguments)
        return run

    def write(self, name, content):
        """A file in the working directory. Gives its name."""
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    def read(self, name):
        return (self.work / name).read_bytes()

    def section(self, *settings, host=HOST):
        """The engine section for these settings (NAME=VALUE), for the machine of HOST."""
        self.write("section.toml", host)
        chosen = [word for setting in settings for word in ("--set", setting)]
        return self.cwasm("--config", "section.toml", "engine", "section", *chosen).bytes

    def write_artifact(self, name, *settings, kind="module", **parts):
        return self.write(name, artifact(self.section(*settings), kind, **parts))

    def assert_untouched(self):
        """Nothing was written for the user."""
        self.assertEqual(sorted(self.home.rglob("*")), [])


class Section:
    def __init__(self, name, content, alignment=1, kind=1):
        self.name, self.content, self.alignment, self.kind = name, content, alignment, kind


def elf(sections, flags, machine=X86_64, abi=WASMTIME_ABI, abi_version=0):
    """A little-endian ELF64 object of these sections, with their names behind them."""
    names = b"\0" + b"".join(s.name.encode() + b"\0" for s in sections) + b".shstrtab\0"
    all_sections = [*sections, Section(".shstrtab", names, kind=3)]
    body, headers, name_at = b"", [bytes(64)], 1
    for section in all_sections:
        body += bytes(-(64 + len(body)) % section.alignment)
        headers.append(struct.pack("<IIQQQQIIQQ", name_at, section.kind, 0, 0, 64 + len(body),
                                   len(section.content), 0, 0, section.alignment, 0))
        name_at += len(section.name) + 1
        body += section.content
    body += bytes(-len(body) % 8)
    header = struct.pack("<4sBBBBB7xHHIQQQIHHHHHH", b"\x7fELF", 2, 1, 1, abi, abi_version, 1, machine,
                         1, 0, 0, 64 + len(body), flags, 64, 0, 0, 64, len(headers),
                         len(headers) - 1)
    return header + body + b"".join(headers)


def artifact(section, kind="module", machine=X86_64, extra=(), **header):
    """What a compiler writes around an engine section, without the code."""
    return elf([Section(".wasmtime.engine", section), Section(".wasmtime.bti", b"\0"), *extra],
               KIND_FLAGS[kind], machine, **header)


def synopsis(help_text):
    """The verbs and the long options that a --help prints: ([verb], [option])."""
    verbs, options, part = [], [], ""
    for line in help_text.splitlines():
        if line and not line.startswith(" "):
            part = line
        elif match := re.match(r"  (\S+)", line):
            if part == "Subcommands:":
                verbs.append(match[1])
            elif part == "Options:":
                options += re.findall(r"--[a-z-]+", match[1])
    return verbs, options


def command_tree(ask_help, words=()):
    """{words of a verb: its options}, from the --help of each; the root is ()."""
    verbs, options = synopsis(ask_help(*words))
    tree = {words: options}
    for verb in verbs:
        tree.update(command_tree(ask_help, (*words, verb)))
    return tree
