#!/usr/bin/env bash
# usage: installer/make_packages.sh BUILD
# Configures and builds in the folder BUILD and leaves the packages in BUILD/packages. The same commit gives the same
# bytes, wherever and whenever it is built: times are the commit's, and no path of the machine is in a file. One thing is
# equal only where the checkout lies in the same folder: the CUDA library, inside which nvcc makes names from that path.
# REELQUERY_DEPS: as for bootstrap.sh, which must have set the machine up; REELQUERY_UNITY=ON builds in half the time.
set -euo pipefail
[ $# -eq 1 ] || { sed -n '2,6s/^# //p' "$0" >&2; exit 2; }
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "$1"
build=$(cd "$1" && pwd)
deps=${REELQUERY_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/reelquery/deps}
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)} LC_ALL=C TZ=UTC
umask 022
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DREELQUERY_TESTS=OFF -DREELQUERY_GUI=ON \
    -DREELQUERY_UNITY="${REELQUERY_UNITY:-OFF}" -DTORCH_ROOT="$deps/torch" >"$build/configure.log"
cmake --build "$build" -- ${REELQUERY_JOBS:+-j"$REELQUERY_JOBS"}
cd "$build" && cpack -G DEB >cpack.log
sha256sum packages/*.deb
