#!/usr/bin/env bash
# dprint-load.sh DPRINT PLUGIN.wasm [ARTIFACT]...
#
# Asks a real loader, the Wasmtime 43.0.2 inside the npm program `dprint`, for an artifact of a dprint
# plugin (plugin.wat here is one), or about some. Without ARTIFACT, prints on standard output the
# artifact it made. Otherwise lays each ARTIFACT in turn where dprint keeps its own, and prints a line
# about each: ACCEPTED, or the loader's reason to refuse it. The loader maps code and jumps into it:
# give it only artifacts of the same plugin. Fails when there is no answer.
set -euo pipefail

fail() {
  echo "dprint-load: $*" >&2
  exit 1
}

[ $# -ge 2 ] || fail "usage: dprint-load.sh DPRINT PLUGIN.wasm [ARTIFACT]..."
dprint=$(realpath -e "$1")
artifacts=()
for artifact in "${@:3}"; do artifacts+=("$(realpath -e "$artifact")"); done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$2" "$work/plugin.wasm"
cd "$work"
echo '{"plugins": ["./plugin.wasm"]}' >dprint.json

load() {
  DPRINT_CACHE_DIR="$work/cache" "$dprint" resolved-config --log-level=debug >/dev/null 2>log
}

load || { tail -n 1 log >&2; fail "the plugin could not be loaded"; }
kept=$(find cache/plugins -name '*.cwasm')
[ -n "$kept" ] || fail "dprint kept no artifact"
if [ $# = 2 ]; then
  cat "$kept"
  exit
fi

for artifact in "${artifacts[@]}"; do
  cp "$artifact" "$kept"
  status=0
  load || status=$?
  reason=$(sed -n 's/.*Error deserializing compiled wasm module: //p' log | head -n 1)
  if [ -n "$reason" ]; then
    echo "$reason"
  elif [ "$status" = 0 ] && ! grep -q 'Error loading\|^Compiling' log; then
    echo ACCEPTED
  else
    cat log >&2
    fail "no answer about $artifact (exit status $status)"
  fi
done
