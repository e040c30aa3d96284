#!/bin/sh
# make dist: plugin, module and configuration for a Jitsi from Debian packages, as one archive that is the same each time.
set -eu
. "$(dirname "$0")/settings.sh"
[ -s dist/SHA256SUMS ] || fail 'the plugin is not built: run "make build" first'
version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)
file=dist/sealmeet-$version.tar.gz
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
into=$folder/sealmeet
mkdir -p "$into/plugin" "$into/prosody-modules"
cp dist/plugin.js dist/worker.js dist/olm.wasm dist/SHA256SUMS "$into/plugin/"
cp -r prosody-module/mod_muc_e2ee "$into/prosody-modules/"
rm -rf "$into/prosody-modules/mod_muc_e2ee/spec"
cp config/web/plugin.head.html config/web/custom-config.js config/debian/prosody.cfg.lua docs/admin.md LICENSE "$into/"
# The same locations as with Docker, at the place where the archive is unpacked.
sed -e 's|/usr/share/sealmeet/;|/usr/share/sealmeet/plugin/;|' -e 's|/run/web/config/plugin.head.html|/usr/share/sealmeet/plugin.head.html|' \
	config/web/nginx-custom/sealmeet.conf >"$into/nginx.conf"
chmod -R u=rwX,go=rX "$into"
tar -C "$folder" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -cf - sealmeet | gzip -n9 >"$file"
sha256sum "$file"
