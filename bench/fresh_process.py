#!/usr/bin/env python3
"""How long a hit takes in a fresh process, from its start to its end.

usage: fresh_process.py TOOL [--runs N] [--instructions]

Prints medians of the whole wall of `TOOL compile` for artifacts of 14 KB and 64 MB that are in the
cache, beside /bin/true and `TOOL --version`, the commands taking turns in one run. With
--instructions it counts, with valgrind, what the processor executed in user space instead: numbers
that a busy machine does not change.
"""
import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--instructions", action="store_true")
    return parser.parse_args()


def prepared(tool, work, size, release, command):
    """Settings under which a module has an artifact of about this size in the cache."""
    from support import HOST, artifact
    directory = work / f"{release}-{size}"
    directory.mkdir()
    engine = f'[engine]\nrelease = "{release}"\n'
    compiler = directory / command
    settings = directory / "settings.toml"
    settings.write_text(f'{HOST}{engine}[cache]\ndirectory = "{directory}/cache"\n[compiler]\n'
                        f'command = ["{compiler}", "{{output}}"]\n')
    run = [tool, "--config", settings]
    subprocess.run([*run, "--set", f"release={full_version(release)}", "engine", "section", "-o",
                    directory / "section"], check=True)
    bytes_ = artifact((directory / "section").read_bytes())
    (directory / "artifact").write_bytes(bytes_ + b"\x5a" * (size - len(bytes_)))
    # A program, since what a script answers to --version is not remembered.
    source = (f'#include <stdio.h>\n#include <unistd.h>\nint main(int argc, char **argv) {{\n'
              f'  if (argv[1][0] == \'-\') return puts("wasmtime {full_version(release)}") < 0;\n'
              f'  return execlp("cp", "cp", "{directory}/artifact", argv[argc - 1], NULL);\n}}\n')
    subprocess.run(["cc", "-x", "c", "-o", compiler, "-"], input=source, text=True, check=True)
    module = directory / "module.wasm"
    module.write_bytes(b"\0asm\1\0\0\0")
    # A file that was written this moment is hashed again; so it gets an older date, and waits
    # until its status change is old enough too.
    os.utime(module, (1, 1))
    return [*run, "compile", module]


def full_version(release):
    return release if "." in release else f"{release}.0.0"


def wall(command):
    quiet = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    start = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=quiet)
    _, status = os.waitpid(child, 0)
    took = time.perf_counter() - start
    if status != 0:
        sys.exit(f"fresh_process: {' '.join(command)} ended with status {status}")
    return took * 1000


def instructions(command):
    run = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
                         capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", run.stderr)[1])


def main():
    options = arguments()
    tool = str(options.tool.resolve())
    os.environ["CWASM_TOOL"] = tool
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "cli"))
    with tempfile.TemporaryDirectory(prefix="cwasm-fresh-") as name:
        work = pathlib.Path(name)
        hits = {"a hit, 14 KB": (14 << 10, "48.0.0", "compiler"),
                "a hit, 64 MB": (64 << 20, "48.0.0", "compiler"),
                "a hit, 14 KB, the release from `wasmtime --version`": (14 << 10, "48", "wasmtime")}
        commands = {"/bin/true": ["/bin/true"], "cwasm --version": [tool, "--version"]}
        for title, what in hits.items():
            commands[title] = list(map(str, prepared(tool, work, *what)))
        time.sleep(2.5)
        for command in commands.values():
            for _ in range(3):
                wall(command)
        copy = work / "copy.cwasm"
        commands["a hit, 14 KB, -o FILE"] = [*commands["a hit, 14 KB"], "-o", str(copy)]
        commands["a hit, 64 MB, -o FILE"] = [*commands["a hit, 64 MB"], "-o", str(copy)]
        if options.instructions:
            print("| command | instructions |\n|---|---:|")
            for title, command in commands.items():
                count = f"{instructions(command):,}".replace(",", " ")
                print(f"| {title} | {count} |")
            return
        walls = {title: [] for title in commands}
        for run in range(options.runs):
            for title, command in commands.items():
                # Copies of 64 MB wait for the disk; some are enough.
                if title.startswith("a hit, 64 MB, -o") and run % 25 != 0:
                    continue
                walls[title].append(wall(command))
        print("| command | median, ms | fastest, ms |\n|---|---:|---:|")
        for title, taken in walls.items():
            print(f"| {title} | {statistics.median(taken):.2f} | {min(taken):.2f} |")


if __name__ == "__main__":
    main()
