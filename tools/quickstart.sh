#!/usr/bin/env bash
# quickstart.sh
#
# Installs what is missing, builds `cwasm`, and shows its main job on a real module with a real
# Wasmtime: the `wasmtime` on the PATH, else the one inside the npm program `moon`
# (examples/quickstart/moon-driver.sh). All it shows happens in a temporary directory.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
example=$root/examples/quickstart
build=$root/build/quickstart

bash "$root/tools/install_dependencies.sh" build npm
bash "$root/tools/install_npm_packages.sh" "$example"
echo "Building cwasm"
mkdir -p "$root/build"
{
  cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCWASM_BUILD_TESTS=OFF \
    -DCMAKE_RUNTIME_OUTPUT_DIRECTORY="$build/bin"
  cmake --build "$build"
} >"$build.log" 2>&1 || { tail -n 60 "$build.log"; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export PATH="$build/bin:$PATH" CWASM_CONFIG="$work/cwasm.toml"
cp "$example/node_modules/sql.js/dist/sql-wasm.wasm" .

quoted() { # as a TOML string
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}
{
  echo '[engine]'
  if command -v wasmtime >/dev/null; then
    echo "release = \"$(wasmtime --version | cut -d ' ' -f 2)\""
  else
    # The release inside moon, and what moon asks of it.
    echo 'release = "43.0.2"'
    echo 'epoch_interruption = true'
    echo 'wasm_function_references = true'
    echo 'wasm_gc = true'
    echo
    echo '[compiler]'
    echo "command = [$(quoted "$example/moon-driver.sh"), \"{input}\", \"{output}\"]"
  fi
  echo
  echo '[cache]'
  echo "directory = $(quoted "$work/cache")"
} >cwasm.toml

step() { # TEXT
  printf '\n# %s\n' "$1"
}
run() { # EXIT-STATUS COMMAND...
  local expected=$1 status=0
  shift
  echo "\$ $*"
  "$@" || status=$?
  if [ "$status" != "$expected" ]; then
    echo "quickstart: exit status $status where $expected was expected" >&2
    exit 1
  fi
}

step "The engine that will load the artifacts, the compiler, the cache"
run 0 cat cwasm.toml
step "This machine"
run 0 cwasm host
step "SQLite as WebAssembly, seen for the first time: a miss, and a compile"
run 0 cwasm compile sql-wasm.wasm -o sql-wasm.cwasm
step "Again, in a new process: a hit, and no compiler runs"
run 0 cwasm compile sql-wasm.wasm -o again.cwasm
run 0 cmp sql-wasm.cwasm again.cwasm
step "Will it load here?"
run 0 cwasm check sql-wasm.cwasm
step "Would it load in an engine with other settings? (exit status 6: it would not)"
run 6 cwasm check --set consume_fuel=true --set memory_guard_size=0 sql-wasm.cwasm
step "What the cache has counted"
run 0 cwasm cache stats
