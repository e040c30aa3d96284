#!/bin/sh
# Makes a root with Debian trixie's Prosody 13, once, and prints its path.
# The root is kept in .cache/ of the repository (or in $SEALMEET_CACHE) between runs.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
cache=${SEALMEET_CACHE:-$here/../../.cache}
mkdir -p "$cache"
cache=$(CDPATH= cd -- "$cache" && pwd)
root=$cache/prosody-13
# The mirror that this machine installs its own packages from.
mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format "\$(SITE)" "Created-By: Packages" | sort | uniq -c | sort -rn | sed -n "1s/^ *[0-9]* //p")}

if [ "$(id -u)" != 0 ]; then
	echo "Prosody 13 is tested in a root of Debian trixie, which needs the right to chroot and mount (root, or CAP_SYS_CHROOT and CAP_SYS_ADMIN); this user has neither" >&2
	exit 3
fi
if ! unshare -m sh -c "mkdir -p '$cache/mount-test' && mount --bind '$cache' '$cache/mount-test'" 2>/dev/null; then
	rmdir "$cache/mount-test" 2>/dev/null || true
	echo "Prosody 13 is tested in a root of Debian trixie, which needs the right to mount (CAP_SYS_ADMIN); this machine refuses it" >&2
	exit 3
fi
rmdir "$cache/mount-test" 2>/dev/null || true

if [ -e "$root/ready" ]; then
	echo "$root"
	exit 0
fi

if ! command -v debootstrap >/dev/null; then
	{ apt-get update && apt-get install -y --no-install-recommends debootstrap; } >&2 ||
		{ echo "debootstrap is missing and could not be installed: apt-get install debootstrap" >&2; exit 3; }
fi

# A root that was left half-made is made again: debootstrap does not continue.
building=$cache/prosody-13.building
rm -rf "$building" "$root"
debootstrap --variant=minbase trixie "$building" "$mirror" >&2

# No service may start while packages are configured.
printf '#!/bin/sh\nexit 101\n' > "$building/usr/sbin/policy-rc.d"
chmod 755 "$building/usr/sbin/policy-rc.d"
cp /etc/resolv.conf "$building/etc/resolv.conf" 2>/dev/null || true
for settings in /etc/apt/apt.conf.d/*[Pp]roxy*; do
	[ -e "$settings" ] && cp "$settings" "$building/etc/apt/apt.conf.d/"
done
# The real packages behind the virtual ones that prosody depends on are named, so that apt has no choice to make.
unshare -m sh -eu -c "
	mount -t proc proc '$building/proc'
	mount --bind /dev '$building/dev'
	DEBIAN_FRONTEND=noninteractive LC_ALL=C chroot '$building' apt-get install -y --no-install-recommends \
		prosody lua5.4 lua-socket lua-sec lua-expat lua-filesystem lua-unbound lua-bitop lua-busted
	rm -rf '$building/var/cache/apt/archives/'*.deb '$building/var/lib/apt/lists/'*
" >&2
touch "$building/ready"
mv "$building" "$root"
echo "$root"
