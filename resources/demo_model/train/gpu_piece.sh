#!/bin/bash
# Runs one training piece on a GPU machine. Usage: gpu_piece.sh OUT [train.py arguments]
# CARDS=N shares it among N GPUs. PACKED="A.npz B.npz" asks those films afterwards (packed.py), one file a
# card at once, for at most ASK_SECONDS (120) and with ASK_ORDERS (1) conversations a film: OUT/asked.tgz.
# Compiled kernels are kept in OUT/kernels.tgz; put that file into build/demo_assets before the next
# piece to skip their compilation.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=$1; shift
export TORCHINDUCTOR_CACHE_DIR=/tmp/demo_kernels PYTHONUNBUFFERED=1 OMP_NUM_THREADS=1
mkdir -p "$TORCHINDUCTOR_CACHE_DIR" "$out"
assets=$here/../../../build/demo_assets
[ -f "$assets/kernels.tgz" ] && tar xzf "$assets/kernels.tgz" -C "$TORCHINDUCTOR_CACHE_DIR"
program=(python3 "$here/train.py")
if [ "${CARDS:-1}" -gt 1 ]; then
    program=(python3 -m torch.distributed.run --nnodes 1 --master-addr 127.0.0.1 --master-port 29511
             --nproc-per-node "$CARDS" "$here/train.py")
fi
"${program[@]}" --out "$out" "$@" 2>&1 | tee "$out/train.txt"
status=${PIPESTATUS[0]}
device=$(python3 -c 'import torch; print("cuda" if torch.cuda.is_available() else "cpu")')
number=0
for file in ${PACKED:-}; do
    name=$(basename "$file" .npz)
    CUDA_VISIBLE_DEVICES=$((number % ${CARDS:-1})) python3 "$here/packed.py" ask "$file" --weights "$out" \
        --device "$device" --seconds "${ASK_SECONDS:-120}" --orders "${ASK_ORDERS:-1}" --out "$out/asked_$name.jsonl" \
        > "$out/asked_$name.txt" 2>&1 &
    number=$((number + 1))
done
wait
if [ "$number" -gt 0 ]; then
    tail -n 60 "$out"/asked_*.txt
    (cd "$out" && tar czf asked.tgz asked_*)
fi
tar czf "$out/kernels.tgz" -C "$TORCHINDUCTOR_CACHE_DIR" .
ls -l "$out"
echo "piece ended with $status"
exit "$status"
