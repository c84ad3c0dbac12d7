#!/usr/bin/env bash
# live.sh CWASM
# The main job on real modules with real Wasmtimes: compiled once, found again in a new process without
# a compiler, byte for byte what Wasmtime wrote, and loaded by a real loader. Status 77: the programs
# are not installed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cwasm=$(realpath "$1")
dprint=$here/node_modules/@dprint/linux-x64-glibc/dprint
if [ ! -x "$dprint" ] || ! command -v wat2wasm >/dev/null; then
  echo "skipped: run 'npm ci' in $here, and install wabt"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work

fail() {
  echo "FAILED: $*" >&2
  exit 1
}
outcome() { # CONFIG INPUT OUTPUT
  "$cwasm" --config "$1" compile "$2" -o "$3" --json >answer.json
  grep -oP '"outcome":"\K[a-z_]+' answer.json
}
counters() { # CONFIG
  "$cwasm" --config "$1" cache stats --json | grep -oP '"(hits|misses|stale|corrupt|compiles|stores)":\d+' |
    tr -d '"' | tr '\n' ' '
}
settings() { # NAME DRIVER ENGINE-SETTINGS
  printf '[engine]\nrelease = "%s"\n%s\n[cache]\ndirectory = "%s/%s-cache"\n[compiler]\ncommand = ["%s/driver", "{input}", "{output}"]\n' \
    "$3" "$4" "$work" "$1" "$work" >"$1.toml"
  # Notes each run, so that a hit is seen to run none.
  printf '#!/bin/sh\necho run >>"%s/runs"\nexec "%s" "$1" "$2"\n' "$work" "$2" >driver
  chmod +x driver
  : >runs
}

# A module, binary and text, by moon.
settings moon "$here/moon.sh" 43.0.2 $'epoch_interruption = true\nwasm_function_references = true\nwasm_gc = true'
printf '(module (memory 1) (func (export "f") (result i32) i32.const 42))' >m.wat
wat2wasm m.wat -o m.wasm
"$here/moon.sh" m.wasm wrote.cwasm
for input in m.wasm m.wat; do
  : >runs
  [ "$(outcome moon.toml "$input" first.cwasm)" = miss ] || fail "$input: no miss at first"
  [ "$(wc -l <runs)" = 1 ] || fail "$input: the compiler ran $(wc -l <runs) times"
  [ "$(outcome moon.toml "$input" second.cwasm)" = hit ] || fail "$input: no hit"
  [ "$(wc -l <runs)" = 1 ] || fail "$input: a compiler ran on a hit"
  cmp first.cwasm wrote.cwasm || fail "$input: not what Wasmtime wrote"
  cmp second.cwasm wrote.cwasm || fail "$input: the cache gave other bytes"
  "$cwasm" --config moon.toml check second.cwasm >/dev/null || fail "$input: does not fit"
done
[ "$(counters moon.toml)" = "hits:2 misses:2 stale:0 corrupt:0 compiles:2 stores:2 " ] ||
  fail "counters: $(counters moon.toml)"
echo "ok: moon, a miss and a hit each for binary and text, byte for byte"

# A setting that moon does not heed.
status=0
"$cwasm" --config moon.toml --set consume_fuel=true compile m.wasm -o x.cwasm 2>err || status=$?
[ $status = 10 ] || fail "an ignored setting: status $status"
grep -q 'consume_fuel: asked for true, the compiler wrote false' err || fail "an ignored setting: $(cat err)"
[ ! -e x.cwasm ] || fail "an ignored setting: something was written"
echo "ok: a compiler that ignores a setting is found out"

# A plugin by dprint, whose own loader takes what comes out of our cache.
printf '#!/bin/sh\nexec "%s/dprint-load.sh" "%s" "$1" >"$2"\n' "$here" "$dprint" >dprint-driver
chmod +x dprint-driver
settings dprint "$work/dprint-driver" 43 $'wasm_gc_types = false\nwasm_threads = false\nwasm_component_model = false\nconcurrency_support = false'
wat2wasm "$here/plugin.wat" -o plugin.wasm
[ "$(outcome dprint.toml plugin.wasm first.cwasm)" = miss ] || fail "dprint: no miss at first"
[ "$(outcome dprint.toml plugin.wasm second.cwasm)" = hit ] || fail "dprint: no hit"
[ "$(wc -l <runs)" = 1 ] || fail "dprint: the compiler ran $(wc -l <runs) times"
answer=$("$here/dprint-load.sh" "$dprint" plugin.wasm second.cwasm)
[ "$answer" = ACCEPTED ] || fail "dprint says: $answer"
echo "ok: dprint loads what went through our cache"

# A component by grafbase.
if [ -x "$here/node_modules/@grafbase/cli-x86_64-unknown-linux-musl/bin/grafbase" ] ||
  ls "$here"/node_modules/@grafbase/*/ >/dev/null 2>&1; then
  settings grafbase "$here/grafbase.sh" 35.0.0 ''
  printf '[host]\ntriple = "x86_64-unknown-linux-musl"\n%s\n' \
    "$("$cwasm" host | grep '^features')" >>grafbase.toml
  printf '\0asm\15\0\1\0' >component.wasm
  [ "$(outcome grafbase.toml component.wasm first.cwasm)" = miss ] || fail "grafbase: no miss at first"
  [ "$(outcome grafbase.toml component.wasm second.cwasm)" = hit ] || fail "grafbase: no hit"
  grep -q '"kind":"component"' answer.json || fail "grafbase: no component"
  cmp first.cwasm second.cwasm || fail "grafbase: the cache gave other bytes"
  echo "ok: a component by grafbase, a miss and a hit"
fi
