#!/usr/bin/env bash
# usage: installer/packages_in_root.sh OUT SUITE [MIRROR]
# Makes the packages for another distribution than this machine's: in a fresh root of SUITE, against its FFmpeg and Qt,
# as a .deb depends on the very libraries it was built with. Leaves them in OUT, where install_test.sh takes them from.
# For Ubuntu give its mirror, too: noble http://archive.ubuntu.com/ubuntu.
# REELQUERY_DEPS: as for bootstrap.sh, which must have fetched libtorch; REELQUERY_JOBS: compilers at once.
# Needs root, debootstrap, and the network for the distribution's packages; exits with 77 without the first two.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,7s/^# //p' "$0" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
source=$(cd "$(dirname "$0")/.." && pwd)
deps=${REELQUERY_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/reelquery/deps}
[ -e "$deps/torch" ] || { echo "packages_in_root: no libtorch in $deps; run installer/bootstrap.sh setup" >&2; exit 2; }
# shellcheck source=installer/fresh_root.sh
. "$source/installer/fresh_root.sh"
# shellcheck source=installer/packages.sh
. "$source/installer/packages.sh"

fresh_root "$2" "${3:-}"
apt_inside "what it is built with" install "${apt_packages[@]}" dpkg-dev file
attach source --bind -o ro "$source"
attach deps --bind -o ro "$deps"
# The commit's time: git may not see the repository from in there.
time=${SOURCE_DATE_EPOCH:-$(git -C "$source" log -1 --format=%ct)}
inside env SOURCE_DATE_EPOCH="$time" REELQUERY_DEPS=/deps REELQUERY_JOBS="${REELQUERY_JOBS:-}" REELQUERY_UNITY=ON \
    /source/installer/make_packages.sh /build >"$out/build.log" 2>&1 ||
    fail "built there" "$(grep -m 3 -E 'error:|CMake Error' "$out/build.log" | tr '\n' ' '); $out/build.log has all of it"
cp "$root"/build/packages/*.deb "$out/"
step "built there" "$(cd "$out" && ls -s --block-size=M ./*.deb | tr '\n' ' ')"
