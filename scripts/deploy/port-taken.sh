#!/bin/sh
# port-taken.sh tcp|udp PORT: ends with 0 if somebody listens there on this machine.
set -eu
hex=$(printf ':%04X' "$2")
for table in "/proc/net/$1" "/proc/net/${1}6"; do
	[ -r "$table" ] || continue
	# TCP sockets that listen have state 0A; any bound UDP socket counts.
	awk -v port="$hex" -v kind="$1" 'NR > 1 && substr($2, length($2) - 4) == port && (kind == "udp" || $4 == "0A") { found = 1 } END { exit !found }' "$table" && exit 0
done
exit 1
