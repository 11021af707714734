#!/usr/bin/env bash
# usage: installer/install_test.sh PACKAGES [SUITE] [MIRROR]
# Installs the .deb files of the folder PACKAGES, made on a machine of SUITE (bookworm) or by packages_in_root.sh, in a
# fresh root of SUITE, asks the sample question there as a user, opens the window from its desktop file under a virtual
# screen, and removes the packages: nothing may stay but the user's own files. Prints a line for each step and the sizes.
# For Ubuntu give its mirror, too: noble http://archive.ubuntu.com/ubuntu.
# Needs root, debootstrap, and the network for the distribution's packages; exits with 77 without the first two.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,7s/^# //p' "$0" >&2; exit 2; }
packages=$(cd "$1" && pwd)
compgen -G "$packages/*.deb" >/dev/null || { echo "install_test: no .deb in $packages; run cpack first" >&2; exit 2; }
# shellcheck source=installer/fresh_root.sh
. "$(dirname "$0")/fresh_root.sh"
# All files but apt's and dpkg's own records and caches.
files() {
    (cd "$root" && find . -xdev \( -path ./proc -o -path ./dev -o -path ./tmp -o -path ./run -o -path ./var/cache \
        -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./var/log \) -prune -o \( -type f -o -type l \) -print | sort)
}

fresh_root "${2:-bookworm}" "${3:-}"
# What looks at the window is there before, so that the packages must bring all that they need themselves.
apt_inside "the virtual screen" install xvfb x11-utils libglib2.0-bin
files >"$work/before"
size_before=$(du -sxm "$root" | cut -f1)

mkdir "$root/tmp/packages" && cp "$packages"/*.deb "$root/tmp/packages/"
mapfile -t debs < <(cd "$packages" && printf '/tmp/packages/%s\n' *.deb)
apt_inside "apt install ./*.deb" install "${debs[@]}"
step "apt install ./*.deb" "$(($(du -sxm "$root" | cut -f1) - size_before)) MB with what they depend on"

sample=$(as_user sh -c 'ls /usr/share/reelquery/samples/*.mp4')
asks_sample "$sample"
shows_window "the window, from its desktop file" \
    gio launch /usr/share/applications/io.github.reelquery.Reelquery.desktop "$sample"
[ -e "$root/usr/share/man/man1/reelquery.1.gz" ] || fail "man page" "man1/reelquery.1.gz is missing"

mapfile -t names < <(for deb in "$packages"/*.deb; do dpkg-deb -f "$deb" Package; done)
apt_inside "apt purge" purge --autoremove "${names[@]}"
files >"$work/after"
left=$(comm -13 "$work/before" "$work/after" | grep -v '^./home/someone/' | grep -i 'reelquery' || true)
[ -z "$left" ] || fail "apt purge" "these stay: $(echo "$left" | head -n 5 | tr '\n' ' ')"
step "apt purge leaves the user's files alone" "$(comm -13 "$work/before" "$work/after" | grep -c '^./home/someone/') files in the user's home"
