#!/usr/bin/env bash
# install_dependencies.sh SET...
#
# Installs with apt-get what is missing of these sets, and nothing when nothing is:
#   build  compiler, build tools and libraries
#   npm    Node.js's package manager, and zstd, for the programs that tests and quickstart get from npm
#   test   what the tests need besides
#   bench  what the benchmarks need besides
#   clang  the other compiler, its sanitizers, clang-tidy, clang-format, a quick linker
# Made for Debian 12. Elsewhere it names the Debian packages and installs nothing.
set -euo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

# A package, or COMMAND=PACKAGE where the command may as well have come from elsewhere.
packages_of() {
  case $1 in
    build) echo g++ cmake=cmake ninja=ninja-build pkg-config=pkg-config git=git libsqlite3-dev \
      libxxhash-dev libssl-dev libzstd-dev libtomlplusplus-dev libfmt-dev libcli11-dev \
      nlohmann-json3-dev ;;
    npm) echo node=nodejs npm=npm zstd=zstd ca-certificates ;;
    test) echo catch2 python3=python3 git=git zstd=zstd wat2wasm=wabt ;;
    bench) echo libbenchmark-dev ;;
    clang) echo clang libclang-rt-14-dev clang-tidy clang-format lld ;;
    *) echo "install_dependencies: unknown set '$1' (build, npm, test, bench, clang)" >&2 && return 2 ;;
  esac
}

installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=()
for set in "${@:-build}"; do
  wanted=$(packages_of "$set")
  for want in $wanted; do
    if [[ $want == *=* ]] && command -v "${want%%=*}" >/dev/null; then
      continue
    fi
    [[ " ${missing[*]} " == *" ${want#*=} "* ]] || installed "${want#*=}" || missing+=("${want#*=}")
  done
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "install_dependencies: this is no Debian; please install what these packages hold:" >&2
  echo "  ${missing[*]}" >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "install_dependencies: please have root install: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo "--preserve-env=DEBIAN_FRONTEND,LC_ALL")
fi
echo "Installing: ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 \
  "${missing[@]}" >/dev/null
