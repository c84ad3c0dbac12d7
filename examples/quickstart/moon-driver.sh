#!/usr/bin/env bash
# moon-driver.sh INPUT OUTPUT
#
# Compiles a core WebAssembly module (binary or text) with a real Wasmtime: the 43.0.2 inside the npm
# program `moon`. moon has no command for that, but it loads its extensions through Wasmtime, and
# Wasmtime's own cache keeps what it compiled. So INPUT becomes the extension of an empty workspace,
# and the cache entry becomes OUTPUT.
#
# Nothing is written outside OUTPUT's directory, but for a hint in node_modules (below). Works from
# any directory, any number at a time. MOON names another moon than the one installed beside this, of
# the versions 1.24 to 2.5.
set -euo pipefail

fail() {
  echo "moon-driver: $*" >&2
  exit 1
}

[ $# = 2 ] || fail "usage: moon-driver.sh INPUT OUTPUT"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
moon=${MOON:-$here/node_modules/@moonrepo/core-linux-x64-gnu/moon}
[ -x "$moon" ] || fail "$moon is not there; run 'npm ci' in $here"
command -v zstd >/dev/null || fail "zstd is needed to unpack what Wasmtime wrote"
version=$("$moon" --version | cut -d ' ' -f 2)
input=$(realpath -e "$1")
output=$(realpath -m "$2")
work=$(mktemp -d "$(dirname "$output")/.moon.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Has moon load the module $2 as its extension, in the directory $1. Fails in the end in any case:
# the module is no extension; what was compiled before that is in $1/cache.
load() {
  local escaped=${1//\\/\\\\}
  escaped=${escaped//\"/\\\"}
  mkdir -p "$1/workspace/.moon" "$1/home"
  ln -s "$2" "$1/workspace/.moon/module.wasm"
  printf 'projects: []\ntelemetry: false\n' >"$1/workspace/.moon/workspace.yml"
  printf '[cache]\ndirectory = "%s/cache"\n' "$escaped" >"$1/cache.toml"
  case $version in
    1.*) # an older moon and the older Wasmtime in it
      local scheme=file://
      [[ $version != 1.2[0-7].* ]] || scheme=source:
      ln -s .moon/module.wasm "$1/workspace/module.wasm"
      printf "extensions:\n  module:\n    plugin: '%s./module.wasm'\n" "$scheme" \
        >>"$1/workspace/.moon/workspace.yml"
      echo 'enabled = true' >>"$1/cache.toml"
      ;;
    *) printf "module:\n  plugin: 'file://./module.wasm'\n" >"$1/workspace/.moon/extensions.yml" ;;
  esac
  (cd "$1/workspace" && env -i PATH="$PATH" HOME="$1/home" TMPDIR="$1/home" \
    MOON_HOME="$1/home/.moon" PROTO_HOME="$1/home/.proto" MOON_TELEMETRY=false CI=true NO_COLOR=1 \
    EXTISM_CACHE_CONFIG="$1/cache.toml" "$moon" ext module >"$1/log" 2>&1) || true
}

# The names of the entries in the cache of $1: a hash of the configuration and the input. What has a
# dot in its name is statistics, or not finished.
entries() {
  find "$1/cache" -type f ! -name '*.*' -printf '%f\n' 2>/dev/null || true
}

load "$work/run" "$input"
found=$(entries "$work/run")

# One of the entries is a module that moon always compiles first (the kernel of its plugin system).
# Which one, is found out once, by having moon load what is no module at all, and written down. The
# name depends on the machine too, so the list may grow; what is in it is always a kernel.
known=${moon%/node_modules/*}/node_modules/.cache/moon-kernels
kernel=$(grep -xFf "$known" <<<"$found" 2>/dev/null || true)
if [ -z "$kernel" ]; then
  echo 'no module' >"$work/text"
  load "$work/kernel" "$work/text"
  kernel=$(entries "$work/kernel")
  if [ -n "$kernel" ]; then
    { mkdir -p "${known%/*}" && echo "$kernel" >>"$known"; } 2>/dev/null || true
  fi
fi

ours=$(grep -vxF "${kernel:-none}" <<<"$found" || true)
if [ -z "$kernel" ] || [ -z "$ours" ]; then
  tail -n 40 "$work/run/log" >&2
  fail "Wasmtime did not compile $1"
fi
zstd -qdc "$(find "$work/run/cache" -type f -name "$ours")" >"$work/artifact"
mv -f "$work/artifact" "$output"
