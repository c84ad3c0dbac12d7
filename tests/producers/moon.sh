#!/usr/bin/env bash
# moon.sh INPUT OUTPUT: has a real Wasmtime compile a core module, with a moon installed here.
# MOON_PACKAGE names the package, and so the Wasmtime: the 43.0.2 of moon 2.5.5 by default.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
MOON=$here/node_modules/${MOON_PACKAGE:-@moonrepo/core-linux-x64-gnu}/moon \
  exec "$here/../../examples/quickstart/moon-driver.sh" "$@"
