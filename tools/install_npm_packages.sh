#!/usr/bin/env bash
# install_npm_packages.sh DIRECTORY
#
# Installs what DIRECTORY/package-lock.json pins, unless that is what is there already.
set -euo pipefail
cd "$1"
cmp -s package-lock.json node_modules/.installed-lock && exit 0
echo "Installing the npm packages of ${PWD##*/}"
npm ci --no-audit --no-fund --no-update-notifier --ignore-scripts --loglevel=error \
  --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000 >/dev/null
cp package-lock.json node_modules/.installed-lock
