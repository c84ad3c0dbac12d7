#!/usr/bin/env bash
# Sees that the drivers of this directory do what they say. Status 77: the programs are not installed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dprint=$here/node_modules/@dprint/linux-x64-glibc/dprint
if [ ! -x "$dprint" ]; then
  echo "skipped: run 'npm ci' in $here"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

failures=0
expect() { # WHAT, FOUND, EXPECTED (a pattern)
  # shellcheck disable=SC2053
  if [[ $2 == $3 ]]; then
    echo "ok: $1"
  else
    echo "FAILED: $1: found '$2', expected '$3'"
    failures=$((failures + 1))
  fi
}
magic() { head -c 4 "$1" | tail -c 3; }

# (module (func (export "wizer.initialize"))), which any of them compiles.
printf '\0asm\1\0\0\0\1\4\1\140\0\0\3\2\1\0\7\24\1\20wizer.initialize\0\0\12\4\1\2\0\13' >module.wasm
printf '\0asm\15\0\1\0' >component.wasm
printf '\0asm\1\0\0\0\1\1\1' >damaged.wasm

"$here/moon.sh" module.wasm moon.cwasm
expect "moon compiles a module" "$(magic moon.cwasm)" ELF
echo '(module (func (export "wizer.initialize")))' >module.wat
"$here/moon.sh" module.wat text.cwasm
expect "moon compiles text" "$(magic text.cwasm)" ELF
mkdir 'a "quoted" place'
for i in 1 2 3 4; do
  (cd 'a "quoted" place' && "$here/moon.sh" ../module.wasm "$i.cwasm") &
done
wait
expect "moon gives equal artifacts, run at once in any place" \
  "$(cat 'a "quoted" place'/*.cwasm | cksum)" "$(cat moon.cwasm moon.cwasm moon.cwasm moon.cwasm | cksum)"
said=$("$here/moon.sh" damaged.wasm bad.cwasm 2>&1) && status=0 || status=$?
expect "moon refuses a damaged module" "$status $said" "1 *unexpected end-of-file*"
expect "moon writes nothing then" "$(ls)" "$(ls -I bad.cwasm)"

"$here/grafbase.sh" component.wasm grafbase.cwasm
expect "grafbase compiles a component" "$(magic grafbase.cwasm)" ELF
"$here/wizer.sh" module.wasm wizer.cwasm
expect "wizer compiles a module" "$(magic wizer.cwasm)" ELF

if command -v wat2wasm >/dev/null; then
  wat2wasm "$here/plugin.wat" -o plugin.wasm
  "$here/dprint-load.sh" "$dprint" plugin.wasm >plugin.cwasm
  expect "dprint compiles its plugin" "$(magic plugin.cwasm)" ELF
  expect "dprint loads its own artifact" \
    "$("$here/dprint-load.sh" "$dprint" plugin.wasm plugin.cwasm)" ACCEPTED
  LC_ALL=C sed 's/x86_64-unknown-linux-gnu/x86_64-unknown-linux-abc/' plugin.cwasm >other.cwasm
  expect "dprint says why it refuses a damaged engine section" \
    "$("$here/dprint-load.sh" "$dprint" plugin.wasm other.cwasm)" "?*abc*"
else
  echo "left out: dprint, whose plugin needs wat2wasm"
fi
exit $((failures > 0))
