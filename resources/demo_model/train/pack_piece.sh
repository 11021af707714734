#!/bin/bash
# Packs what a training machine needs into two archives. Usage: pack_piece.sh TARGET WEIGHTS [FILE.npz ...]
# TARGET/piece.tar: the code, the tokenizer, the renderer's inputs; TARGET/start.tar: the weights of the
# folder WEIGHTS (with heads.pt) as start/ and the packed films. Unpack both in one folder.
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
target=$1 weights=$(cd "$2" && pwd); shift 2
mkdir -p "$target"
(cd "$root" && tar cf "$target/piece.tar" --exclude=__pycache__ resources/demo_model/train/*.py \
    resources/demo_model/train/*.sh resources/demo_model/tokenizer.model tests/longvid_synth/*.py \
    build/demo_assets/assets.npz)
work=$(mktemp -d)
mkdir "$work/start"
cp "$weights"/model* "$weights/heads.pt" "$work/start/"
for file in "$@"; do cp "$file" "$work/"; done
tar cf "$target/start.tar" -C "$work" .
rm -r "$work"
ls -l "$target"
