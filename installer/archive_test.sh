#!/usr/bin/env bash
# usage: installer/archive_test.sh RUN [ROOT_ARCHIVE]
# Installs the self-extracting archive RUN in a fresh Debian root that has none of the packages' dependencies but the
# libraries of a system that linux/install.sh names, as a user; asks the sample question, opens the window under a virtual
# screen, and removes it all. Needs root, debootstrap (or a tar of a fresh root) and the network for Debian's packages.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,6s/^# //p' "$0" >&2; exit 2; }
run=$(realpath "$1")
[ "$(id -u)" = 0 ] || { echo "archive_test: only root can make a fresh root" >&2; exit 77; }
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
as_user() { chroot --userspec=someone:someone "$root" /usr/bin/env -i HOME=/home/someone LC_ALL=C.UTF-8 PATH=/home/someone/.local/bin:/usr/bin:/bin "$@"; }
homes() { (cd "$root/home/someone" && find . \( -type f -o -type l \) | sort); }

mkdir -p "$root"
if [ -n "${2:-}" ]; then
    tar -C "$root" -xf "$2"
else
    debootstrap --variant=minbase bookworm "$root" http://deb.debian.org/debian >"$work/debootstrap.log" 2>&1 ||
        fail "a fresh root" "$(tail -n 1 "$work/debootstrap.log")"
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
mkdir -p "$root/dev/shm" && mount -t tmpfs tmpfs "$root/dev/shm"
inside useradd --create-home someone
cp "$run" "$root/tmp/reelquery.run" && chmod 755 "$root/tmp/reelquery.run"

if as_user /tmp/reelquery.run --quiet --accept >"$work/bare.log" 2>&1; then fail "a bare root is told what it lacks" "it was installed"; fi
grep -q "libraries of the system are missing" "$work/bare.log" || fail "a bare root is told what it lacks" "$(tail -n 1 "$work/bare.log")"
step "a bare root is told what it lacks" "$(grep -o 'are missing: .*' "$work/bare.log" | cut -c1-60)"
[ -z "$(homes | grep -v '^./\.\(bash\|profile\)' || true)" ] || fail "a bare root is told what it lacks" "it left files"

needs=$(sed -n 's/.*(Debian: \(.*\))".*/\1/p' "$(dirname "$0")/linux/install.sh")
inside apt-get update -q >/dev/null
# shellcheck disable=SC2086  # several names
inside env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $needs xvfb x11-utils procps fonts-dejavu-core \
    >"$work/apt.log" 2>&1 || fail "the libraries of a system" "$(tail -n 1 "$work/apt.log")"
for package in libqt6core6 libmpv2 libavcodec59; do
    inside dpkg-query -W $package >/dev/null 2>&1 && fail "the libraries of a system" "they brought $package"
done
homes >"$work/before"
as_user /tmp/reelquery.run --quiet --accept >"$work/install.log" 2>&1 || fail "installed as a user" "$(tail -n 2 "$work/install.log" | tr '\n' ' ')"
step "installed as a user" "$(du -sh "$root/home/someone/.local/opt/reelquery" | cut -f1)"

sample=$(as_user sh -c 'ls ~/.local/opt/reelquery/share/reelquery/samples/*.mp4')
answer=$(as_user timeout 300 reelquery ask "$sample" "What does the card say?" --quiet 2>"$work/ask.log") || fail "reelquery ask" "$(tail -n 1 "$work/ask.log")"
case $answer in *PUZZLE*) step "reelquery ask" "$answer" ;; *) fail "reelquery ask" "'$answer' is not what the card says" ;; esac

cat >"$root/tmp/open.sh" <<'EOF'
Xvfb :7 -screen 0 1600x1000x24 >/dev/null 2>&1 &
screen=$!
export DISPLAY=:7 XDG_RUNTIME_DIR=/tmp/someone-run QT_QPA_PLATFORM=xcb
mkdir -p -m 700 $XDG_RUNTIME_DIR
for i in $(seq 50); do xwininfo -root >/dev/null 2>&1 && break; sleep 0.2; done
reelquery --sample >/tmp/window.log 2>&1 &
for i in $(seq 150); do
    xwininfo -root -tree 2>/dev/null | grep -m1 -E 'Reelquery.* [0-9]{3,4}x[0-9]{3,4}[+]' && break
    sleep 0.2
done
kill %2
sleep 1
kill $screen
EOF
window=$(as_user timeout 120 sh /tmp/open.sh 2>/dev/null || true)
[ -n "$window" ] || fail "the window" "$(tail -n 2 "$root/tmp/window.log" 2>/dev/null | tr '\n' ' ')"
step "the window" "$(echo "$window" | sed 's/^ *//' | cut -c1-60)"

as_user sh -c '~/.local/opt/reelquery/uninstall.sh --uninstall' >/dev/null || fail "removed" "uninstall.sh failed"
left=$(homes | comm -13 "$work/before" - | grep -v -e '^./.local/share/reelquery/' -e '^./.cache/' -e '^./.config/' -e '^./.local/state/' || true)
[ -z "$left" ] || fail "removed" "these stay: $(echo "$left" | head -n 5 | tr '\n' ' ')"
step "removed" "the user's own files stay"
