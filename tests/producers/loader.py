"""loader.py CWASM: what a real loader says of damaged and foreign engine sections, against what we say.

dprint compiles the plugin here. Its artifact is put to dprint's loader (Wasmtime 43.0.2) again and again, each time
with another engine section or another ELF header; the code in it stays the same, for the loader maps it and dprint
runs it. Each time we have to answer as the loader does: yes, or no with its text. What is tried is the same at every
run on one machine. Status 77: the programs are not installed.
"""
import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

from artifact import engine_section, with_engine_section

HERE = pathlib.Path(__file__).resolve().parent
DPRINT = HERE / "node_modules" / "@dprint" / "linux-x64-glibc" / "dprint"
FLIPS = 330
FEWEST = 300
SHOWN = 20
ENGINE = """[engine]
release = "43"
wasm_gc_types = false
wasm_threads = false
wasm_component_model = false
concurrency_support = false
"""
# Settings of another engine, whose section then stands in the artifact.
OTHER_ENGINES = (
    "release=42", "release=44", "release=48", "release=37.0.3", "release=36.0.2", "release=24.0.0",
    "module_version=none", "module_version=custom:43", "module_version=custom:mine",
    "consume_fuel=true", "epoch_interruption=true", "debug_info=true", "guest_debug=true",
    "wasm_backtrace_details=enable", "memory_guard_size=0", "memory_guard_size=65536", "memory_reservation=0",
    "memory_reservation=18446744073709486080", "memory_reservation_for_growth=0", "memory_may_move=false",
    "guard_before_linear_memory=false", "table_lazy_init=false", "memory_init_cow=false",
    "signals_based_traps=false", "relaxed_simd_deterministic=true", "generate_address_map=false",
    "concurrency_support=true", "operator_cost=table", "operator_cost=Call:9", "compiler_inlining=true",
    "cranelift_opt_level=none", "cranelift_opt_level=speed_and_size", "cranelift_debug_verifier=true",
    "cranelift_nan_canonicalization=true", "cranelift_regalloc_algorithm=single_pass", "native_unwind_info=false",
    "cranelift_flag_set=enable_pinned_reg=true", "cranelift_flag_set=enable_llvm_abi_extensions=true",
    "cranelift_flag_set=libcall_call_conv=fast", "cranelift_flag_set=use_colocated_libcalls=true",
    "cranelift_flag_set=probestack_size_log2=13", "cranelift_flag_set=tls_model=elf_gd",
    "cranelift_flag_set=is_pic=true", "cranelift_flag_set=stack_switch_model=basic", "wasm_gc_types=true",
    "host_features=none", "host_features=sse3,ssse3", "cranelift_flag_enable=has_avx512f",
    "cranelift_flag_enable=skylake-avx512",
    "target=x86_64-unknown-linux-gnu", "target=x86_64-unknown-linux-musl", "target=x86_64-pc-windows-msvc",
    "target=aarch64-unknown-linux-gnu", "target=riscv64gc-unknown-linux-gnu", "target=s390x-unknown-linux-gnu",
    "target=pulley64", "target=x86_64-apple-darwin", "target=x86_64-unknown-freebsd", "target=x86_64-unknown-none",
)
# Of the ELF header: where, and what stands there instead. (e_flags of 2 make a component of it, which fits.)
HEADER_BYTES = [(at, value) for at, values in {
    4: (0, 1, 3), 5: (0, 2, 3), 6: (0, 2), 7: (0, 3, 199, 201), 8: (1, 255), 16: (0, 2, 3, 255), 18: (0, 3, 183, 243),
    20: (0, 2), 24: (1,), 32: (1,), 48: (0, 3, 4, 5, 8, 255), 49: (1,), 51: (128,), 52: (0, 63), 54: (1,), 56: (1,),
}.items() for value in values]


def varint(value):
    out = bytearray()
    while value > 0x7f:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def split_features(section):
    """What comes before the features, and their bits: the last thing on the wire, seven bits a byte."""
    start = len(section) - 1
    while section[start - 1] & 0x80:
        start -= 1
    return section[:start], sum((byte & 0x7f) << 7 * i for i, byte in enumerate(section[start:]))


def flipped(section):
    chance = random.Random(43)
    for i in range(FLIPS):
        at = i * len(section) // FLIPS
        mask = 1 << chance.randrange(8)
        yield f"byte {at} ^ {mask:#04x}", section[:at] + bytes([section[at] ^ mask]) + section[at + 1:]


