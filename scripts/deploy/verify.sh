#!/bin/sh
# make verify URL=https://meet.example.org: what that server serves, compared with the plugin built from these sources.
# Ends with 0 if all is the same, 1 if something differs, 2 if it could not be compared. INSECURE=1: any certificate.
set -eu
. "$(dirname "$0")/settings.sh"
stop() { printf 'verify: %s\n' "$1" >&2; exit 2; }
url=${URL:-}
case $url in https://?*) ;; *) stop 'expected the address of a server, as in: make verify URL=https://meet.example.org' ;; esac
url=${url%/}
command -v curl >/dev/null || stop 'curl is missing: install it, then run this again'
[ -s dist/SHA256SUMS ] || stop 'there is nothing to compare with: run "make build" first'

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# As a browser does that has nothing in its cache. Redirections are not followed: the page that was asked for counts.
get() {
	curl --silent --show-error --fail --max-time 30 ${INSECURE:+--insecure} ${CURL_OPTIONS:-} \
		-H 'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36' \
		-H 'Cache-Control: no-cache' -o "$folder/$1" "$url$2" 2>"$folder/error" || stop "$url$2 could not be fetched: $(tail -n 1 "$folder/error")"
}
status=0
differs() { printf 'DIFFERS  %s\n' "$1"; status=1; }

get page.html /verify-this-server
wanted=$(cat config/web/plugin.head.html)
found=$(grep -o '<script[^>]*sealmeet[^>]*>\(</script>\)\?' "$folder/page.html" | sort | uniq -c | sed 's/^ *//' || true)
if [ "$found" = "1 $wanted" ]; then
	say "same     $url: loads the plugin once, as this release does"
else
	differs "$url: expected one $wanted in the page, came ${found:-none}"
fi
while read -r sum name; do
	case $sum in [0-9a-f]*) ;; *) continue ;; esac
	get "$name" "/sealmeet/$name"
	is=$(sha256sum "$folder/$name" | cut -d ' ' -f 1)
	if [ "$is" = "$sum" ]; then
		say "same     /sealmeet/$name  $is"
	else
		differs "/sealmeet/$name  $is, expected $sum"
	fi
done <dist/SHA256SUMS

if [ $status = 0 ]; then
	say 'The plugin that this server gave out just now is the one of these sources. What it gives to others, or what else its page does, nobody can see from here.'
fi
exit $status
