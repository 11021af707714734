#!/usr/bin/env bash
# usage: tests/gpu/carry_build.sh BUILD OUT
# Packs what run_on_gpu.sh needs of a build (-DREELQUERY_GUI=OFF) so that it runs on another machine: programs,
# our libraries, and the shared libraries they name, without libc, the C++ runtime and libtorch, which that
# machine has. Debian 12's programs run on Ubuntu 24.04 that way. Writes the folder OUT and OUT.tar.xz (3 MB).
set -euo pipefail
[ $# -eq 2 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
build=$1 out=$2
programs=(bin/attention_gpu_test bin/attention_gpu_bench bin/gemm_gpu_test bin/gemm_gpu_bench bin/model_gpu_test
    bin/session_gpu_test bin/gpu_commands bin/reelquery libexec/reelquery/reelquery-program)
own=(lib/libreelquery_cpu.so lib/libreelquery_cuda.so lib/libreelquery_cuda_graph.so)
for file in "${programs[@]}" "${own[@]}"; do
    [ -e "$build/$file" ] || { echo "carry_build: $build/$file is missing; build the targets" \
        "attention_gpu_test attention_gpu_bench gemm_gpu_test gemm_gpu_bench model_gpu_test session_gpu_test" \
        "gpu_commands reelquery_cpu reelquery first" >&2; exit 1; }
done
rm -rf "$out"
mkdir -p "$out/lib/carried"
for file in "${programs[@]}" "${own[@]}"; do
    install -D -m 755 "$build/$file" "$out/$file"
    strip "$out/$file"
done
there='^(lib(c|m|dl|rt|pthread|util|resolv|stdc\+\+|gcc_s|gomp|torch.*|c10.*|cudart|cupti|shm)|ld-linux.*)[.-]'
for file in "${programs[@]}"; do ldd "$build/$file"; done | awk '$3 ~ /^\// { print $3 }' | sort -u |
    while read -r library; do
        [[ $(basename "$library") =~ $there ]] || cp -L "$library" "$out/lib/carried/"
    done
strip "$out"/lib/carried/*.so* 2>/dev/null || true
tar -C "$(dirname "$out")" -cJf "$out.tar.xz" "$(basename "$out")"
du -sh "$out" "$out.tar.xz"
