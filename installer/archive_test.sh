#!/usr/bin/env bash
# usage: installer/archive_test.sh RUN [SUITE] [MIRROR]
# Installs the self-extracting archive RUN in a fresh root of SUITE (bookworm) that has none of the packages' dependencies
# but the libraries of a system that linux/install.sh names, as a user; asks the sample question, opens the window under a
# virtual screen, and removes it all. For Ubuntu give its mirror, too: noble http://archive.ubuntu.com/ubuntu.
# Needs root, debootstrap, and the network for the distribution's packages; exits with 77 without the first two.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,6s/^# //p' "$0" >&2; exit 2; }
run=$(realpath "$1")
# shellcheck source=installer/fresh_root.sh
. "$(dirname "$0")/fresh_root.sh"
homes() { (cd "$root/home/someone" && find . \( -type f -o -type l \) | sort); }

fresh_root "${2:-bookworm}" "${3:-}"
cp "$run" "$root/tmp/reelquery.run" && chmod 755 "$root/tmp/reelquery.run"
told="a bare root is told what it lacks"
if as_user /tmp/reelquery.run --quiet --accept >"$work/bare.log" 2>&1; then fail "$told" "it was installed"; fi
grep -q "libraries of the system are missing" "$work/bare.log" || fail "$told" "$(tail -n 1 "$work/bare.log")"
step "$told" "$(grep -o 'are missing: .*' "$work/bare.log" | cut -c1-60)"
[ -z "$(homes | grep -v '^./\.\(bash\|profile\)' || true)" ] || fail "$told" "it left files"

# What it says that they are called here.
read -ra needs < <(sed -n 's/^(Debian, Ubuntu: \(.*\))$/\1/p' "$work/bare.log")
[ ${#needs[@]} -gt 0 ] || fail "$told" "not how they are called"
apt_inside "the libraries of a system" install "${needs[@]}" xvfb x11-utils fonts-dejavu-core
brought=$(inside dpkg-query -W -f '${Package}\n' | grep -E '^(libqt6core|libmpv|libavcodec)' | tr '\n' ' ' || true)
[ -z "$brought" ] || fail "the libraries of a system" "they brought $brought"
homes >"$work/before"
as_user /tmp/reelquery.run --quiet --accept >"$work/install.log" 2>&1 || fail "installed as a user" "$(tail -n 2 "$work/install.log" | tr '\n' ' ')"
step "installed as a user" "$(du -sh "$root/home/someone/.local/opt/reelquery" | cut -f1)"

asks_sample "$(as_user sh -c 'ls ~/.local/opt/reelquery/share/reelquery/samples/*.mp4')"
shows_window "the window" reelquery --sample

as_user sh -c '~/.local/opt/reelquery/uninstall.sh --uninstall' >/dev/null || fail "removed" "uninstall.sh failed"
left=$(homes | comm -13 "$work/before" - | grep -v -e '^./.local/share/reelquery/' -e '^./.cache/' -e '^./.config/' -e '^./.local/state/' || true)
[ -z "$left" ] || fail "removed" "these stay: $(echo "$left" | head -n 5 | tr '\n' ' ')"
step "removed" "the user's own files stay"
