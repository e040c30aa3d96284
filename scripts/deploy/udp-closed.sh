#!/bin/bash
# udp-closed.sh ADDRESS PORT: ends with 0 if the port answers that it is closed, 1 if it says nothing or something.
# A datagram to a closed port comes back as an ICMP message, which the second write to the socket then reports.
exec 3<>"/dev/udp/$1/$2" || exit 1
printf 'x' >&3 2>/dev/null || exit 0
sleep 0.5
printf 'x' >&3 2>/dev/null || exit 0
exit 1
