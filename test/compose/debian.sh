#!/bin/bash
# Runs as root in a container of Debian 13: a machine as Jitsi's packages leave it, then the steps of docs/admin.md
# ("Without Docker"), then what a browser would see. Argument: the archive of make dist.
set -eu
host=meet.example.org

# As jitsi-meet-web and jitsi-meet-web-config lay out nginx.
# The image keeps nginx' temporary files there.
mkdir -p /run/web/tmp
mkdir -p /etc/nginx/sites-enabled /etc/nginx/sites-available /etc/jitsi/meet /var/lib/nginx /etc/prosody/conf.avail /etc/prosody/conf.d /etc/prosody/certs
printf 'var config = { hosts: { domain: "%s", muc: "conference.%s" } };\n' $host $host >/etc/jitsi/meet/$host-config.js
openssl req -new -x509 -days 1 -nodes -subj "/CN=$host" -newkey rsa:2048 -out /etc/jitsi/meet/$host.crt -keyout /etc/jitsi/meet/$host.key 2>/dev/null
cat >/etc/nginx/sites-available/$host.conf <<NGINX
map \$http_upgrade \$connection_upgrade { default upgrade; '' close; }
upstream prosody { server 127.0.0.1:5280; }
server {
    listen 443 ssl;
    server_name $host;
    ssl_certificate /etc/jitsi/meet/$host.crt;
    ssl_certificate_key /etc/jitsi/meet/$host.key;
    root /usr/share/jitsi-meet;
    ssi on;
    ssi_types application/x-javascript application/javascript;
    index index.html index.htm;
    error_page 404 /static/404.html;
    location = /config.js { alias /etc/jitsi/meet/$host-config.js; }
    location ~ ^/(libs|css|static|images|fonts|lang|sounds|.well-known)/(.*)\$ {
        add_header 'Access-Control-Allow-Origin' '*';
        alias /usr/share/jitsi-meet/\$1/\$2;
    }
    location = /xmpp-websocket {
        proxy_pass http://prosody/xmpp-websocket?prefix=\$prefix&\$args;
        proxy_http_version 1.1;
        proxy_set_header Upgrade \$http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        set \$prefix "";
    }
    location ~ ^/([^/?&:'"]+)\$ { try_files \$uri @root_path; }
    location @root_path { rewrite ^/(.*)\$ / break; }
}
NGINX
ln -s ../sites-available/$host.conf /etc/nginx/sites-enabled/
[ -e /etc/nginx/nginx.conf ]
grep -q sites-enabled /etc/nginx/nginx.conf

# As jitsi-meet-prosody lays out Prosody.
cat >/etc/prosody/prosody.cfg.lua <<'LUA'
pidfile = "/run/prosody/prosody.pid"
modules_enabled = { "saslauth"; "disco"; "posix"; "limits"; "admin_shell" }
modules_disabled = { "s2s"; "tls" }
limits = { c2s = { rate = "10kb/s" } }
http_interfaces = { "127.0.0.1" }
https_ports = {}
c2s_ports = {}
c2s_direct_tls_ports = {}
component_ports = {}
log = { { levels = { min = "info" }, to = "console" } }
Include "conf.d/*.cfg.lua"
LUA
cat >/etc/prosody/conf.avail/$host.cfg.lua <<LUA
plugin_paths = { "/usr/share/jitsi-meet/prosody-plugins/" }
muc_mapper_domain_base = "$host";
http_default_host = "$host"
consider_websocket_secure = true

VirtualHost "$host"
    authentication = "anonymous"
    modules_enabled = { "websocket"; }

Component "conference.$host" "muc"
    restrict_room_creation = true
    storage = "memory"
    modules_enabled = {
    }

Component "breakout.$host" "muc"
    storage = "memory"
    modules_enabled = {
    }
LUA
ln -s ../conf.avail/$host.cfg.lua /etc/prosody/conf.d/

# The steps of docs/admin.md, as they stand there.
cd /usr/share
tar -xzf "$1"
(cd /usr/share/sealmeet/plugin && sha256sum --check --quiet SHA256SUMS)
HOST=$host
. /steps.sh

nginx -t
nginx
mkdir -p /run/prosody && chown prosody /run/prosody /var/lib/prosody
setpriv --reuid prosody --regid prosody --clear-groups prosody -F >/tmp/prosody.log 2>&1 &
for _ in $(seq 50); do curl -s -o /dev/null http://127.0.0.1:5280/ && break; sleep 0.2; done

get() { curl -sSk --noproxy '*' --resolve $host:443:127.0.0.1 "$@"; }
[ "$(get https://$host/room | grep -c '<script src="/sealmeet/plugin.js"></script>')" = 1 ] || { echo 'the page does not load the plugin once'; exit 1; }
for file in plugin.js worker.js olm.wasm; do
	get https://$host/sealmeet/$file | cmp - /usr/share/sealmeet/plugin/$file
done
get -D - -o /dev/null https://$host/sealmeet/olm.wasm | tr -d '\r' | grep -qi '^content-type: application/wasm$'
get -D - -o /dev/null https://$host/sealmeet/worker.js | grep -qi "content-security-policy: default-src 'none'"
get https://$host/config.js | grep -q disableThirdPartyRequests
[ "$(get --http1.1 --max-time 3 -o /dev/null -w '%{http_code}' -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' \
	-H 'Sec-WebSocket-Key: c2VhbG1lZXQtbG9va3MtaW4=' -H 'Sec-WebSocket-Protocol: xmpp' https://$host/xmpp-websocket || true)" = 101 ] || { echo 'no web socket'; exit 1; }
for component in conference breakout; do
	prosodyctl shell module list $component.$host | grep -q muc_e2ee || { cat /tmp/prosody.log; echo "the module is not loaded in $component"; exit 1; }
done
! grep -E '\serror\s' /tmp/prosody.log || { echo 'Prosody reports errors'; exit 1; }
echo 'everything is in place'
