#!/usr/bin/env bash
# Fuzzes every target (or those named) for MINUTES each, one after the other on one core:
#     tests/fuzz/campaign.sh MINUTES [TARGET ...]
# A single input may take FUZZ_TIMEOUT seconds (20) of the clock; give a busy machine more.
# Needs clang and its runtime (Debian: clang libclang-rt-14-dev). What is found lies in
# build/fuzz/findings/TARGET: mend it, then keep the file in tests/fuzz/seeds/TARGET, where ctest replays it.
set -euo pipefail
cd "$(dirname "$0")/../.."
minutes=${1:?usage: tests/fuzz/campaign.sh MINUTES [TARGET ...]}
shift
if [[ ! -f build/fuzz/build.ninja ]]; then cmake --preset fuzz; fi
cmake --build --preset fuzz
targets=("$@")
if [[ ${#targets[@]} -eq 0 ]]; then
  for program in build/fuzz/bin/fuzz_*; do targets+=("${program##*/fuzz_}"); done
fi
export TMPDIR=${TMPDIR:-/dev/shm}  # the targets write each input to a file
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
TIMEFORMAT='%U'
printf '%-16s %10s %8s %6s %8s %7s %s\n' target runs cpu_s edges features corpus 'oom/timeout/crash'
for target in "${targets[@]}"; do
  corpus=build/fuzz/corpus/$target findings=build/fuzz/findings/$target log=build/fuzz/$target.log
  mkdir -p "$corpus" "$findings"
  longest=65536
  if [[ $target == container ]]; then longest=262144; fi
  dictionary=()
  if [[ -f tests/fuzz/$target.dict ]]; then dictionary=("-dict=tests/fuzz/$target.dict"); fi
  cpu=$({ time nice -n 19 "build/fuzz/bin/fuzz_$target" "$corpus" "tests/fuzz/seeds/$target" -fork=1 -ignore_crashes=1 \
    -ignore_ooms=1 -ignore_timeouts=1 "-max_total_time=$((minutes * 60))" "-timeout=${FUZZ_TIMEOUT:-20}" -rss_limit_mb=2048 \
    "-max_len=$longest" "-artifact_prefix=$findings/" "${dictionary[@]}" >"$log" 2>&1 || true; } 2>&1)
  # "#1234: cov: 12 ft: 34 corp: 5 exec/s 6 oom/timeout/crash: 0/0/0 time: 7s ..."
  last=$(grep -E '^#[0-9]+: cov:' "$log" | tail -n 1 || true)
  read -r runs _ edges _ features _ corpus_size <<<"$(sed -E 's/^#([0-9]+):/\1/; s/ exec\/s.*//' <<<"$last")"
  trouble=$(sed -nE 's/.*oom\/timeout\/crash: ([0-9/]+).*/\1/p' <<<"$last")
  printf '%-16s %10s %8s %6s %8s %7s %s\n' "$target" "${runs:-?}" "$cpu" "${edges:-?}" "${features:-?}" \
    "${corpus_size:-?}" "${trouble:-?}"
done
