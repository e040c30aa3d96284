#!/usr/bin/env bash
# Installs what is missing to run the demo and the tests, and says what it does. Does nothing when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "setup: $1" >&2; exit 2; }

command -v node >/dev/null || fail "Node.js is missing: install Node 20 or later (nodejs.org or your distribution), then run this again."
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' ||
  fail "Node $(node --version) is too old: install Node 20 or later, then run this again."
command -v npm >/dev/null || fail "npm is missing: install it beside Node.js, then run this again."

# command -> Debian package
declare -A needed=([prosody]=prosody [chromium]=chromium [firefox-esr]=firefox-esr [ffmpeg]=ffmpeg [luacheck]=lua-check [busted]=lua-busted [curl]=curl [openssl]=openssl)
packages=()
for command in "${!needed[@]}"; do
  command -v "$command" >/dev/null || packages+=("${needed[$command]}")
done
fc-list 2>/dev/null | grep -q DejaVu || packages+=(fontconfig fonts-dejavu-core)
# The emoji that people compare.
fc-list 2>/dev/null | grep -q NotoColorEmoji || packages+=(fontconfig fonts-noto-color-emoji)

if ((${#packages[@]})); then
  become=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "these Debian packages are missing: ${packages[*]}. Install them as root (apt-get install ${packages[*]}), then run this again."
    become=(sudo)
  fi
  command -v apt-get >/dev/null || fail "these programs' packages are missing and apt-get is not here: ${packages[*]}. Install them, then run this again."
  echo "setup: installing Debian packages: ${packages[*]}" >&2
  # Prosody's package would start a server of its own; ours are started by the demo and the tests alone.
  policy=/usr/sbin/policy-rc.d
  made_policy=
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${become[@]}" tee "$policy" >/dev/null && "${become[@]}" chmod 755 "$policy" && made_policy=1
  fi
  log=$(mktemp)
  if ! { "${become[@]}" apt-get update -qq && "${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    [ -z "$made_policy" ] || "${become[@]}" rm -f "$policy"
    fail "apt-get could not install ${packages[*]} (its last lines are above)."
  fi
  rm -f "$log"
  [ -z "$made_policy" ] || "${become[@]}" rm -f "$policy"
fi

# node_modules is in step with the lock file when npm's own copy of it is newer.
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "setup: installing npm packages by the lock file" >&2
  npm ci --no-audit --no-fund --loglevel=error >&2 || fail "npm ci failed (its words are above)."
  touch node_modules/.package-lock.json
fi
echo "setup: everything is in place" >&2
