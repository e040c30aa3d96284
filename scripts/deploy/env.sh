#!/bin/sh
# Writes .env once, with secrets of its own; needs no Docker. Values from the command line or the environment:
#   make env PUBLIC_URL=https://meet.example.org ADDRESS=203.0.113.7 EMAIL=admin@example.org
set -eu
. "$(dirname "$0")/settings.sh"

if [ -e .env ]; then
	say '.env is there and stays as it is (delete it for a new one; its secrets are then gone)'
	exit 0
fi

# 128 bits each, of the kernel's own randomness.
secret() { od -An -vtx1 -N16 /dev/urandom | tr -d ' \n'; }
own_address() {
	ip -4 route get 192.0.2.1 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p' | head -n 1
}

url=${PUBLIC_URL:-https://localhost:8443}
url=${url%/}
name=${url#https://}
name=${name%%:*}
case $url in
https://*:*) http=8000 https=${url##*:} redirect=0 ;;
*) http=80 https=443 redirect=1 ;;
esac
listen=0.0.0.0
media=0.0.0.0
address=${ADDRESS:-$(own_address)}
case $name in
# A browser does not look for media on loopback, so this machine's address in its own network is told even then.
localhost) listen=127.0.0.1 address=${address:-127.0.0.1} media=$address ;;
esac
hsts=0
[ -z "${EMAIL:-}" ] || hsts=1

case $url${ADDRESS:-}${EMAIL:-} in *[!A-Za-z0-9:/.,@_+#-]*) fail 'no .env was written: PUBLIC_URL, ADDRESS and EMAIL have characters that no address has' ;; esac

umask 077
# Written beside and renamed, so that a full disk leaves no half of one.
new=.env.$$
trap 'rm -f "$new"' EXIT
sed -e "s|@URL@|$url|" -e "s|@NAME@|$name|" -e "s|@HTTP@|$http|" -e "s|@HTTPS@|$https|" -e "s|@REDIRECT@|$redirect|" \
	-e "s|@LISTEN@|$listen|" -e "s|@MEDIA@|$media|" -e "s|@ADDRESS@|$address|" -e "s|@EMAIL@|${EMAIL:-}|" -e "s|@HSTS@|$hsts|" \
	-e "s|@JICOFO@|$(secret)|" -e "s|@JVB@|$(secret)|" -e "s|@TURN@|$(secret)|" .env.example >"$new"
if ! problem=$(env -i PATH="$PATH" sh -c '. scripts/deploy/settings.sh; read_env "$1"; sh config/check.sh' scripts/deploy/env.sh "$new" 2>&1 | grep '^\.env:'); then
	problem=
fi
if [ -n "$problem" ]; then
	printf '%s\n' "$problem" | sed 's/^\.env: /sealmeet: no .env was written: /' >&2
	exit 1
fi
chmod 600 "$new"
# Fails if somebody else made one meanwhile.
ln "$new" .env 2>/dev/null || fail '.env came into being meanwhile, or the folder cannot be written to; nothing was changed'
say "wrote .env (readable by $(id -un) alone) for $url"
