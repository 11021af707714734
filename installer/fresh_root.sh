# A fresh root of Debian or one of its children, and a user's steps in it; sourced by install_test.sh, archive_test.sh and
# packages_in_root.sh. `work` is a folder of the script's own, `root` the root in it; both go when the script ends.
# ROOT_ARCHIVE=FILE: a tar of a fresh root, made there the first time and taken the next.
# shellcheck shell=bash
tool=$(basename "$0" .sh)
[ "$(id -u)" = 0 ] || { echo "$tool: only root can make a fresh root" >&2; exit 77; }
work=$(mktemp -d)
root=$work/root
mounted=()
leave() {
    local place
    for place in "${mounted[@]}"; do umount "$place" 2>/dev/null || umount -l "$place" 2>/dev/null || true; done
    rm -rf --one-file-system "$work"
}
trap leave EXIT

step() { printf '%-58s %s\n' "$1" "$2"; }
fail() { step "$1" "FAILED: $2"; exit 1; }
attach() {  # attach PLACE MOUNT'S ARGUMENTS...: mounted in the root until the script ends
    local place=$root/$1
    mkdir -p "$place"
    mount "${@:2}" "$place"
    mounted=("$place" "${mounted[@]}")
}
inside() { chroot "$root" /usr/bin/env -i HOME=/root LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
as_user() {
    chroot --userspec=someone:someone "$root" /usr/bin/env -i HOME=/home/someone LC_ALL=C.UTF-8 \
        PATH=/home/someone/.local/bin:/usr/bin:/bin "$@"
}
apt_inside() {  # apt_inside WHAT COMMAND...: apt-get in the root; WHAT names the step where that fails
    inside env DEBIAN_FRONTEND=noninteractive apt-get "$2" -y -q --no-install-recommends "${@:3}" >"$work/apt.log" 2>&1 ||
        fail "$1" "$(grep -E '^E:|Depends' "$work/apt.log" | head -n 3 | tr '\n' ' ')"
}

# fresh_root SUITE [MIRROR]: bookworm, trixie, ... of Debian; with a mirror of Ubuntu's, noble, ...
fresh_root() {
    local suite=$1 mirror=${2:-http://deb.debian.org/debian} components=main
    case $mirror in *ubuntu*) components=main,universe ;; esac
    mkdir -p "$root"
    if [ -n "${ROOT_ARCHIVE:-}" ] && [ -e "$ROOT_ARCHIVE" ]; then
        tar -C "$root" -xf "$ROOT_ARCHIVE"
    else
        command -v debootstrap >/dev/null ||
            { echo "$tool: debootstrap is missing (apt install debootstrap)" >&2; exit 77; }
        # A suite younger than this debootstrap is made as those before it were: all of Ubuntu's have gutsy's rules.
        local rules=
        case $mirror in *ubuntu*) [ -e "/usr/share/debootstrap/scripts/$suite" ] || rules=gutsy ;; esac
        debootstrap --variant=minbase --components=$components "$suite" "$root" "$mirror" $rules \
            >"$work/debootstrap.log" 2>&1 ||
            fail "a fresh $suite" "$(tail -n 1 "$work/debootstrap.log")"
        [ -z "${ROOT_ARCHIVE:-}" ] || tar -C "$root" -cf "$ROOT_ARCHIVE" .
    fi
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    attach proc -t proc proc
    attach dev/shm -t tmpfs tmpfs
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod +x "$root/usr/sbin/policy-rc.d"
    inside apt-get update -q >/dev/null
    inside useradd --create-home --shell /bin/bash someone
    # shellcheck source=/dev/null
    step "a fresh $suite" "$(. "$root/etc/os-release" && echo "$PRETTY_NAME"), $(du -sxh "$root" | cut -f1)"
}

# asks_sample FILE: the program answers a question about the sample's card, as a user.
asks_sample() {
    local answer
    answer=$(as_user timeout 300 reelquery ask "$1" "What does the card say?" --quiet 2>"$work/ask.log") ||
        fail "reelquery ask, as a user" "$(tail -n 1 "$work/ask.log")"
    case $answer in
        *PUZZLE*) step "reelquery ask, as a user" "$answer" ;;
        *) fail "reelquery ask, as a user" "'$answer' is not what the sample's card says" ;;
    esac
}

# shows_window WHAT COMMAND...: a window of the program comes up under a virtual screen, as a user. Needs xvfb and
# x11-utils in the root.
shows_window() {
    local what=$1 window
    shift
    # The window itself is looked for, not the one of a pixel that a toolkit keeps for its own ends.
    cat >"$root/tmp/open.sh" <<EOF
Xvfb :7 -screen 0 1600x1000x24 >/dev/null 2>&1 &
screen=\$!
export DISPLAY=:7 QT_QPA_PLATFORM=xcb XDG_RUNTIME_DIR=/tmp/someone-run
mkdir -p -m 700 \$XDG_RUNTIME_DIR
for i in \$(seq 50); do xwininfo -root >/dev/null 2>&1 && break; sleep 0.2; done
$* >/tmp/window.log 2>&1 &
for i in \$(seq 150); do
    xwininfo -root -tree 2>/dev/null | grep -m1 -E 'Reelquery.* [0-9]{3,4}x[0-9]{3,4}[+]' && break
    sleep 0.2
done
for process in /proc/[0-9]*; do
    case \$(readlink \$process/exe) in */reelquery-program) kill \${process#/proc/} ;; esac
done
sleep 1
kill \$screen
EOF
    window=$(as_user timeout 120 sh /tmp/open.sh 2>/dev/null || true)
    [ -n "$window" ] || fail "$what" "$(tail -n 2 "$root/tmp/window.log" 2>/dev/null | tr '\n' ' ')"
    step "$what" "$(echo "$window" | sed 's/^ *//' | cut -c1-60)"
}
