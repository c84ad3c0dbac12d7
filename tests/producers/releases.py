"""releases.py CWASM: what the real Wasmtimes here write, against what we say that they write.

Each producer compiles the sources in wat/. Each artifact has to be read as its release's, to carry, byte for byte,
the engine section that we derive for that release and the producer's configuration on this machine, and to fit an
engine of that configuration. Status 77: the programs are not installed.
"""
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from artifact import engine_section

HERE = pathlib.Path(__file__).resolve().parent
MODULES = ("small.wat", "memory.wat")
COMPONENTS = ("component.wat",)
MOON = "@moonrepo/core-linux-x64-gnu"
WIZER = "@bytecodealliance/wizer-linux-x64"
GRAFBASE = "@grafbase/cli-x86_64-unknown-linux-musl"

# Driver, package, Wasmtime, and what the program configures, as [engine] has it.
REFERENCES = "epoch_interruption wasm_function_references"
PRODUCERS = (
    ("wizer", "wizer-3.0.1", "9.0.1", "!wasm_reference_types !wasm_bulk_memory wasm_multi_memory"),
    ("moon", "moon-1.24.5", "16.0.0", REFERENCES + " wasm_tail_call"),
    ("moon", "moon-1.28.3", "17.0.3", REFERENCES + " wasm_tail_call wasm_component_model"),
    ("moon", "moon-1.29.0", "23.0.2", REFERENCES + " wasm_tail_call wasm_gc"),
    ("wizer", "wizer-7.0.5", "23.0.2", "!wasm_reference_types !wasm_bulk_memory !wasm_threads wasm_tail_call"),
    ("moon", "moon-1.32.8", "26.0.1", REFERENCES + " wasm_gc"),
    ("moon", "moon-1.36.1", "29.0.1", REFERENCES + " wasm_gc"),
    ("moon", "moon-1.41.7", "30.0.2", REFERENCES + " wasm_gc"),
    ("wizer", "wizer-9.0.0", "31.0.0", "!wasm_threads"),
    ("grafbase", GRAFBASE, "35.0.0", ""),
    ("wizer", WIZER, "36.0.2", "!wasm_threads"),
    ("moon", "moon-2.0.4", "37.0.3", REFERENCES + " wasm_gc"),
    ("moon", "moon-2.2.4", "41.0.4", REFERENCES + " wasm_gc"),
    ("moon", MOON, "43.0.2", REFERENCES + " wasm_gc"),
)


class Failure(Exception):
    pass


def run(*command, **environment):
    """What a program printed; fails with what it complained of."""
    done = subprocess.run(list(map(str, command)), env={**os.environ, **environment}, capture_output=True)
    if done.returncode != 0:
        said = (done.stdout + done.stderr).decode("utf-8", "replace").strip()
        raise Failure(f"{' '.join(map(str, command))} ended with status {done.returncode}: {said}")
    return done.stdout


def settings_file(cwasm, path, driver, release, switches):
    """The producer's engine on this machine."""
    lines = ["[engine]", f'release = "{release}"']
    lines += [f"{name.lstrip('!')} = {'false' if name.startswith('!') else 'true'}" for name in switches.split()]
    if driver == "grafbase":  # built for musl, on the same CPU
        host = run(cwasm, "host").decode()
        lines.append(host.replace("x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"))
    path.write_text("\n".join(lines) + "\n")


def compiled(driver, package, source, work):
    """The artifact that a producer makes of a text."""
    made = work / (source.stem + ".cwasm")
    if driver == "wizer":  # takes no text
        run("wat2wasm", source, "-o", work / (source.stem + ".wasm"))
        source = work / (source.stem + ".wasm")
    run("bash", HERE / f"{driver}.sh", source, made, **{f"{driver.upper()}_PACKAGE": package})
    return made


def compare(cwasm, config, release, artifact, kind):
    """Returns how long the equal sections are."""
    name = artifact.stem
    seen = json.loads(run(cwasm, "inspect", "--json", artifact))
    expected = {"kind": kind, "release": release.split(".")[0],
                "version": release if int(release.split(".")[0]) <= 37 else release.split(".")[0]}
    found = {key: seen[key] for key in expected}
    if found != expected:
        raise Failure(f"{name}: read as {found}, expected {expected}")

    derived_path = artifact.with_suffix(".section")
    run(cwasm, "--config", config, "engine", "section", "-o", derived_path)
    real, derived = engine_section(artifact.read_bytes()), derived_path.read_bytes()
    answer = subprocess.run([cwasm, "--config", config, "check", artifact], capture_output=True, text=True)
    if real != derived:
        at = next((i for i, pair in enumerate(zip(real, derived)) if pair[0] != pair[1]), min(len(real), len(derived)))
        raise Failure(f"{name}: the engine section has {len(real)} bytes, the derived one {len(derived)}; they differ "
                      f"at {at}: {real[at:at + 8].hex()}, derived {derived[at:at + 8].hex()}\n{answer.stdout}")
    if answer.returncode != 0:
        raise Failure(f"{name}: cwasm check says {answer.returncode}: {answer.stdout}{answer.stderr}")
    return len(real)


def prove(cwasm, home, producer):
    """Returns a line about one producer, or raises Failure."""
    driver, package, release, switches = producer
    work = home / package.replace("/", "-")
    work.mkdir()
    config = work / "engine.toml"
    settings_file(cwasm, config, driver, release, switches)
    kind, sources = ("component", COMPONENTS) if driver == "grafbase" else ("module", MODULES)
    sizes = []
    for name in sources:
        artifact = compiled(driver, package, HERE / "wat" / name, work)
        sizes.append(f"{name} {compare(cwasm, config, release, artifact, kind)}")
    return f"Wasmtime {release} in {package}: {', '.join(sizes)} bytes of engine section, all as derived"


def attempt(cwasm, home, producer):
    try:
        return True, f"ok: {prove(cwasm, home, producer)}"
    except Failure as failure:
        return False, f"FAILED: Wasmtime {producer[2]} in {producer[1]}: {failure}"


def main():
    cwasm = str(pathlib.Path(sys.argv[1]).resolve())
    missing = [package for _, package, _, _ in PRODUCERS if not (HERE / "node_modules" / package).is_dir()]
    if missing or not shutil.which("wat2wasm"):
        print(f"skipped: run 'npm ci' in {HERE}, and install wabt")
        return 77
    with tempfile.TemporaryDirectory() as directory:
        home = pathlib.Path(directory)
        os.environ["HOME"] = directory
        os.environ.pop("CWASM_CONFIG", None)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            done = list(pool.map(lambda producer: attempt(cwasm, home, producer), PRODUCERS))
    for _, line in done:
        print(line)
    return 0 if all(good for good, _ in done) else 1


if __name__ == "__main__":
    sys.exit(main())
