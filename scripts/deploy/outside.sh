#!/bin/sh
# Looks at the running server as a browser would: the page with the plugin, the way to Prosody, the module.
set -eu
. "$(dirname "$0")/settings.sh"
need_env
command -v curl >/dev/null || { say 'curl is not here, so nothing was checked from outside'; exit 0; }
status=0
bad() { printf 'sealmeet: %s\n' "$1" >&2; status=1; }

name=${PUBLIC_URL#https://}
name=${name%%:*}
at=$LISTEN_ADDRESS
[ "$at" != 0.0.0.0 ] || at=127.0.0.1
if [ "${DISABLE_HTTPS:-0}" = 1 ]; then
	url=http://$name:$HTTP_PORT
	set -- --resolve "$name:$HTTP_PORT:$at"
else
	url=https://$name:$HTTPS_PORT
	set -- --resolve "$name:$HTTPS_PORT:$at"
fi
# The certificate is doctor's business; here it may be self-signed.
get() { curl --silent --show-error --fail --insecure --max-time 10 --noproxy '*' "$@"; }

get "$@" "$url/outside-look" | grep -q 'src="/sealmeet/plugin.js"' || bad "the page at $url does not load the plugin"
for file in plugin.js worker.js olm.wasm; do
	get "$@" "$url/sealmeet/$file" | cmp -s - "dist/$file" || bad "$url/sealmeet/$file is not what was built here"
done
upgrade=$(curl --silent --insecure --http1.1 --max-time 3 --noproxy '*' --output /dev/null --write-out '%{http_code}' \
	-H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' \
	-H 'Sec-WebSocket-Key: c2VhbG1lZXQtbG9va3MtaW4=' -H 'Sec-WebSocket-Protocol: xmpp' "$@" "$url/xmpp-websocket" || true)
[ "$upgrade" = 101 ] || bad "the web socket at $url/xmpp-websocket answers $upgrade, expected 101"
docker compose exec -T prosody prosodyctl --config /run/prosody/config/prosody.cfg.lua shell module list muc.meet.jitsi 2>/dev/null | grep -q muc_e2ee ||
	bad "Prosody has not loaded the module (docker compose logs prosody | grep muc_e2ee)"
exit $status
