#!/usr/bin/env bash
# wizer.sh MODULE OUTPUT
#
# Compiles a core module with a real Wasmtime, the one inside an npm program `wizer`. WIZER_PACKAGE
# names the package, and so the Wasmtime: the 36.0.2 of wizer 10.0.0 by default. What it compiles is
# wizer's instrumented copy of the module (which needs an exported function `wizer.initialize` and may
# import WASI), so the code is another one, not the form. Wasmtime's own cache has the artifact.
set -euo pipefail

fail() {
  echo "wizer: $*" >&2
  exit 1
}

[ $# = 2 ] || fail "usage: wizer.sh MODULE OUTPUT"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
wizer=$here/node_modules/${WIZER_PACKAGE:-@bytecodealliance/wizer-linux-x64}/wizer
[ -x "$wizer" ] || fail "$wizer is not there; run 'npm ci' in $here"
input=$(realpath -e "$1")
output=$(realpath -m "$2")
work=$(mktemp -d "$(dirname "$output")/.wizer.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/.config/wasmtime" "$work/.cache"
{
  echo '[cache]'
  # An older Wasmtime wants this key, a later one has none of that name.
  case $("$wizer" --version) in "wizer "[1-9].*) echo 'enabled = true' ;; esac
} >"$work/.config/wasmtime/config.toml"
HOME="$work" XDG_CONFIG_HOME="$work/.config" XDG_CACHE_HOME="$work/.cache" \
  "$wizer" --allow-wasi "$input" -o "$work/initialized.wasm" >"$work/log" 2>&1 || true
# What has a dot in its name is statistics, or not finished.
entry=$(find "$work/.cache" -type f ! -name '*.*' | head -n 1)
if [ -z "$entry" ]; then
  tail -n 40 "$work/log" >&2
  fail "Wasmtime did not compile $1"
fi
zstd -qdc "$entry" >"$work/artifact"
mv -f "$work/artifact" "$output"
