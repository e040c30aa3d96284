#!/bin/sh
# Playwright wants one file that is Chromium.
exec "$(dirname "$0")/behind-servers.sh" /usr/bin/chromium "$@"
