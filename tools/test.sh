#!/usr/bin/env bash
# test.sh [PRESET]...
#
# Installs what is missing, builds, and runs all tests; `dev` when no preset is named. The tests that
# need a real Wasmtime from npm skip when it cannot be had.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ $# -gt 0 ] || set -- dev

bash tools/install_dependencies.sh build npm test
for preset in "$@"; do
  case $preset in clang | tidy | fuzz) bash tools/install_dependencies.sh clang ;; esac
done
bash tools/install_npm_packages.sh tests/producers ||
  echo "The npm packages cannot be installed: tests that need a real Wasmtime will skip." >&2

for preset in "$@"; do
  echo "== $preset"
  cmake --preset "$preset"
  cmake --build --preset "$preset"
  [ "$preset" = tidy ] || ctest --preset "$preset" # tidy builds no tests
done
