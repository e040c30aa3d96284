#!/bin/sh
# make down: stops all services; accounts and certificates stay in their volumes.
set -eu
. "$(dirname "$0")/settings.sh"
need_docker
docker compose --profile '*' down --remove-orphans
