#!/usr/bin/env python3
"""Checks that the rooms of src/ include only what lies below them (docs/architecture.md).

usage: check_layers.py [SRC]      prints one line a violation; exit status 1 when there is one
"""
import pathlib
import re
import sys

# room: the rooms whose headers it may include, beside its own. Two columns: what knows WebAssembly
# (releases, format, compat, engine, compiler) and what keeps bytes (cache). Only precompile sees both.
KNOWING = {"util", "model", "releases"}
ROOMS = {
    "util": set(),
    "model": {"util"},
    "releases": {"util", "model"},
    "format": KNOWING,
    "compat": KNOWING,
    "engine": KNOWING | {"format", "compat"},
    "compiler": KNOWING | {"format", "compat", "engine"},
    "cache": {"util", "model"},
    "precompile": KNOWING | {"format", "compat", "engine", "compiler", "cache"},
    "settings": KNOWING | {"format", "compat", "engine", "compiler", "cache", "precompile"},
    "cli": {"util", "model", "engine", "format", "compat", "compiler", "cache", "precompile", "settings"},
}
# The room that each public header belongs to.
PUBLIC = {
    "export": "util", "error": "util", "bytes": "util", "file_identity": "util",
    "metadata": "model", "load_requirements": "model", "digest": "model", "triple": "model",
    "elf": "format", "detect": "format", "engine_section": "format", "artifact": "format",
    "artifact_file": "format",
    "verdict": "compat",
    # The host is what verdicts are about; the engine room detects it.
    "host": "compat",
    "config": "engine", "engine": "engine", "engine_settings": "engine", "survey": "engine",
    "difference": "engine",
    "cache": "cache", "cache_limits": "cache", "cache_stats": "cache", "flight": "cache", "pack": "cache",
    "compiler": "compiler",
    "precompile": "precompile", "why": "precompile",
    "settings": "settings",
}
# Third-party headers and the one file (its header and source) that may include them.
DOORS = {
    "sqlite3.h": "cache/sqlite",
    "xxhash.h": "util/xxhash",
    "openssl/": "util/sha256",
    "zstd.h": "util/zstd",
    "toml++/": "settings/toml",
    "CLI/": "cli/command_line",
    "nlohmann/": "cli/json",
}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def room_of_include(kind, path):
    """The room that an include leads to, or None for what is not ours."""
    if path.startswith("cwasm/"):
        name = pathlib.PurePath(path).stem
        return PUBLIC.get(name, f"unlisted public header {path}")
    first = path.split("/")[0]
    return first if kind == '"' and "/" in path else None


def violations(source, room, name):
    for number, text in enumerate(source.read_text().splitlines(), 1):
        match = INCLUDE.match(text)
        if not match:
            continue
        kind, path = match.groups()
        target = room_of_include(kind, path)
        if target is not None and target != room and target not in ROOMS[room]:
            yield f"{source}:{number}: {room} must not include {path} ({target})"
        for header, door in DOORS.items():
            if path.startswith(header) and name != door:
                yield f"{source}:{number}: only {door} may include {path}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "src")
    public = root.parent / "include" / "cwasm"
    found = []
    for folder in sorted(p for p in root.iterdir() if p.is_dir()):
        room = folder.name
        if room not in ROOMS:
            found.append(f"{folder}: not a room (tools/check_layers.py, docs/architecture.md)")
            continue
        for source in sorted(folder.rglob("*.?pp")):
            name = source.relative_to(root).with_suffix("").as_posix()
            found += violations(source, room, name)
    for header in sorted(public.glob("*.hpp")):
        room = PUBLIC.get(header.stem)
        if room is None:
            found.append(f"{header}: which room does it belong to?")
        else:
            found += violations(header, room, f"public/{header.stem}")
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
