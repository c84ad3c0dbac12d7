"""Compilers for tests of `cwasm compile`: shell scripts that count how often they ran."""
import shlex

from support import COMPONENT, HOST, MODULE, CliTest, artifact

COUNTERS = ["hits", "compatible_hits", "remote_hits", "misses", "stale", "corrupt", "compiles",
            "compile_failures", "stores", "store_failures", "evictions", "waits"]


class CompileTest(CliTest):
    """Begins with a module, a component, what a compiler makes of them, and settings.toml."""

    def setUp(self):
        super().setUp()
        self.write("m.wasm", MODULE)
        self.write("c.wasm", COMPONENT)
        section = self.section()
        self.write("module.cwasm", artifact(section))
        self.write("component.cwasm", artifact(section, kind="component"))
        self.compiler()

    def compiler(self, script='cp "$WORK/module.cwasm" "$2"', more="", cache=None):
        """Settings with a compiler that does this; $1 is its input and $2 its output."""
        path = self.work / "compiler"
        self.write("compiler", f"#!/bin/sh\nWORK={shlex.quote(str(self.work))}\n"
                               f'echo run >>"$WORK/runs"\n{script}\n')
        path.chmod(0o755)
        cache_table = f'[cache]\ndirectory = "{cache}"\n' if cache else ""
        self.write("settings.toml", f'{HOST}{cache_table}[compiler]\n'
                                    f'command = ["{path}", "{{input}}", "{{output}}"]\n{more}')

    def runs(self):
        """How many compilers ran."""
        path = self.work / "runs"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def configured(self, *arguments, **options):
        return self.cwasm("--config", "settings.toml", *arguments, **options)

    def compile(self, *arguments, **options):
        """`cwasm compile --json`, as an object when it succeeds."""
        run = self.configured("compile", "--json", *arguments, **options)
        return run.json() if options.get("status", 0) == 0 else run

    def stats(self, **options):
        return self.configured("cache", "stats", "--json", **options).json()

    def assert_counted(self, entries, size=None, **counters):
        """These counters and no others, and that many entries."""
        stats = self.stats()
        if size is not None:
            self.assertEqual(stats["bytes"], size)
        self.assertEqual(stats["entries"], entries)
        self.assertEqual({name: stats[name] for name in COUNTERS if stats[name] != 0}, counters)

    def cache_directory(self):
        return self.home / ".cache" / "cwasm"

    def blobs(self):
        return sorted(p for p in (self.cache_directory() / "blobs").rglob("*") if p.is_file())
