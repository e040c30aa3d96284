#!/bin/sh
# Builds the plugin: with this machine's Node.js, or in a container where there is none.
set -eu
. "$(dirname "$0")/settings.sh"
NODE_IMAGE=${NODE_IMAGE:-node:22-bookworm-slim}

if command -v node >/dev/null && command -v npm >/dev/null && node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)'; then
	[ -e node_modules/.package-lock.json ] && [ ! package-lock.json -nt node_modules/.package-lock.json ] || {
		say 'installing npm packages by the lock file'
		npm ci --no-audit --no-fund --loglevel=error || fail 'npm ci failed (its words are above)'
		touch node_modules/.package-lock.json
	}
	npm run --silent build || fail 'the plugin could not be built (the reason is above)'
else
	need_docker
	say "Node.js 20 or later is not here: building in $NODE_IMAGE"
	# Packages go into a folder of the container's own; only dist/ is written to, as this user.
	docker run --rm --user "$(id -u):$(id -g)" --env HOME=/tmp/home \
		--volume "$root:/source:ro" --volume "$root/dist:/dist" --tmpfs /build:exec,mode=1777 "$NODE_IMAGE" sh -euc '
		mkdir -p /build/sealmeet && cd /build/sealmeet
		cp -r /source/package.json /source/package-lock.json /source/tsconfig.json /source/scripts /source/web-plugin .
		[ ! -e /source/.npmrc ] || cp /source/.npmrc .
		npm ci --no-audit --no-fund --loglevel=error
		npm run --silent build
		cp dist/plugin.js dist/worker.js dist/olm.wasm dist/SHA256SUMS /dist/' ||
		fail "the plugin could not be built in $NODE_IMAGE (the reason is above)"
fi
# The services that have it mounted run as a user of their own.
chmod o+rx dist && chmod o+r dist/*