def rewritten(section):
    before, features = split_features(section)
    for bit in range(64):
        yield f"feature bit {bit}", before + varint(features ^ 1 << bit)
    for text in (b"", b"4", b"44", b"043", b"43.0.2", b"42", b"\xff\xfe", b"4\n3", "\u00e9".encode(), b"x" * 255):
        yield f"version text {text[:8]}", section[:1] + bytes([len(text)]) + text + section[4:]
    for length in (0, 1, 3, 40, 255):
        yield f"version length {length}", section[:1] + bytes([length]) + section[2:]
    for length in (0, 1, 23, 25, 127, 128, 255):
        yield f"triple length {length}", section[:4] + bytes([length]) + section[5:]
    for at in (0, 1, 2, 3, 4, 5, 20, *range(30, len(section), 53), len(section) - 1):
        yield f"the first {at} bytes", section[:at]
    for tail in (b"\0", b"\1", b"\x80", b"more than there was"):
        yield f"followed by {tail}", section + tail
    for old, new in ((b"backtracking", b"single_pass"), (b"\x09opt_level", b"\x09opt_lovel"), (b"speed", b"spoon"),
                     (b"inline", b"outline"), (b"isa_default", b"fast"), (b"has_avx2", b"has_avx9"),
                     (b"has_sse3", b"has_mmx3"), (b"-linux-", b"-hurd-"), (b"x86_64", b"x86_64h"), (b"x86_64", b"i686")):
        at = section.index(old)
        named = old.lstrip(b"\x09")
        changed = section.replace(old, new, 1)
        if len(old) != len(new):  # the length before the text, and of the triple the text is a part
            start = 4 if at in range(4, 30) else at - 1
            changed = changed[:start] + bytes([section[start] + len(new) - len(old)]) + changed[start + 1:]
        yield f"{named} is {new}", changed


def other_engines(cwasm, config, work):
    for setting in OTHER_ENGINES:
        path = work / "section"
        # Another release may not have all the settings.
        base = [] if setting.startswith("release=") else ["--config", config]
        command = [cwasm, *base, "engine", "section", "--set", setting, "-o", path]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"FAILED: no engine with {setting}: {done.stderr}")
        yield setting, path.read_bytes()


def variants(cwasm, config, work, artifact):
    """Names, and the artifacts with those names."""
    section = engine_section(artifact)
    yield "as it is", artifact
    for source in (flipped(section), rewritten(section), other_engines(cwasm, config, work)):
        for name, content in source:
            yield name, with_engine_section(artifact, content)
    for at, value in HEADER_BYTES:
        if artifact[at] != value:
            yield f"ELF header byte {at} is {value}", artifact[:at] + bytes([value]) + artifact[at + 1:]


def loader_answers(plugin, paths):
    done = subprocess.run(["bash", HERE / "dprint-load.sh", DPRINT, plugin, *paths], capture_output=True)
    answers = done.stdout.decode("utf-8", "surrogateescape").split("\n")[:-1]
    if done.returncode != 0 or len(answers) != len(paths):
        raise SystemExit(f"FAILED: dprint gave {len(answers)} answers: {done.stderr.decode('utf-8', 'replace')}")
    return answers


def our_answers(cwasm, config, paths):
    command = [cwasm, "--config", config, "check", "--json", *paths]
    done = subprocess.run(command, capture_output=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if len(answers) != len(paths):
        raise SystemExit(f"FAILED: cwasm check: status {done.returncode}: {done.stderr.decode()}")
    return answers


def difference(theirs, ours):
    """How our answer differs from the loader's, or nothing."""
    error = ours["error"] and ours["error"]["message"].removeprefix(ours["file"] + ": ")
    texts = [error] if error else [mismatch["message"] for mismatch in ours["mismatches"]]
    texts = texts or ours["structure"]
    # The driver hands down the first line, and cannot hand down a NUL.
    said = texts[0].split("\n")[0].replace("\0", "") if texts else "ACCEPTED"
    same = said.startswith(theirs) if error else said == theirs
    return None if same else f"the loader says '{theirs}', we say '{said}'"


def main():
    cwasm = str(pathlib.Path(sys.argv[1]).resolve())
    if not DPRINT.is_file() or not shutil.which("wat2wasm"):
        print(f"skipped: run 'npm ci' in {HERE}, and install wabt")
        return 77
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        os.environ["HOME"] = directory
        os.environ.pop("CWASM_CONFIG", None)
        plugin, config = work / "plugin.wasm", work / "dprint.toml"
        config.write_text(ENGINE)
        subprocess.run(["wat2wasm", HERE / "plugin.wat", "-o", plugin], check=True)
        made = subprocess.run(["bash", HERE / "dprint-load.sh", DPRINT, plugin], capture_output=True, check=True)
        names, paths = [], []
        for name, content in variants(cwasm, config, work, made.stdout):
            names.append(name)
            paths.append(work / f"{len(paths)}.cwasm")
            paths[-1].write_bytes(content)
        ours = our_answers(cwasm, config, paths)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            halves = pool.map(lambda half: loader_answers(plugin, half), (paths[::2], paths[1::2]))
            theirs = [None] * len(paths)
            theirs[::2], theirs[1::2] = halves
    answers = zip(names, map(difference, theirs, ours))
    differences = [f"FAILED: {name}: {differs}" for name, differs in answers if differs]
    print(*differences[:SHOWN], sep="\n", end="\n" if differences else "")
    accepted = theirs.count("ACCEPTED")
    print(f"{len(names)} artifacts: the loader accepts {accepted} and refuses {len(names) - accepted} with "
          f"{len(set(theirs)) - 1} texts; we differ on {len(differences)}")
    return 0 if not differences and len(names) >= FEWEST and theirs[0] == "ACCEPTED" else 1


if __name__ == "__main__":
    sys.exit(main())
