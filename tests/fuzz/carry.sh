#!/usr/bin/env bash
# usage: tests/fuzz/carry.sh fuzz BUILD OUT       fuzz targets (preset fuzz) with their seeds and run_campaign.sh
#        tests/fuzz/carry.sh mutated BUILD OUT    the program (preset engine) with mutated_files.py and its seeds
# Packs them so that they run on another machine without FFmpeg: programs, and the shared libraries they name,
# without libc, the C++ runtime and libtorch, which that machine has. Writes the folder OUT and OUT.tar.xz.
# CARRY_FFMPEG: lib folder of an FFmpeg of the same version with fewer libraries of others (170 MB with Debian's).
set -euo pipefail
[ $# -eq 3 ] || { sed -n '2,6s/^# //p' "$0" >&2; exit 2; }
what=$1 build=$2 out=$3
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$out"
mkdir -p "$out/lib/carried"
programs=()
case $what in
fuzz)
    mkdir "$out/bin"
    for program in "$build"/bin/fuzz_*; do programs+=("$program") && install -m 755 "$program" "$out/bin"; done
    strip "$out"/bin/*
    cp -r "$here/seeds" "$here/run_campaign.sh" "$out"
    ;;
mutated)
    programs=("$build/libexec/reelquery/reelquery-program")
    install -D -m 755 "$build/bin/reelquery" "$out/bin/reelquery"
    install -D -m 755 "${programs[0]}" "$out/libexec/reelquery/reelquery-program"
    strip "$out/bin/reelquery" "$out/libexec/reelquery/reelquery-program"
    cp "$here/mutated_files.py" "$here/mutations.py" "$out"
    python3 "$here/mutated_seeds.py" "$out/seeds"
    ;;
*) echo "carry: $what is neither fuzz nor mutated" >&2 && exit 2 ;;
esac
there='^(lib(c|m|dl|rt|pthread|util|resolv|stdc\+\+|gcc_s|gomp|torch.*|c10.*|cudart|cupti|shm)|ld-linux.*)[.-]'
for file in "${programs[@]}"; do LD_LIBRARY_PATH=${CARRY_FFMPEG:-} ldd "$file"; done | awk '$3 ~ /^\// { print $3 }' | sort -u |
    while read -r library; do
        [[ $(basename "$library") =~ $there ]] || cp -L "$library" "$out/lib/carried/"
    done
strip "$out"/lib/carried/*.so* 2>/dev/null || true
tar -C "$(dirname "$out")" --sort=name -c "$(basename "$out")" | xz -T1 -9 >"$out.tar.xz"
du -sh "$out" "$out.tar.xz"
