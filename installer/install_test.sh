#!/usr/bin/env bash
# usage: installer/install_test.sh PACKAGES [SUITE] [MIRROR]
# Installs the .deb files of the folder PACKAGES (made by `cpack`) in a fresh Debian root of SUITE (bookworm), asks the
# sample question there as a user, opens the window from its desktop file under a virtual screen, and removes the
# packages: nothing may stay but the user's own files. Prints a line for each step and the sizes.
# Needs root, debootstrap, and the network for Debian's packages; exits with 77 without the first two.
# ROOT_ARCHIVE=FILE: a tar of a fresh root, made there the first time and taken the next.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,8s/^# //p' "$0" >&2; exit 2; }
packages=$(cd "$1" && pwd)
suite=${2:-bookworm}
mirror=${3:-http://deb.debian.org/debian}
[ "$(id -u)" = 0 ] || { echo "install_test: only root can make a fresh root" >&2; exit 77; }
command -v debootstrap >/dev/null || { echo "install_test: debootstrap is missing (apt install debootstrap)" >&2; exit 77; }
compgen -G "$packages/*.deb" >/dev/null || { echo "install_test: no .deb in $packages; run cpack first" >&2; exit 2; }

work=$(mktemp -d)
root=$work/root
leave() {
    umount "$root/proc" "$root/dev/shm" 2>/dev/null || true
    rm -rf --one-file-system "$work"
}
trap leave EXIT
step() { printf '%-58s %s\n' "$1" "$2"; }
fail() { step "$1" "FAILED: $2"; exit 1; }
inside() { chroot "$root" /usr/bin/env -i HOME=/root LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
as_user() { chroot --userspec=someone:someone "$root" /usr/bin/env -i HOME=/home/someone LC_ALL=C.UTF-8 PATH=/usr/bin:/bin "$@"; }
# All files but apt's and dpkg's own records and caches.
files() {
    (cd "$root" && find . -xdev \( -path ./proc -o -path ./dev -o -path ./tmp -o -path ./run -o -path ./var/cache \
        -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./var/log \) -prune -o \( -type f -o -type l \) -print | sort)
}

mkdir -p "$root"
if [ -n "${ROOT_ARCHIVE:-}" ] && [ -e "$ROOT_ARCHIVE" ]; then
    tar -C "$root" -xf "$ROOT_ARCHIVE"
else
    debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$work/debootstrap.log" 2>&1 ||
        fail "a fresh $suite" "$(tail -n 1 "$work/debootstrap.log")"
    [ -z "${ROOT_ARCHIVE:-}" ] || tar -C "$root" -cf "$ROOT_ARCHIVE" .
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
mkdir -p "$root/dev/shm" && mount -t tmpfs tmpfs "$root/dev/shm"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod +x "$root/usr/sbin/policy-rc.d"
step "a fresh $suite" "$(du -sxh "$root" | cut -f1)"

# What looks at the window is there before, so that the packages must bring all that they need themselves.
inside apt-get update -q >/dev/null
inside env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    xvfb x11-utils libglib2.0-bin >"$work/apt.log" 2>&1 || fail "the virtual screen" "$(tail -n 1 "$work/apt.log")"
inside useradd --create-home someone
files >"$work/before"
size_before=$(du -sxm "$root" | cut -f1)

mkdir "$root/tmp/packages" && cp "$packages"/*.deb "$root/tmp/packages/"
inside sh -c 'DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends /tmp/packages/*.deb' \
    >"$work/apt.log" 2>&1 || fail "apt install ./*.deb" "$(grep -E '^E:|Depends' "$work/apt.log" | head -n 3 | tr '\n' ' ')"
step "apt install ./*.deb" "$(($(du -sxm "$root" | cut -f1) - size_before)) MB with what they depend on"

sample=$(as_user sh -c 'ls /usr/share/reelquery/samples/*.mp4')
answer=$(as_user timeout 300 reelquery ask "$sample" "What does the card say?" --quiet 2>"$work/ask.log") ||
    fail "reelquery ask" "$(tail -n 1 "$work/ask.log")"
case $answer in
    *PUZZLE*) step "reelquery ask, as a user" "$answer" ;;
    *) fail "reelquery ask, as a user" "'$answer' is not what the sample's card says" ;;
esac

desktop=/usr/share/applications/io.github.reelquery.Reelquery.desktop
cat >"$root/tmp/open.sh" <<EOF
Xvfb :7 -screen 0 1600x1000x24 >/dev/null 2>&1 &
screen=\$!
export DISPLAY=:7 XDG_RUNTIME_DIR=/tmp/someone-run
mkdir -p -m 700 \$XDG_RUNTIME_DIR
for i in \$(seq 50); do xwininfo -root >/dev/null 2>&1 && break; sleep 0.2; done
gio launch $desktop $sample >/tmp/window.log 2>&1 &
for i in \$(seq 150); do
    # The window itself, not the one of a pixel that a toolkit keeps for its own ends.
    xwininfo -root -tree 2>/dev/null | grep -m1 -E 'Reelquery.* [0-9]{3,4}x[0-9]{3,4}[+]' && break
    sleep 0.2
done
pkill -u someone -f reelquery-program 2>/dev/null || killall reelquery-program 2>/dev/null || true
sleep 1
kill \$screen
EOF
window=$(as_user timeout 120 sh /tmp/open.sh 2>/dev/null || true)
[ -n "$window" ] || fail "the window, from its desktop file" "$(tail -n 2 "$root/tmp/window.log" 2>/dev/null | tr '\n' ' ')"
step "the window, from its desktop file" "$(echo "$window" | sed 's/^ *//' | cut -c1-60)"
for page in man1/reelquery.1.gz; do
    [ -e "$root/usr/share/man/$page" ] || fail "man page" "$page is missing"
done

names=$(cd "$packages" && for deb in *.deb; do dpkg-deb -f "$deb" Package; done)
# shellcheck disable=SC2086  # several names
inside env DEBIAN_FRONTEND=noninteractive apt-get purge -y -q --autoremove $names >"$work/apt.log" 2>&1 ||
    fail "apt purge" "$(tail -n 1 "$work/apt.log")"
files >"$work/after"
left=$(comm -13 "$work/before" "$work/after" | grep -v '^./home/someone/' || true)
left=$(echo "$left" | grep -i 'reelquery' || true)
[ -z "$left" ] || fail "apt purge" "these stay: $(echo "$left" | head -n 5 | tr '\n' ' ')"
step "apt purge leaves the user's files alone" "$(comm -13 "$work/before" "$work/after" | grep -c '^./home/someone/') files in the user's home"
