#!/bin/sh
# make backup: settings, accounts and certificates into backups/, readable by this user alone.
set -eu
. "$(dirname "$0")/settings.sh"
need_env
need_docker
umask 077
mkdir -p backups
file=backups/sealmeet-$(date -u +%Y%m%dT%H%M%SZ).tar.gz
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp .env "$folder/env"
cp -r config "$folder/config"
for service in web prosody; do
	case $service in web) path=/storage ;; *) path=/var/lib/prosody ;; esac
	if [ -n "$(docker compose ps --all --quiet $service)" ]; then
		docker compose cp -q "$service:$path" "$folder/$service" 2>/dev/null || docker compose cp "$service:$path" "$folder/$service" >/dev/null 2>&1 ||
			fail "the data of $service could not be read; is it up (make up)?"
	fi
done
tar -C "$folder" -czf "$file.part" . && mv "$file.part" "$file"
say "wrote $file (settings with their secrets, accounts, certificates): keep it where nobody else reads"
