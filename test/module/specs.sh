#!/bin/sh
# Runs the module's specs with the Lua libraries of one Prosody, inside its root if it has one.
# Usage: specs.sh VERSION TREE [ROOT]; prints "module-specs-on-prosody-VERSION: N passed, N failed".
set -u
version=$1 tree=$2 root=${3:-}
folder=$(CDPATH= cd -- "$(dirname -- "$0")/../../prosody-module/mod_muc_e2ee" && pwd)

# "prosody.util.x" is what 13's own files ask for; its tree answers to both names through the shim in the helper.
if [ -n "$root" ]; then
	out=$(unshare -m sh -c 'mount --bind "$1" "$2/mnt" && cd / && exec chroot "$2" sh -c "cd /mnt && busted --lua=/usr/bin/lua5.4 --helper=spec/helper.lua --lpath=\"$3/?.lua\" --cpath=\"$3/?.so\" -o TAP spec"' sh "$folder" "$root" "$tree" 2>&1)
else
	out=$(cd "$folder" && busted --lua=/usr/bin/lua5.4 --helper=spec/helper.lua --lpath="$tree/?.lua" --cpath="$tree/?.so" -o TAP spec 2>&1)
fi
passed=$(printf '%s\n' "$out" | grep -c '^ok ')
failed=$(printf '%s\n' "$out" | grep -c '^not ok ')
if [ "$failed" -gt 0 ] || [ "$passed" -eq 0 ]; then printf '%s\n' "$out" | grep -v '^ok '; fi
echo "module-specs-on-prosody-$version: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
