#!/bin/sh
# Looks at the settings in the environment, one line for each that cannot be right, and ends with 1 if there are any.
# Runs in the service `check` before the others start, and on the host (scripts/deploy.sh), so it needs nothing but sh.
set -u
wrong=0
here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)

no() { # name, what was expected; never shows the value of a secret
	eval "value=\${$1:-}"
	case $1 in
	*PASSWORD* | *CREDENTIALS*) shown="" ;;
	*) shown=", not \"$value\"" ;;
	esac
	printf '.env: %s must be %s%s\n' "$1" "$2" "$shown" >&2
	wrong=1
}

is_port() { case $1 in '' | *[!0-9]* | ??????*) return 1 ;; esac; [ "$1" -ge 1 ] && [ "$1" -le 65535 ]; }
is_name() { case $1 in '' | *[!A-Za-z0-9.-]* | .* | *..* | -*) return 1 ;; esac; }
is_ip() {
	case $1 in
	*[!0-9.]*) case $1 in *[!0-9A-Fa-f:]* | *:::*) return 1 ;; *:*:*) return 0 ;; esac; return 1 ;;
	*.*.*.*.* | .* | *. | *..*) return 1 ;;
	*.*.*.*) ;;
	*) return 1 ;;
	esac
	IFS=.
	# shellcheck disable=SC2086
	set -- $1
	unset IFS
	for part in "$@"; do [ "${#part}" -le 3 ] && [ "$part" -le 255 ] || return 1; done
}
is_flag() { case $1 in '' | 0 | 1) ;; *) return 1 ;; esac; }
is_policy() { case $1 in off | optional | required) ;; *) return 1 ;; esac; }

secret() {
	eval "value=\${$1:-}"
	case $value in
	*[!0-9a-f]*) ;;
	????????????????????????????????*) return ;;
	esac
	no "$1" "at least 32 characters of 0-9 and a-f, as \"make env\" writes it"
}

# Settings that are not there at all: nobody ran `make env`.
if [ -z "${PUBLIC_URL:-}" ] && [ -z "${JICOFO_AUTH_PASSWORD:-}" ]; then
	echo '.env is missing or empty: run "make env" first' >&2
	exit 1
fi

host=
port=
case ${PUBLIC_URL:-} in
https://*)
	rest=${PUBLIC_URL#https://}
	host=${rest%%:*}
	case $rest in *:*) port=${rest#*:} ;; *) port=443 ;; esac
	;;
esac
if ! is_name "$host" || ! is_port "$port"; then
	no PUBLIC_URL 'https://, a name, and :port unless that is 443, without anything after it, as in https://meet.example.org or https://localhost:8443'
fi

for name in HTTP_PORT HTTPS_PORT JVB_PORT; do
	eval "value=\${$name:-1}"
	is_port "$value" || no $name 'a port from 1 to 65535'
done
for name in LISTEN_ADDRESS JVB_LISTEN_ADDRESS; do
	eval "value=\${$name:-0.0.0.0}"
	is_ip "$value" || no $name 'an IP address of this machine, or 0.0.0.0 for all'
done
for name in DISABLE_HTTPS ENABLE_HTTP_REDIRECT SEALMEET_PIN_DEFAULT ENABLE_OCTO; do
	eval "value=\${$name:-}"
	# Jitsi's images take "no" and "off" for yes.
	is_flag "$value" || no $name '0 or 1'
done
case ${MAX_PARTICIPANTS:-1} in *[!0-9]* | 0) no MAX_PARTICIPANTS 'a number, or empty for no limit' ;; esac

case ${DISABLE_HTTPS:-0} in
1) ;;
*)
	if [ "${ENABLE_HTTP_REDIRECT:-0}" = 1 ] && is_port "$port" && [ "$port" != 443 ]; then
		no ENABLE_HTTP_REDIRECT '0 while PUBLIC_URL has a port of its own, because the redirection leaves the port out'
	fi
	;;
