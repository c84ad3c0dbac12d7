#!/usr/bin/env bash
# grafbase.sh COMPONENT OUTPUT
#
# Compiles a component (binary or text) with a real Wasmtime: the 35.0.0 inside the npm program
# `grafbase`. The component becomes an extension of an empty gateway, which fails to start because
# it is none; what Wasmtime compiled before that is in its cache directory. The target is
# x86_64-unknown-linux-musl.
set -euo pipefail

fail() {
  echo "grafbase: $*" >&2
  exit 1
}

[ $# = 2 ] || fail "usage: grafbase.sh COMPONENT OUTPUT"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
grafbase=$here/node_modules/@grafbase/cli-x86_64-unknown-linux-musl/grafbase
[ -x "$grafbase" ] || fail "$grafbase is not there; run 'npm ci' in $here"
output=$(realpath -m "$2")
work=$(mktemp -d "$(dirname "$output")/.grafbase.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/extension" "$work/home"
cp "$1" "$work/extension/extension.wasm"
cd "$work"
cat >extension/manifest.json <<'JSON'
{"manifest": "v1", "id": {"name": "probe", "version": "1.0.0"}, "kind": {"Resolver": {}},
 "sdk_version": "0.17.0", "minimum_gateway_version": "0.1.0", "description": "", "permissions": []}
JSON
echo 'type Query { nothing: String }' >nothing.graphql
cat >grafbase.toml <<'TOML'
[subgraphs.nothing]
schema_path = "./nothing.graphql"
url = "http://127.0.0.1:1/"
[extensions.probe]
path = "./extension"
TOML
# The time limit is for a component that is an extension: then the gateway would run.
HOME="$work/home" timeout --foreground 60 "$grafbase" --home "$work/home" dev -c grafbase.toml -p 0 \
  >log 2>&1 || true
entry=$(find .grafbase/wasm-cache -type f ! -name '*.*' 2>/dev/null | head -n 1)
if [ -z "$entry" ]; then
  tail -n 40 log >&2
  fail "Wasmtime did not compile $1"
fi
zstd -qdc "$entry" >artifact
mv -f artifact "$output"
