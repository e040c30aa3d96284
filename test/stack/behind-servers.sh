#!/bin/sh
# Starts a browser behind everything else: on two cores, four of them would starve the servers and the clocks that
# measure them. Its processes give themselves a better place than they were started with, up to -8, wherever they may:
# as root they may, unless the right to it is taken from them. And Linux shares a machine out among sessions first, of
# which each browser is one: this one's share is made small too, where there is such a thing.
{ echo 5 > /proc/self/autogroup; } 2>/dev/null
set -- nice -n 5 "$@"
if [ "$(id -u)" = 0 ]; then set -- setpriv --bounding-set -sys_nice "$@"; fi
exec "$@"
