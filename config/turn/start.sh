#!/bin/sh
# Starts coturn. The secret goes into a file in memory, not onto the command line, where everybody could read it.
set -eu
umask 077
{
	echo "listening-port=3478"
	echo "realm=${TURN_HOST:?expected the public name or address of this machine}"
	echo "use-auth-secret"
	echo "static-auth-secret=${TURN_CREDENTIALS:?expected the secret that make env writes}"
	echo "fingerprint"
	# Only what a browser without UDP needs: TCP to here, UDP from here to the bridge.
	echo "no-udp"
	echo "no-tls"
	echo "no-dtls"
	echo "no-tcp-relay"
	echo "no-multicast-peers"
	echo "no-cli"
	echo "no-rfc5780"
	echo "stale-nonce=600"
	echo "user-quota=12"
	echo "total-quota=1200"
	echo "log-file=stdout"
	echo "simple-log"
	echo "pidfile=/tmp/turnserver.pid"
	echo "userdb=/tmp/turndb"
	# Everything is refused as a peer but the bridge: nobody gets into other networks, or out, through here.
	echo "denied-peer-ip=0.0.0.0-255.255.255.255"
	echo "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
	IFS=,
	for address in ${JVB_ADVERTISE_IPS:-}; do
		echo "allowed-peer-ip=${address%%#*}"
	done
} >/tmp/turnserver.conf
exec turnserver -c /tmp/turnserver.conf
