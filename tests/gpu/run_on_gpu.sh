#!/usr/bin/env bash
# usage: tests/gpu/run_on_gpu.sh LOGS [BUILD] [STEP...]
# A session on a machine with an NVIDIA card: checks, then measures, everything into the folder LOGS, a short table
# last. BUILD: a build folder, or one that carry_build.sh packed elsewhere (default: build/release). Steps, in the
# order of their worth where time is short: check package gemm session ceiling ask model speech profile choices kernels sanitize
# attention; all by default, ask only with FILM=FILE, an hour of 1080p H.264 with a key frame every 10 s, ceiling only
# with SCRATCH (it writes 33 GB more).
# libtorch: that of TORCH_LIB, else of python3's torch, else the one BUILD was linked with. FA3=FOLDER adds
# FlashAttention-3 to `attention` (see tests/bench/attention_gpu_bench.py). LIMIT: seconds a step may take (600).
# SCRATCH: a folder whose random checkpoints `session` keeps and `ask` needs (default: a new one each time).
set -uo pipefail
[ $# -ge 1 ] || { sed -n '2,10s/^# //p' "$0" >&2; exit 2; }
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
mkdir -p "$1"
logs=$(cd "$1" && pwd)
build=$(cd "${2:-$root/build/release}" && pwd) || exit 2
shift; [ $# -eq 0 ] || shift
steps=("$@"); [ ${#steps[@]} -gt 0 ] || steps=(check package gemm session ceiling ask model speech profile choices kernels sanitize attention)

torch=${TORCH_LIB:-$(python3 -c 'import os, torch; print(os.path.join(os.path.dirname(torch.__file__), "lib"))' 2>/dev/null)}
export LD_LIBRARY_PATH=$build/lib/carried${torch:+:$torch}${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export REELQUERY_GOLDEN_DIR=$root/tests/golden REELQUERY_GOLDEN_QWEN3_DIR=$root/tests/golden/qwen3 GOMP_SPINCOUNT=2000
commands=$build/bin/gpu_commands
kernels=$build/lib/libreelquery_cuda.so
results=$logs/results.txt
: >"$results"

# run NAME COMMAND...: its output goes to NAME.log, its verdict to the results.
run() {
    local name=$1 began=$SECONDS code
    shift
    timeout "${LIMIT:-600}" "$@" >"$logs/$name.log" 2>&1
    code=$?
    case $code in
        0) verdict=passed ;;
        77) verdict="SKIPPED ($(tail -n 1 "$logs/$name.log"))" ;;
        124) verdict="out of time" ;;
        *) verdict="FAILED ($code, see $name.log)" ;;
    esac
    printf '%-22s %4d s  %s\n' "$name" $((SECONDS - began)) "$verdict" | tee -a "$results"
}

nvidia-smi >"$logs/nvidia-smi.log" 2>&1
run devices "$commands" devices
for step in "${steps[@]}"; do
    case $step in
        check)
            run attention_gpu_test "$build/bin/attention_gpu_test" "$kernels"
            run model_gpu_test "$build/bin/model_gpu_test" --durations yes
            ;;
        package)
            # kernels/python with a Python that has torch with CUDA.
            run python_package env -u LD_LIBRARY_PATH "REELQUERY_XATTENTION_LIBRARIES=$build/lib" "${REELQUERY_PYTHON:-python3}" \
                "$root/tests/gpu/python_package_check.py" --times
            ;;
        gemm)
            run gemm_gpu_test "$build/bin/gemm_gpu_test" "$kernels"
            run packed_linear_gpu_test "$build/bin/model_gpu_test" "[packed]" --durations yes
            run gemm_times "$build/bin/gemm_gpu_bench" "$kernels"
            run gemm_cache_times "$build/bin/gemm_gpu_bench" "$kernels" --cache
            for weights in stored int4 int8 fp8; do
                run "gemm_model_$weights" "$commands" model --like qwen2-vl-7b --device cuda --part language --json \
                    --weights "$weights" --video-tokens 32768 --repetitions 2
            done
            ;;
        session)
            # Writes a 2B and a 7B of random weights (20 GB) below SCRATCH, once.
            scratch=${SCRATCH:-$(mktemp -d)}
            run session_gpu_test "$build/bin/session_gpu_test" "$root/resources" "$scratch" --durations yes
            [ -n "${SCRATCH:-}" ] || rm -rf "$scratch"
            ;;
        ceiling)
            # As on cards of 12, 8 and 6 GB: five models below a limit of the allocator.
            [ -n "${SCRATCH:-}" ] || continue
            [ -d "$SCRATCH/qwen2-vl-7b" ] || run random_7b "$build/bin/reelquery" random-model "$SCRATCH/qwen2-vl-7b" --like qwen2-vl-7b
            [ -d "$SCRATCH/qwen2-vl-7b-awq" ] || run random_awq "${REELQUERY_PYTHON:-python3}" "$root/tests/gpu/random_awq.py" \
                "$SCRATCH/qwen2-vl-7b" "$SCRATCH/qwen2-vl-7b-awq"
            run ceiling "$build/bin/session_gpu_test" "$root/resources" "$SCRATCH" "[ceiling]" --durations yes
            ;;
        ask)
            [ -n "${FILM:-}" ] && [ -d "${SCRATCH:-}/qwen2-vl-7b" ] || continue
            # NAME OPTIONS...: from the file to the first word, 768 frames of an hour.
            ask() {
                run "ask_$1" "$build/bin/reelquery" bench ask "$FILM" --model "$SCRATCH/qwen2-vl-7b" --device cuda \
                    --frames 768 --max-video-tokens 114816 --json "${@:2}"
            }
            ask dense_keyframes --sampling keyframes
            ask dense_exact --sampling exact
            ask sparse_keyframes --sampling keyframes --attention xattention --density 0.3
            ask sparse_fp8_keyframes --sampling keyframes --attention xattention --density 0.3 --weights fp8
            ;;
        model)
            for like in qwen2-vl-2b qwen2-vl-7b; do
                run "model_$like" "$commands" model --like "$like" --device cuda --json \
                    --video-tokens 8192,32768,131072 --density 0.1,0.3,0.5 --threshold 0.9 --repetitions 2
            done
            ;;
        speech)
            # Times real time of hearing, 100 tokens in a window of 30 s.
            for like in whisper-base whisper-large-v3-turbo; do
                for windows in 1 16 32; do
                    run "speech_${like}_$windows" "$commands" speech --like "$like" --device cuda --json --windows "$windows"
                done
            done
            ;;
        profile)
            # NAME SKIP COUNT OPTIONS...: behind the 820 launches that make the weights, blocks of the tower; behind two
            # dense readings, a chunk of a sparse one; behind two prefills and the graph's warm-up, a token of the answer.
            profile() {
                run "profile_$1" python3 "$root/tests/gpu/kernel_profile.py" "$2" "$3" "$commands" model \
                    --like qwen2-vl-2b --device cuda --repetitions 1 "${@:4}"
            }
            profile vision 820 300 --part vision --video-tokens 4096
            profile prefill 2400 500 --part language --video-tokens 8192 --decode-tokens 0 --density 0.3
            profile decode 2180 320 --part language --video-tokens 64 --decode-tokens 2
            ;;
        choices)
            # What was reckoned, not measured: flash for the tower's attention, chunks of 4096 tokens.
            for kept in 1 0; do
                run "choice_tower_flash_$kept" env TORCH_CUDNN_SDPA_DEPRIORITIZED=$kept "$commands" model \
                    --like qwen2-vl-2b --device cuda --part vision --video-tokens 16384 --repetitions 5
            done
            for like in qwen2-vl-2b qwen2-vl-7b; do
                run "choice_chunk_8192_$like" "$commands" model --like "$like" --device cuda --part language \
                    --video-tokens 131072 --density 0.3 --decode-tokens 0 --repetitions 1 --chunk-tokens 8192
            done
            ;;
        kernels)
            run kernels_rows "$build/bin/attention_gpu_bench" "$kernels" --rows
            run kernels_d128 "$build/bin/attention_gpu_bench" "$kernels" 32 128 256
            run kernels_d64 "$build/bin/attention_gpu_bench" "$kernels" --dim 64 32 128
            run kernels_2b "$build/bin/attention_gpu_bench" "$kernels" --heads 12 2 32 128
            ;;
        sanitize)
            for tool in memcheck racecheck; do
                run "sanitize_$tool" compute-sanitizer --tool "$tool" --error-exitcode 9 \
                    "$build/bin/attention_gpu_test" "$kernels" tiny
                run "sanitize_gemm_$tool" compute-sanitizer --tool "$tool" --error-exitcode 9 \
                    "$build/bin/gemm_gpu_test" "$kernels" tiny
            done
            ;;
        attention)
            run attention "$commands" attention --device cuda --heads 28/4 --head-dim 128 --json \
                --lengths 32768,131072 --stride 16,8 --density 0.07,0.3,0.5
            [ -z "${FA3:-}" ] || run attention_fa3 python3 "$root/tests/bench/attention_gpu_bench.py" \
                "$kernels" --fa3 "$FA3" --k-tokens 32 128 256
            ;;
        *) echo "run_on_gpu: there is no step $step" >&2; exit 2 ;;
    esac
done

echo
python3 "$root/tests/gpu/gpu_table.py" "$logs" | tee "$logs/table.txt"
cat "$results"
! grep -q 'FAILED\|SKIPPED\|out of time' "$results"
