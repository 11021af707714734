#!/usr/bin/env bash
# usage: tests/fuzz/run_campaign.sh SECONDS OUT [TARGET ...]
# Runs built fuzz targets at once, each for SECONDS, and prints one table (also OUT/table.txt):
# executions, seconds of the clock and of processors, edges and features covered, corpus, findings.
#   FUZZ_HOME   folder with bin/ (fuzz_TARGET), seeds/ and, where carried, lib/carried/; default: this script's
#   FUZZ_FORKS  processes of one target (1); container, the slowest, takes twice as many
#   FUZZ_AT_ONCE  targets at a time (all)
#   FUZZ_TIMEOUT  seconds of one input (20)
#   FUZZ_CORPUS   where corpora are kept for another time (a temporary folder, TMPDIR, else in memory)
# What was found lies in OUT/findings/TARGET. Mend it, then keep the file in tests/fuzz/seeds/TARGET as found_NAME,
# where ctest replays it.
set -euo pipefail
[[ $# -ge 2 ]] || { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }
seconds=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)
shift 2
home=${FUZZ_HOME:-$(cd "$(dirname "$0")" && pwd)}
targets=("$@")
if [[ ${#targets[@]} -eq 0 ]]; then
  for program in "$home"/bin/fuzz_*; do targets+=("${program##*/fuzz_}"); done
fi
if [[ -d $home/lib/carried ]]; then
  export LD_LIBRARY_PATH="$home/lib/carried${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
temporary=$(mktemp -d -p "${TMPDIR:-/dev/shm}" reelquery-fuzz.XXXXXX)
trap 'rm -rf "$temporary"' EXIT
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
TIMEFORMAT='%R %U'

# Leaves OUT/TARGET.log and OUT/TARGET.row.
fuzz() {
  local target=$1 forks=${FUZZ_FORKS:-1} longest=65536 runs edges features corpus_size took last trouble
  if [[ $target == container ]]; then forks=$((2 * forks)) longest=262144; fi
  local corpus=${FUZZ_CORPUS:-$temporary}/$target findings=$out/findings/$target log=$out/$target.log
  mkdir -p "$corpus" "$temporary/tmp/$target" "$findings"
  took=$({ time TMPDIR="$temporary/tmp/$target" nice -n 19 "$home/bin/fuzz_$target" "$corpus" "$home/seeds/$target" \
    "-fork=$forks" -ignore_crashes=1 -ignore_ooms=1 -ignore_timeouts=1 "-max_total_time=$seconds" \
    "-timeout=${FUZZ_TIMEOUT:-20}" -rss_limit_mb=2048 "-max_len=$longest" "-artifact_prefix=$findings/" \
    >"$log" 2>&1 || true; } 2>&1)
  # "#1234: cov: 12 ft: 34 corp: 5 exec/s 6 oom/timeout/crash: 0/0/0 time: 7s ..."
  last=$(grep -E '^#[0-9]+: cov:' "$log" | tail -n 1 || true)
  read -r runs _ edges _ features _ corpus_size <<<"$(sed -E 's/^#([0-9]+):/\1/; s/ exec\/s.*//' <<<"$last")"
  trouble=$(sed -nE 's/.*oom\/timeout\/crash: ([0-9/]+).*/\1/p' <<<"$last")
  printf '%-16s %11s %8.0f %8.0f %7s %9s %8s %s\n' "$target" "${runs:-?}" $took "${edges:-?}" "${features:-?}" \
    "${corpus_size:-?}" "${trouble:-?}" >"$out/$target.row"
}

for target in "${targets[@]}"; do
  fuzz "$target" &
  while (($(jobs -rp | wc -l) >= ${FUZZ_AT_ONCE:-${#targets[@]}})); do wait -n; done
done
wait
{
  printf '%-16s %11s %8s %8s %7s %9s %8s %s\n' target executions clock_s cpu_s edges features corpus oom/timeout/crash
  for target in "${targets[@]}"; do cat "$out/$target.row"; done
} | tee "$out/table.txt"
find "$out/findings" -type f | sort
