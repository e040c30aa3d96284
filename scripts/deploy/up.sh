#!/bin/sh
# make up: settings, plugin, images, start, and a look from outside. One line says what is wrong where something is,
# and what had been started for it is stopped again.
set -eu
. "$(dirname "$0")/settings.sh"

[ -e .env ] || "$root/scripts/deploy/env.sh"
need_env
need_docker
# Whether the plugin is built comes later here: this builds it.
wrong=$(sh config/check.sh 2>&1 | sed '/^The plugin is not built/d')
[ -z "$wrong" ] || { printf '%s\n' "$wrong" | sed 's/^/sealmeet: /' >&2; exit 1; }

running=$(docker compose ps --quiet 2>/dev/null | wc -l)
if [ "$running" = 0 ]; then
	# What this needs at least: the sum of what the services use when somebody is in a call, not of their limits.
	have=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' "${MEMINFO:-/proc/meminfo}")
	[ "${have:-9999999}" -ge 1500000 ] ||
		fail "$((have / 1024)) MB of memory are free, at least 1500 MB are needed (4 GB in the machine are recommended): end what takes it, or take a larger machine"
	for what in "tcp $HTTP_PORT HTTP_PORT" "tcp $HTTPS_PORT HTTPS_PORT" "udp $JVB_PORT JVB_PORT"; do
		# shellcheck disable=SC2086
		set -- $what
		"$root/scripts/deploy/port-taken.sh" "$1" "$2" && fail "port $2/$1 on this machine is taken: stop what uses it (ss -lnp | grep :$2), or set $3 in .env"
	done
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
say 'pulling what images are missing'
docker compose pull --quiet --policy missing >"$log" 2>&1 ||
	fail "an image cannot be pulled: $(grep -iE 'error|denied|not found|no such|lookup|timeout' "$log" | tail -n 1)"

"$root/scripts/deploy/build.sh"

unreadable=$(find config prosody-module dist -path config/web/keys -prune -o \( -type d ! -perm -o=rx -o -type f ! -perm -o=r \) -print | head -n 1)
[ -z "$unreadable" ] || fail "$unreadable cannot be read by the services, which run as user 1000: run chmod -R o+rX config prosody-module dist"

give_up() {
	if [ "$running" = 0 ]; then docker compose down --timeout 5 >>"$log" 2>&1 || true; fi
	fail "$1"
}
say 'starting'
if ! docker compose up --detach ${RECREATE:+--force-recreate} --remove-orphans --wait --wait-timeout "${WAIT_SECONDS:-180}" >"$log" 2>&1; then
	reason=$(grep -E 'Error|unhealthy|exited|invalid|bind' "$log" | tail -n 1)
	for service in $(docker compose ps --all --format '{{.Service}} {{.Health}} {{.State}} {{.ExitCode}}' 2>/dev/null | awk '$1 != "check" && ($2 == "unhealthy" || $3 == "exited" || $3 == "restarting") { print $1 }'); do
		said=$(docker compose logs --no-log-prefix --tail 5 "$service" 2>/dev/null | tail -n 1)
		reason="$service is not healthy; it said last: ${said:-nothing}"
		break
	done
	give_up "it did not start: ${reason:-no reason was given}"
fi

"$root/scripts/deploy/outside.sh" || give_up 'it started, but does not answer as it should (above); make doctor says more'

say ''
say "Sealmeet is up: $PUBLIC_URL"
if [ -z "${LETSENCRYPT_EMAIL:-}" ] && [ "${DISABLE_HTTPS:-0}" != 1 ] && [ ! -e config/web/keys/cert.crt ]; then
	say 'The certificate is self-signed: browsers will say that the connection is not private, and nobody can tell your'
	say 'server from one that pretends to be it. For more than a try, set LETSENCRYPT_EMAIL in .env (docs/admin.md).'
fi
say 'Next: open the address in two browsers, join the same room, and click the shield to seal it.'
