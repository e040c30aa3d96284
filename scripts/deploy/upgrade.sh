#!/bin/sh
# make upgrade: after `git pull`. Builds the plugin and pulls the images of this release, then starts them in place of
# the ones that run; says which plugin was served before and which is now.
set -eu
. "$(dirname "$0")/settings.sh"
need_env
need_docker
digest() { if [ -s dist/SHA256SUMS ]; then sed 's/^/  /' dist/SHA256SUMS; else say '  none'; fi; }
before=$(digest)
"$root/scripts/deploy/backup.sh"
# The services read what is mounted into them when they start.
RECREATE=1 "$root/scripts/deploy/up.sh"
say ''
say 'Plugin before:'
say "$before"
say 'Plugin now:'
digest
say 'People who are in a call keep the plugin that they loaded until they reload the page.'
