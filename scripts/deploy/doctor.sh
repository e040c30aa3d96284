#!/bin/sh
# make doctor: looks at what a call needs, and says what is wrong and what to do. Ends with 1 if something is wrong.
set -u
. "$(dirname "$0")/settings.sh"
status=0
good() { printf 'good   %s\n' "$1"; }
bad() { printf 'WRONG  %s\n       -> %s\n' "$1" "$2"; status=1; }
note() { printf 'note   %s\n' "$1"; }

# Docker and Compose
if ! command -v docker >/dev/null; then
	bad 'Docker is missing' 'install Docker Engine with the Compose plugin: docs.docker.com/engine/install'
elif ! server=$(docker version --format '{{.Server.Version}}' 2>/dev/null); then
	bad 'the Docker service does not answer' 'start it (systemctl start docker), or run this as root or as a member of the group docker'
elif [ "${server%%.*}" -lt 20 ]; then
	bad "Docker $server is too old" 'install 20.10 or later'
else
	good "Docker $server"
fi
if compose=$(docker compose version --short 2>/dev/null); then
	case ${compose#v} in
	[01].* | 2.[0-9] | 2.[0-9].* | 2.1[0-9] | 2.1[0-9].* | 2.2[01] | 2.2[01].*) bad "Docker Compose $compose is too old" 'install 2.22 or later' ;;
	*) good "Docker Compose ${compose#v}" ;;
	esac
else
	bad 'the Compose plugin of Docker is missing' 'install docker-compose-plugin (or docker-compose 2 on Debian 13)'
fi

# Settings
if [ ! -e .env ]; then
	bad 'there is no .env' 'run: make env'
elif [ ! -r .env ]; then
	bad ".env cannot be read by $(id -un)" 'run this as its owner, or chown it'
else
	read_env .env
	case $(stat -c %a .env 2>/dev/null) in 600 | 400) ;; *) bad '.env can be read by others' 'run: chmod 600 .env' ;; esac
	if wrong=$(sh config/check.sh 2>&1); then
		good 'the settings in .env, and the plugin is built'
	else
		printf '%s\n' "$wrong" | while IFS= read -r line; do printf 'WRONG  %s\n' "$line"; done
		status=1
	fi
fi

# Memory and clock
total=$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' "${MEMINFO:-/proc/meminfo}")
if [ "${total:-0}" -ge 3800000 ]; then good "$((total / 1024)) MB of memory"
elif [ "${total:-0}" -ge 1900000 ]; then note "$((total / 1024)) MB of memory: enough for a few people; 4 GB are recommended"
else bad "$((total / 1024)) MB of memory" 'take a machine with 4 GB'; fi

if [ -n "${PUBLIC_URL:-}" ]; then
	name=${PUBLIC_URL#https://}
	port=443
	case $name in *:*) port=${name#*:} ;; esac
	name=${name%%:*}
	running=$(docker compose ps --quiet 2>/dev/null | wc -l)

	# Ports
	for what in "tcp ${HTTP_PORT:-8000} HTTP_PORT" "tcp ${HTTPS_PORT:-8443} HTTPS_PORT" "udp ${JVB_PORT:-10000} JVB_PORT"; do
		# shellcheck disable=SC2086
		set -- $what
		if "$root/scripts/deploy/port-taken.sh" "$1" "$2"; then
			if [ "$running" -gt 0 ]; then good "port $2/$1 is open"; else bad "port $2/$1 is taken by another program" "stop it (ss -lnp | grep :$2), or set $3 in .env"; fi
		elif [ "$running" -gt 0 ]; then bad "nothing listens on port $2/$1, though services run" 'docker compose ps, then make up'
		else good "port $2/$1 is free"; fi
	done

	# Name
	addresses=$(getent ahosts "$name" 2>/dev/null | awk '{ print $1 }' | sort -u | tr '\n' ' ')
	if [ -z "$addresses" ]; then
		bad "the name $name leads nowhere" "make a DNS record of type A (and AAAA) for it that holds ${JVB_ADVERTISE_IPS:-the address of this machine}"
	else
		matches=
		for address in $addresses; do case ",${JVB_ADVERTISE_IPS:-}," in *",$address,"* | *",$address#"*) matches=1 ;; esac; done
		if [ -n "$matches" ] || [ "$name" = localhost ]; then good "the name $name leads to $addresses"
		else note "the name $name leads to $addresses, browsers are sent to ${JVB_ADVERTISE_IPS:-nothing} for media: right only if both reach this machine"; fi
	fi

	# Certificate, and the clock by what the server itself says
	if [ "$running" -gt 0 ] && command -v curl >/dev/null; then
		if date=$(curl -sSI --max-time 10 ${CURL_OPTIONS:-} "https://$name:$port/" 2>"${TMPDIR:-/tmp}/doctor.$$" | tr -d '\r' | sed -n 's/^[Dd]ate: //p'); [ -n "$date" ]; then
			good "the certificate of $PUBLIC_URL is one that browsers take"
		else
			case $(cat "${TMPDIR:-/tmp}/doctor.$$")$name in
			*[Cc]ertificate*localhost) note 'the certificate is self-signed, and browsers will say so' ;;
			*[Cc]ertificate*) bad "browsers will warn: $(head -n 1 "${TMPDIR:-/tmp}/doctor.$$")" 'set LETSENCRYPT_EMAIL in .env, or put a certificate into config/web/keys (docs/admin.md)' ;;
			*) bad "$PUBLIC_URL does not answer: $(head -n 1 "${TMPDIR:-/tmp}/doctor.$$")" 'is the port open in the firewall, and does the name lead here?' ;;
			esac
		fi
		rm -f "${TMPDIR:-/tmp}/doctor.$$"
	fi

	# UDP: a STUN question to the bridge's port. It answers only users it knows, so what can be seen from here is
	# whether the port is closed (an ICMP answer) or not.
	if [ "$running" -gt 0 ]; then
		for address in $(printf %s "${JVB_ADVERTISE_IPS:-}" | tr , ' '); do
			at=${address%%#*}
			case $address in *'#'*) udp=${address#*#} ;; *) udp=${JVB_PORT:-10000} ;; esac
			if "$root/scripts/deploy/udp-closed.sh" "$at" "$udp"; then
				bad "UDP $at:$udp is closed" "open UDP $udp in the firewall of this machine and of its provider, and set JVB_ADVERTISE_IPS to the public address"
			else
				good "UDP $at:$udp is not closed from here (only a call from another network shows that it is open from there)"
			fi
		done
		# What each service says of itself
		docker compose ps --format '{{.Service}} {{.State}} {{.Health}}' 2>/dev/null | while read -r service state health; do
			case $state/$health in running/healthy | running/) good "$service is running" ;; *) printf 'WRONG  %s is %s %s\n       -> docker compose logs %s\n' "$service" "$state" "$health" "$service" ;; esac
		done
	else
		note 'nothing runs yet (make up), so certificate and UDP were not looked at'
	fi
fi
synchronised=$(timedatectl show --property=NTPSynchronized --value 2>/dev/null || true)
case $synchronised in
yes) good 'the clock is kept right' ;;
no) bad "the clock is not kept right ($(date -u '+%F %T') UTC)" 'install a time service: apt-get install systemd-timesyncd' ;;
*) note "the clock says $(date -u '+%F %T') UTC; nothing here says whether it is kept right" ;;
esac
exit $status