esac
if [ -n "${LETSENCRYPT_EMAIL:-}" ]; then
	case $LETSENCRYPT_EMAIL in *[!A-Za-z0-9@._+-]* | *@*@* | @* | *@) no LETSENCRYPT_EMAIL 'one e-mail address, or empty for a self-signed certificate' ;; *@*.*) ;; *) no LETSENCRYPT_EMAIL 'one e-mail address, or empty for a self-signed certificate' ;; esac
	[ "$port" = 443 ] || ! is_port "$port" || no PUBLIC_URL 'an address without a port while LETSENCRYPT_EMAIL is set'
	[ "${HTTP_PORT:-}" = 80 ] || no HTTP_PORT '80 while LETSENCRYPT_EMAIL is set, because Let'"'"'s Encrypt asks there'
	case $host in
	localhost | *.localhost | *.local) no PUBLIC_URL 'a public name while LETSENCRYPT_EMAIL is set' ;;
	*.*[!0-9.]*) ;;
	*) no PUBLIC_URL 'a public name while LETSENCRYPT_EMAIL is set' ;;
	esac
	[ "${LETSENCRYPT_DOMAIN:-}" = "$host" ] || no LETSENCRYPT_DOMAIN 'the name in PUBLIC_URL while LETSENCRYPT_EMAIL is set'
fi

if [ -z "${JVB_ADVERTISE_IPS:-}" ]; then
	no JVB_ADVERTISE_IPS 'the IP address at which browsers reach this machine (several: with commas between)'
else
	IFS=,
	for address in $JVB_ADVERTISE_IPS; do
		case $address in *'#'*) is_port "${address#*#}" || address= ;; esac
		is_ip "${address%%#*}" || { unset IFS; no JVB_ADVERTISE_IPS 'IP addresses with commas between and no spaces, as in 203.0.113.7 or 203.0.113.7,2001:db8::7'; break; }
	done
	unset IFS
fi

case ${SEALMEET_SUBNET:-172.30.77.0/24} in
*/*/*) no SEALMEET_SUBNET 'a private network, as in 172.30.77.0/24' ;;
*/1[6-9] | */2[0-8]) is_ip "${SEALMEET_SUBNET%/*}" || [ -z "${SEALMEET_SUBNET:-}" ] || no SEALMEET_SUBNET 'a private network, as in 172.30.77.0/24' ;;
*) no SEALMEET_SUBNET 'a private network of size /16 to /28, as in 172.30.77.0/24' ;;
esac

secret JICOFO_AUTH_PASSWORD
secret JVB_AUTH_PASSWORD
secret TURN_CREDENTIALS

case ",${COMPOSE_PROFILES:-}," in
*,scale,*) [ "${ENABLE_OCTO:-0}" = 1 ] || no ENABLE_OCTO '1 with the profile scale' ;;
esac
case ",${COMPOSE_PROFILES:-}," in
*,turn,*) [ -n "${TURN_HOST:-}" ] || no TURN_HOST 'the public name or address of this machine with the profile turn' ;;
esac
IFS=,
for profile in ${COMPOSE_PROFILES:-}; do
	case $profile in turn | scale | metrics) ;; *) no COMPOSE_PROFILES 'of turn, scale, metrics, with commas between and no spaces' ;; esac
done
unset IFS
[ -z "${TURN_HOST:-}" ] || is_name "$TURN_HOST" || is_ip "$TURN_HOST" || no TURN_HOST 'a name or an IP address'

is_policy "${SEALMEET_DEFAULT_POLICY:-}" || no SEALMEET_DEFAULT_POLICY 'off, optional or required'
set -f
for rule in ${SEALMEET_ROOMS:-}; do
	pattern=${rule%%=*}
	policy=${rule#*=}
	case $rule in *=*) ;; *) policy= ;; esac
	case $pattern in '' | *[!A-Za-z0-9._*?-]*) policy= ;; esac
	is_policy "${policy%:pinned}" ||
		no SEALMEET_ROOMS "pattern=policy with spaces between, policy one of off, optional, required, each also with :pinned (what is wrong: $rule)"
done
for jid in ${SEALMEET_EXEMPT:-}; do
	case $jid in *[!A-Za-z0-9@._-]* | *@*@* | @* | *@) no SEALMEET_EXEMPT 'accounts as name@domain with spaces between' ;; *@*) ;; *) no SEALMEET_EXEMPT 'accounts as name@domain with spaces between' ;; esac
done
set +f

for file in plugin.js worker.js olm.wasm; do
	if [ ! -s "$here/dist/$file" ]; then
		echo "The plugin is not built (dist/$file is missing): run \"make up\", or \"make build\" where Node.js is installed" >&2
		wrong=1
		break
	fi
done
exit $wrong
