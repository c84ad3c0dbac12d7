#!/usr/bin/env bash
# moon.sh INPUT OUTPUT: has Wasmtime 43.0.2 compile a core module, with the moon installed here.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
MOON=$here/node_modules/@moonrepo/core-linux-x64-gnu/moon \
  exec "$here/../../examples/quickstart/moon-driver.sh" "$@"
