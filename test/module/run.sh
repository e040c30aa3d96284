#!/bin/sh
# Tests the Prosody module: luacheck, specs (busted), and real clients against each Prosody named.
# Usage: test/module/run.sh [12] [13]     (both without arguments)
set -u
cd "$(dirname "$0")/../.." || exit 1
[ $# -gt 0 ] || set -- 12 13
status=0

luacheck --quiet prosody-module test/module/modules || status=1

for version in "$@"; do
	case $version in
		12) tree=/usr/lib/prosody; root= ;;
		13) root=$(test/module/prosody13.sh) || exit $?
			root=$(printf '%s\n' "$root" | tail -n 1); tree=/usr/lib/prosody ;;
		*) echo "expected 12 or 13, not $version" >&2; exit 2 ;;
	esac
	test/module/specs.sh "$version" "$tree" "$root" || status=1
	PROSODY_VERSION=$version TEST_SUITE="module-on-prosody-$version" node --import tsx --test --test-concurrency=1 \
		--test-reporter=./test/reporter.mjs test/module/*.test.ts || status=1
done
exit $status
